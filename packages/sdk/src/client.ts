import { OAuthError, systemClock } from '@evergrant/core'
import { type ApiClient, apiClient, type Changes, type Schemes } from '@evergrant/core/api'
import createCaller, { type Client as OpenapiFetch } from 'openapi-fetch'
import type { AnyPaths } from './any-paths.ts'
import { changedCredentials, withoutTokens } from './auth/changed-credentials.ts'
import { type ConfiguredScheme, configuredScheme } from './auth/configured-scheme.ts'
import type { CertificateCredentials, Credentials } from './auth/credentials.ts'
import type { FlowManagers } from './auth/managers.ts'
import { type Cloneable, cloneable } from './cloneable.ts'
import type { Auth, ClientOptions } from './configuration.ts'
import type { ApiDescription } from './description/api-description.ts'
import { describeApi } from './description/describe-api.ts'
import { serverAddress } from './description/server.ts'
import { PlannedRequest, plannedFetch } from './planned-request.ts'
import { requirementOf } from './requirement.ts'

/** The manager of any OAuth scheme; its `flow` tells which. */
export type AnyManager = FlowManagers[keyof FlowManagers]

/** Managers by scheme, as far as they are known. */
export type Managers = Readonly<Record<string, AnyManager | undefined>>

/** Configuration whose every part can be copied with changes. */
export interface ClientConfiguration<A> extends Omit<ClientOptions<A>, 'auth'> {
  readonly auth: { readonly [Name in keyof A]-?: Cloneable<NonNullable<A[Name]>> }
  /** Credentials are changed scheme by scheme and field by field: what is absent stays, `undefined` clears. */
  cloneWith(changes: ConfigurationChanges<A>): ClientConfiguration<A>
}

/** Changes of a client or its configuration. */
export type ConfigurationChanges<A> = Changes<Omit<ClientOptions<A>, 'auth'>> & {
  readonly auth?: { readonly [Name in keyof A]?: Changes<NonNullable<A[Name]>> | undefined } | undefined
}

type Members = keyof OpenapiFetch<Record<never, never>> | 'auth' | 'config' | 'cloneWith' | 'then'

/**
 * A client of one API: `GET`, `POST` and so on as openapi-fetch has them, typed by `Paths`, with the credentials that
 * the operation needs. A scheme's manager is at `auth`, and under its own name where that is free. Immutable.
 */
export type Client<Paths extends object, A = Auth, M = Managers> = OpenapiFetch<Paths> & {
  readonly auth: M
  /** What it is made of, with the tokens that it holds now. */
  readonly config: ClientConfiguration<A>
  /**
   * A client with these changes; it keeps the live tokens. A change of `clientId` or `scopes` drops the scheme's token, and
   * one of `baseUrl`, `server` or `variables` to another origin drops all: they were not given for that. This one stays
   * as it is.
   */
  cloneWith(changes: ConfigurationChanges<A>): Client<Paths, A, M>
} & { readonly [Name in keyof M as string extends Name ? never : Exclude<Name, Members>]: M[Name] }

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH', 'TRACE'] as const

/** As openapi-fetch takes it, with what is used here. */
interface CallInit {
  readonly baseUrl?: string | undefined
  readonly fetch?: typeof fetch | undefined
  readonly Request?: unknown
  readonly middleware?: readonly unknown[] | undefined
}
type Call = (path: string, init?: CallInit) => Promise<unknown>
type AnyRequest = (method: string, ...call: Parameters<Call>) => Promise<unknown>

/**
 * A client of the API that an OpenAPI document describes. Makes no request. A call is stopped before it is sent when
 * nothing that the operation accepts is configured and ready; the error then names every reason by scheme.
 *
 * Throws `INVALID_DOCUMENT` as `describeApi` does, and `INVALID_ARGUMENT` for an unknown scheme, server or variable. Calls fail
 * with `NOT_AUTHENTICATED`, `TOKEN_MISSING`, `TOKEN_EXPIRED`, what a token request fails with, or what `fetch` throws.
 *
 * @example
 * ```ts
 * import { createClient } from '@evergrant/sdk'
 *
 * async function pets(openapi: unknown) {
 *   const client = createClient({ openapi, auth: { petAuth: { clientId: 'job', clientSecret: 'from the console' } } })
 *   const { data, error } = await client.GET('/pets')
 *   return { data, error }
 * }
 * ```
 */
export function createClient<Paths extends object = AnyPaths, A = Auth, M = Managers>(
  options: ClientOptions<A> | ClientConfiguration<A>,
): Client<Paths, A, M> {
  return clientOf<Paths, A, M>(options as ClientOptions<Auth>, describe(options), {})
}

/** The description, or what it is made from. Throws `MISSING_PARAMETER` without either. */
export function describe({ api, openapi }: Pick<ClientOptions, 'api' | 'openapi'>): ApiDescription {
  if (api !== undefined) return api
  if (openapi !== undefined) return describeApi(openapi)
  throw new OAuthError('MISSING_PARAMETER', 'openapi is missing: give a parsed OpenAPI document, or api.')
}

type Configured = Readonly<Record<string, ConfiguredScheme>>

function clientOf<Paths extends object, A, M>(
  options: ClientOptions,
  api: ApiDescription,
  kept: Configured,
): Client<Paths, A, M> {
  const auth = options.auth ?? {}
  const unknown = Object.keys(auth).find((name) => !Object.hasOwn(api.schemes, name))
  if (unknown !== undefined) {
    const names = Object.keys(api.schemes).join(', ') || 'none'
    throw new OAuthError('INVALID_ARGUMENT', `There is no security scheme "${unknown}"; there are: ${names}.`)
  }
  assertVariables(options, api)
  const certified = Object.entries(auth).find(
    ([name, one]) => api.schemes[name]?.type === 'mutualTLS' && one !== undefined && 'fetch' in one,
  )?.[1] as CertificateCredentials | undefined
  const send = certified?.fetch ?? options.fetch
  const configured: Configured = { ...configuredSchemes({ ...options, fetch: send }, api, auth), ...kept }
  const schemes: Schemes = Object.fromEntries(Object.keys(api.schemes).map((name) => [name, configured[name]?.scheme]))
  const managers = Object.fromEntries(
    Object.entries(configured).flatMap(([name, { manager }]) => (manager === undefined ? [] : [[name, manager]])),
  )

  const apis = new Map<string, ApiClient>()
  const { retries, timeout, headers, hooks } = options
  const apiAt = (baseUrl: string, fetch: typeof globalThis.fetch | undefined): ApiClient => {
    const made = (): ApiClient => apiClient({ baseUrl, schemes, fetch, retries, timeout, headers, hooks })
    if (fetch !== send) return made()
    const known = apis.get(baseUrl) ?? made()
    apis.set(baseUrl, known)
    return known
  }
  const caller = createCaller<Record<string, never>>()
  const middlewares = new Set<unknown>()
  const byMethod = (method: string): Call => {
    const call: Call = (path, init) => (caller.request as unknown as AnyRequest)(method, path, init)
    const plans = new Map<string, CallInit>()
    const plan = (path: string): CallInit => {
      const operation = `${method} ${path}`
      const security = options.security ?? requirementOf(api, operation)
      const baseUrl = addressOf(options, api, operation)
      // Not before the first call: a document may have operations whose server nobody uses.
      const one = apiAt(baseUrl, send)
      return {
        baseUrl,
        Request: PlannedRequest,
        fetch: plannedFetch((input, init) => one.fetch(input, { ...init, security })),
      }
    }
    return async (path, init) => {
      const known = plans.get(path) ?? plan(path)
      plans.set(path, known)
      if (init === undefined && middlewares.size === 0) return call(path, known)
      // Middlewares are handed requests, and may hand back others.
      const plain = middlewares.size === 0 && !init?.middleware?.length && init?.Request === undefined
      const whole = plain ? {} : { Request: init?.Request ?? Request }
      if (init?.fetch === undefined) return call(path, { ...known, ...init, ...whole, fetch: known.fetch })
      const security = options.security ?? requirementOf(api, `${method} ${path}`)
      const { fetch: own } = init
      // openapi-fetch promises it a request.
      const one = apiAt(known.baseUrl ?? '', (input, given) => own(new Request(input, given)))
      return call(path, {
        ...known,
        ...init,
        ...whole,
        fetch: plannedFetch((input, given) => one.fetch(input, { ...given, security })),
      })
    }
  }
  const methods = Object.fromEntries(METHODS.map((method) => [method, byMethod(method)]))

  const client = {
    ...managers,
    ...caller,
    ...methods,
    use(...added: Parameters<typeof caller.use>) {
      for (const one of added) middlewares.add(one)
      caller.use(...added)
    },
    eject(...removed: Parameters<typeof caller.eject>) {
      for (const one of removed) middlewares.delete(one)
      caller.eject(...removed)
    },
    // openapi-fetch's own: by the method's name in lower case. Also for those that it has no function for.
    request: (method: string, path: string, init?: CallInit) =>
      (methods[method.toUpperCase()] ?? byMethod(method.toUpperCase()))(path, init),
    auth: managers,
    get config() {
      return configurationOf({ ...options, auth: liveAuth(auth, managers) }, api)
    },
    cloneWith(changes: ConfigurationChanges<Auth>) {
      const live = { ...options, auth: liveAuth(auth, managers) }
      const changed = mergedOptions(live, changes, api)
      // Another certificate is another way to send, for tokens too.
      const certificate = Object.keys(changes.auth ?? {}).some((name) => api.schemes[name]?.type === 'mutualTLS')
      const rebuilt =
        certificate ||
        movedElsewhere(live, changed, api) ||
        (['fetch', 'http', 'clock', 'api', 'openapi'] as const).some((name) => name in changes)
      const same = Object.entries(configured).filter(([name]) => !(name in (changes.auth ?? {})))
      const again = 'api' in changes || 'openapi' in changes ? describe(changed) : api
      return clientOf<Paths, A, M>(changed, again, rebuilt ? {} : Object.fromEntries(same))
    },
  }
  return client as unknown as Client<Paths, A, M>
}

/** A name that no server of the document has is a mistake, and would leave the default in its place. */
function assertVariables({ variables = {} }: ClientOptions, api: ApiDescription): void {
  const servers = [...api.servers, ...Object.values(api.operations).flatMap((one) => one.servers ?? [])]
  const known = new Set(servers.flatMap((one) => Object.keys(one.variables ?? {})))
  const unknown = Object.keys(variables).find((name) => !known.has(name))
  if (unknown === undefined) return
  const names = [...known].join(', ') || 'none'
  throw new OAuthError('INVALID_ARGUMENT', `There is no server variable "${unknown}"; there are: ${names}.`, {
    outcome: 'not_sent',
  })
}

function configuredSchemes(options: ClientOptions, { schemes, title }: ApiDescription, auth: Auth): Configured {
  const { fetch, http, clock = systemClock } = options
  const context = { title, clock, http: { ...(fetch === undefined ? {} : { fetch }), ...http } }
  return Object.fromEntries(
    Object.entries(schemes).flatMap(([name, description]): [string, ConfiguredScheme][] => {
      const isOAuth = description.type === 'oauth2' || description.type === 'openIdConnect'
      const credentials = auth[name] ?? (isOAuth ? {} : undefined)
      return credentials === undefined ? [] : [[name, configuredScheme(description, credentials, { ...context, name })]]
    }),
  )
}

/** The credentials with the tokens that the managers hold now. */
function liveAuth(auth: Auth, managers: Managers): Auth {
  // OAuth schemes are always there, so that a program can give them credentials later.
  const names = new Set([...Object.keys(auth), ...Object.keys(managers)])
  const entries = [...names].map((name): [string, Credentials | undefined] => {
    const manager = managers[name]
    const credentials = auth[name] ?? (manager === undefined ? undefined : {})
    const token = manager?.token
    return [name, credentials === undefined || token === undefined ? credentials : { ...credentials, token }]
  })
  return Object.fromEntries(entries)
}

function mergedOptions(
  options: ClientOptions,
  { auth: changes, ...rest }: ConfigurationChanges<Auth>,
  api: ApiDescription,
): ClientOptions {
  const merged = { ...options, ...(rest as ClientOptions) }
  const own = options.auth ?? {}
  const moved = movedElsewhere(options, merged, api)
  const current = moved
    ? withoutTokens(own, (name) => /^(?:oauth2|openIdConnect)$/.test(api.schemes[name]?.type ?? ''))
    : own
  const auth: Record<string, Credentials | undefined> = { ...current }
  for (const [name, change] of Object.entries(changes ?? {})) {
    const whole = change === undefined || 'ready' in change
    auth[name] = (whole ? change : changedCredentials(auth[name], change)) as Credentials | undefined
  }
  return { ...merged, auth }
}

/** Whether calls go to another host than before. Where that is not known, nothing has been sent there yet. */
function movedElsewhere(before: ClientOptions, after: ClientOptions, api: ApiDescription): boolean {
  const [from, to] = [originOf(before, api), originOf(after, api)]
  return from !== undefined && to !== undefined && from !== to
}

function originOf(options: ClientOptions, api: ApiDescription): string | undefined {
  try {
    return new URL(addressOf(options, api, '')).origin
  } catch {
    return undefined
  }
}

function configurationOf(options: ClientOptions, api: ApiDescription): ClientConfiguration<Auth> {
  const auth = Object.entries(options.auth ?? {}).flatMap(([name, one]) =>
    one === undefined ? [] : [[name, 'ready' in one ? one : cloneable(one, changedCredentials)]],
  )
  const configuration = { ...options, auth: Object.fromEntries(auth) }
  Object.defineProperty(configuration, 'cloneWith', {
    value: (changes: ConfigurationChanges<Auth>) => configurationOf(mergedOptions(options, changes, api), api),
  })
  return Object.freeze(configuration) as ClientConfiguration<Auth>
}

function addressOf(options: ClientOptions, api: ApiDescription, operation: string): string {
  const { baseUrl, server, variables } = options
  if (baseUrl !== undefined) return baseUrl
  const own = server === undefined ? api.operations[operation]?.servers?.[0] : undefined
  const chosen =
    own ?? api.servers.find(({ name }, index) => name === (server ?? api.servers[0]?.name) || index === server)
  if (chosen === undefined) {
    const names = api.servers.map(({ name }) => name).join(', ') || 'none'
    const what = server === undefined ? 'The document names no server' : `There is no server "${server}"`
    throw new OAuthError('INVALID_ARGUMENT', `${what}; there are: ${names}. Or give a baseUrl.`, {
      outcome: 'not_sent',
    })
  }
  const address = serverAddress(chosen, variables)
  if (URL.canParse(address)) return address
  const message = `The server's address "${address}" is relative: give a baseUrl.`
  throw new OAuthError('INVALID_ARGUMENT', message, { outcome: 'not_sent' })
}
