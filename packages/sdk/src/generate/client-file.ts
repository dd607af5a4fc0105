import type { ApiDescription } from '../description/api-description.ts'
import { comment, isInherited, key, quoted } from './names.ts'
import type { SchemeModel } from './scheme-model.ts'

/** Types that core has. The others are the SDK's. */
const OF_CORE: ReadonlySet<string> = new Set(['BasicCredentials', 'KeyCredentials', 'Scheme'])

/** `client.ts`: scopes, credentials, managers and the function that makes the client. */
export function clientFile(
  api: ApiDescription,
  schemes: readonly SchemeModel[],
  header: string,
  extension: string,
): string {
  const fromCore = schemes.some(({ credentials }) => OF_CORE.has(credentials))
  const names = api.servers.map(({ name }) => quoted(name)).join(' | ') || 'never'
  return `${header}
${fromCore ? "import type * as core from '@evergrant/core/api'\n" : ''}import type * as sdk from '@evergrant/sdk'
import {
  createClient as createSdkClient,
  optionsFromEnvironment as sdkOptionsFromEnvironment,
  optionsFromJson as sdkOptionsFromJson,
} from '@evergrant/sdk'
import { api } from './api${extension}'
import type { paths } from './schema${extension}'

${schemes.map(schemePart).join('\n')}
/** Credentials by security scheme; leave out what you do not have. */
export interface Auth {
${schemes.map(({ name, type }) => `  readonly ${key(name)}?: ${type}Credentials${alsoInherited(name)} | undefined`).join('\n')}
}

/** What the client offers by security scheme. */
export interface Managers {
${schemes
  .filter(({ managers }) => managers.length > 0)
  .map(({ name, managers }) => `  readonly ${key(name)}: ${managers.map((one) => `sdk.${one}`).join(' | ')}`)
  .join('\n')}
}

/** The servers of the API. */
export type Server = ${names}

/** How a client is made. */
export interface Options extends sdk.Configuration<Auth> {
  readonly server?: Server | undefined
}

/** A client of ${comment(api.title)}. */
export type Client = sdk.Client<paths, Auth, Managers>

/** Makes a client, from options or from the configuration of another. Makes no request. */
export function createClient(options: Options | Client['config'] = {}): Client {
  return createSdkClient<paths, Auth, Managers>({ api, ...options })
}

/** Options with credentials of the environment: the documents of the schemes name the variables. */
export function optionsFromEnvironment(source: sdk.EnvironmentSource, options: Options = {}): Options {
  return sdkOptionsFromEnvironment({ ...options, api } as sdk.ClientOptions, source) as Options
}

/** Options with what stands in a JSON text: \`auth\` by scheme, \`baseUrl\`, \`timeout\`, \`retries\`, \`headers\`. */
export function optionsFromJson(json: unknown, options: Options = {}): Options {
  return sdkOptionsFromJson({ ...options, api } as sdk.ClientOptions, json) as Options
}
`
}

/** An object without the scheme has what it inherits under that name, and must fit all the same. */
function alsoInherited(name: string): string {
  return isInherited(name) ? ` | Object[${quoted(name)}]` : ''
}

function schemePart({ name, type, credentials, scopes, description }: SchemeModel): string {
  const oauth = description.type === 'oauth2' || description.type === 'openIdConnect'
  const words = description.description === undefined ? '' : `: ${comment(description.description)}`
  const generic = oauth && scopes.length > 0 ? `<${type}Scope>` : ''
  const enumeration =
    scopes.length === 0
      ? ''
      : `/** Scopes of ${comment(name)}. */
export const ${type}Scope = {
${scopes.map((scope) => `  /** ${comment(scope.description || scope.wire)} */\n  ${scope.constant}: ${quoted(scope.wire)},`).join('\n')}
} as const
export type ${type}Scope = (typeof ${type}Scope)[keyof typeof ${type}Scope]

`
  return `${enumeration}/** Credentials of ${comment(name)}${words} */
export type ${type}Credentials = ${OF_CORE.has(credentials) ? 'core' : 'sdk'}.${credentials}${generic}
`
}
