import type { ApiDescription, FlowName, SchemeDescription } from '../description/api-description.ts'
import { constantName, distinctNames, typeName } from './names.ts'

/** A scheme as the generated code names it. */
export interface SchemeModel {
  /** In the document. */
  readonly name: string
  readonly type: string
  readonly description: SchemeDescription
  readonly flows: readonly FlowName[]
  readonly scopes: readonly ScopeModel[]
  /** Types of `@evergrant/sdk`. */
  readonly credentials: string
  /** Undefined: nothing but credentials. */
  readonly managers: readonly string[]
}

/** One scope: its name in TypeScript, its wire text, and what it allows. */
export interface ScopeModel {
  readonly constant: string
  readonly wire: string
  readonly description: string
}

const CREDENTIALS: Readonly<Record<FlowName, string>> = {
  authorizationCode: 'AuthorizationCodeCredentials',
  clientCredentials: 'ClientCredentialsCredentials',
  password: 'PasswordCredentials',
  implicit: 'ImplicitCredentials',
  deviceAuthorization: 'DeviceCredentials',
}

const MANAGERS: Readonly<Record<FlowName, string>> = {
  authorizationCode: 'AuthorizationCodeManager',
  clientCredentials: 'DirectManager',
  password: 'DirectManager',
  implicit: 'ImplicitManager',
  deviceAuthorization: 'DeviceManager',
}

/** The schemes that have a place in generated code. Throws `INVALID_DOCUMENT` for names that collide. */
export function schemeModels({ schemes }: ApiDescription): readonly SchemeModel[] {
  const types = distinctNames(
    Object.keys(schemes),
    typeName,
    (number) => `Scheme${number}`,
    (name) => ['components', 'securitySchemes', name],
  )
  return Object.entries(schemes).map(([name, description]) => {
    const flows = description.type === 'oauth2' ? (Object.keys(description.flows) as FlowName[]) : []
    return {
      name,
      type: types.get(name) ?? name,
      description,
      flows,
      scopes: scopesOf(name, description),
      credentials: credentialsOf(description, flows),
      managers:
        description.type === 'openIdConnect' ? ['AnyManager'] : [...new Set(flows.map((flow) => MANAGERS[flow]))],
    }
  })
}

function scopesOf(name: string, description: SchemeDescription): readonly ScopeModel[] {
  if (description.type !== 'oauth2') return []
  const flowOf = new Map<string, string>()
  const words = new Map<string, string>()
  for (const [flow, { scopes }] of Object.entries(description.flows)) {
    for (const [scope, text] of Object.entries(scopes)) {
      if (!flowOf.has(scope)) flowOf.set(scope, flow)
      if (!words.has(scope)) words.set(scope, text)
    }
  }
  const path = (scope: string) =>
    ['components', 'securitySchemes', name, 'flows', flowOf.get(scope) ?? '', 'scopes', scope] as const
  const constants = distinctNames([...flowOf.keys()], constantName, (number) => `SCOPE_${number}`, path)
  return [...constants].map(([wire, constant]) => ({ wire, constant, description: words.get(wire) ?? '' }))
}

function credentialsOf(description: SchemeDescription, [flow, ...more]: readonly FlowName[]): string {
  switch (description.type) {
    case 'oauth2':
      return flow !== undefined && more.length === 0 ? CREDENTIALS[flow] : 'OAuthCredentials'
    case 'openIdConnect':
      return 'OAuthCredentials'
    case 'apiKey':
      return 'KeyCredentials'
    case 'mutualTLS':
      return 'CertificateCredentials'
    case 'http':
      if (description.scheme === 'basic') return 'BasicCredentials'
      return description.scheme === 'bearer' ? 'BearerCredentials' : 'Scheme'
  }
}
