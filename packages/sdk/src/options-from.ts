import { OAuthError } from '@evergrant/core'
import {
  type ApiConfiguration,
  configurationFromEnvironment,
  parsedConfiguration,
  type SchemeConfiguration,
  type Variables,
} from '@evergrant/core/api'
import type { Auth, ClientOptions } from './configuration.ts'
import type { ApiDescription, SchemeDescription } from './description/api-description.ts'
import { descriptionOf } from './description/description-of.ts'
import { isFields } from './description/document.ts'
import { own } from './own.ts'

/** Where {@link optionsFromEnvironment} reads. */
export interface EnvironmentSource {
  /** Where variables stand, the first wins: usually `[process.env, await dotenv('.env')]`. */
  readonly variables: readonly Variables[]
  /** Before every name, such as `PETS_`. Default: nothing. */
  readonly prefix?: string | undefined
  /** Credentials that win over all variables, by scheme. */
  readonly auth?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined
}

/**
 * Options whose credentials come from the environment, by the names that core's `configurationFromEnvironment` has: the
 * scheme `petAuth` reads `PET_AUTH_CLIENT_ID`, `_CLIENT_SECRET`, `_REDIRECT_URI`, `_SCOPES`, `_CLOCK_SKEW`, `_TOKEN`,
 * `_USERNAME`, `_PASSWORD` or `_VALUE`; the client reads `BASE_URL`, `TIMEOUT` and `RETRIES`. A scheme that has no variable
 * is not configured.
 *
 * Throws `INVALID_PARAMETER`, which names the variable and never shows its value, and what `describeApi` throws.
 *
 * @example
 * ```ts
 * import { dotenv } from '@evergrant/core/node'
 * import { createClient, optionsFromEnvironment } from '@evergrant/sdk'
 *
 * async function pets(openapi: unknown) {
 *   const variables = [process.env, await dotenv('.env')]
 *   return createClient(optionsFromEnvironment({ openapi }, { variables, prefix: 'PETS_' }))
 * }
 * ```
 */
export function optionsFromEnvironment(options: ClientOptions, source: EnvironmentSource): ClientOptions {
  const api = descriptionOf(options)
  const shape = { schemes: schemesOf(api, options.auth ?? {}) }
  const { variables, prefix, auth } = source
  const overrides = auth === undefined ? {} : { overrides: { schemes: auth } }
  return withConfiguration(options, api, configurationFromEnvironment(shape, { variables, prefix, ...overrides }))
}

/**
 * Options with what stands in a JSON text (or what was parsed from one): `auth` by scheme, `baseUrl`, `timeout`, `retries`,
 * `headers`. Throws `INVALID_PARAMETER`, which names the field and never shows its value, and what `describeApi` throws.
 *
 * @example
 * ```ts
 * import { createClient, optionsFromJson } from '@evergrant/sdk'
 *
 * const pets = (openapi: unknown, json: string) => createClient(optionsFromJson({ openapi }, json))
 * ```
 */
export function optionsFromJson(options: ClientOptions, json: unknown): ClientOptions {
  const api = descriptionOf(options)
  const { auth = {}, ...rest } = fieldsOf(json)
  if (!isFields(auth)) throw invalid('auth', 'an object is expected.')
  const unknown = Object.keys(auth).find((name) => !Object.hasOwn(api.schemes, name))
  if (unknown !== undefined)
    throw invalid(`auth.${unknown}`, `one of ${Object.keys(api.schemes).join(', ')} is expected as its name.`)
  return withConfiguration(options, api, parsedConfiguration({ ...rest, schemes: schemesOf(api, auth as Auth) }))
}

function fieldsOf(json: unknown): Record<string, unknown> {
  try {
    const value: unknown = typeof json === 'string' ? JSON.parse(json) : json
    if (isFields(value)) return value
  } catch {
    // The platform's error shows what stands around the place, which may be a secret.
  }
  throw invalid('the configuration', 'a JSON object is expected.')
}

/** The schemes that credentials can be written down for, in core's words. */
function schemesOf({ schemes }: ApiDescription, auth: Auth): Record<string, SchemeConfiguration> {
  const entries = Object.entries(schemes).flatMap(([name, description]) => {
    const kind = kindOf(description)
    return kind === undefined ? [] : [[name, { ...own(auth, name), ...kind }]]
  })
  return Object.fromEntries(entries)
}

function kindOf(description: SchemeDescription) {
  switch (description.type) {
    case 'oauth2':
    case 'openIdConnect':
      return { kind: 'oauth' }
    case 'apiKey':
      return { kind: 'key', in: description.in, name: description.name }
    case 'http':
      return description.scheme === 'basic' || description.scheme === 'bearer'
        ? { kind: description.scheme }
        : undefined
    case 'mutualTLS':
      return undefined
  }
}

function withConfiguration(
  options: ClientOptions,
  api: ApiDescription,
  configuration: ApiConfiguration,
): ClientOptions {
  const { schemes, ...rest } = configuration
  const auth = Object.entries(schemes).flatMap(([name, scheme]) => {
    const { kind: _, ...credentials } = scheme
    const { in: _in, name: _name, ...own } = credentials as Record<string, unknown>
    return Object.keys(own).length === 0 ? [] : [[name, own]]
  })
  return { ...options, ...rest, api, auth: { ...options.auth, ...Object.fromEntries(auth) } }
}

function invalid(where: string, words: string): OAuthError {
  return new OAuthError('INVALID_PARAMETER', `${where}: ${words}`, { outcome: 'not_sent' })
}
