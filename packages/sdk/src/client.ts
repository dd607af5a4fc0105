import { OAuthError, systemClock } from '@evergrant/core'
import { type ApiClient, apiClient, type Changes, type Schemes } from '@evergrant/core/api'
import createCaller, { type Client as OpenapiFetch } from 'openapi-fetch'
import type { AnyPaths } from './any-paths.ts'
import { changedCredentials } from './auth/changed-credentials.ts'
import { type ConfiguredScheme, configuredScheme } from './auth/configured-scheme.ts'
import type { CertificateCredentials, Credentials } from './auth/credentials.ts'
import type { FlowManagers } from './auth/managers.ts'
import { callAddress } from './call-address.ts'
import { changedOptions, movedElsewhere } from './changed-options.ts'
import { type Cloneable, cloneable } from './cloneable.ts'
import type { Auth, ClientOptions } from './configuration.ts'
import type { ApiDescription } from './description/api-description.ts'
import { descriptionOf } from './description/description-of.ts'
import { own } from './own.ts'
import { PlannedRequest, plannedFetch } from './planned-request.ts'
import { requirementOf } from './requirement.ts'

/** The manager of any OAuth scheme; its `flow` tells which. */
export type AnyManager = FlowManagers[keyof FlowManagers]

/** Managers by scheme, as far as they are known. */
export type Managers = Readonly<Record<string, AnyManager | undefined>>

/** Configuration whose every part can be copied with changes. */
export interface ClientConfiguration<A> extends Omit<ClientOptions<A>, 'auth'> {
  readonly auth: { readonly [Name in keyof A]-?: Cloneable<Given<A[Name]>> }
  /** Credentials are changed scheme by scheme and field by field: what is absent stays, `undefined` clears. */
  cloneWith(changes: ConfigurationChanges<A>): ClientConfiguration<A>
}

/** Without the functions that generated types allow for schemes called `toString` and the like. */
// biome-ignore lint/complexity/noBannedTypes: any function is meant
type Given<Credentials> = Exclude<NonNullable<Credentials>, Function>

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
   * A client with these changes; it keeps the live tokens. A change of `clientId`, `scopes`, `flow`, `username`, `source` or
   * `tokenParameters` drops the scheme's token, and one of `baseUrl`, `server` or `variables` to another origin drops all:
   * they were not given for that. Another `openapi` or `api` keeps credentials of schemes that both describe alike, and
   * none at all when it has calls to another origin. This one stays as it is.
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
  return clientOf<Paths, A, M>(options as ClientOptions<Auth>, descriptionOf(options), {})
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
    ([name, one]) => own(api.schemes, name)?.type === 'mutualTLS' && one !== undefined && 'fetch' in one,
  )?.[1] as CertificateCredentials | undefined
  const send = certified?.fetch ?? options.fetch
  const configured: Configured = { ...configuredSchemes({ ...options, fetch: send }, api, auth), ...kept }
  const schemes: Schemes = Object.fromEntries(
    Object.keys(api.schemes).map((name) => [name, own(configured, name)?.scheme]),
  )
  const managers = Object.fromEntries(
    Object.entries(configured).flatMap(([name, { manager }]) => (manager === undefined ? [] : [[name, manager]])),
  )

  const apis = new Map<string, ApiClient>()
  const { retries, timeout, headers, hooks } = options
  /** One for each address and requirement, so that a call has nothing to say beside what openapi-fetch says. */
  const apiFor = (operation: string, fetch: typeof globalThis.fetch | undefined): ApiClient => {
    const baseUrl = callAddress(options, api, operation)
    const security = options.security ?? requirementOf(api, operation)
    const made = (): ApiClient => apiClient({ baseUrl, schemes, security, fetch, retries, timeout, headers, hooks })
    if (fetch !== send) return made()
    const key = JSON.stringify([baseUrl, security])
    const known = apis.get(key) ?? made()
    apis.set(key, known)
    return known
  }
  const caller = createCaller<Record<string, never>>()
  const middlewares = new Set<unknown>()
  const byMethod = (method: string): Call => {
    const call: Call = (path, init) => (caller.request as unknown as AnyRequest)(method, path, init)
    const plans = new Map<string, CallInit>()
    const planned = (path: string): CallInit => {
      const operation = `${method} ${path}`
      const baseUrl = callAddress(options, api, operation)
      const plan = { baseUrl, Request: PlannedRequest, fetch: plannedFetch(apiFor(operation, send).fetch) }
      plans.set(path, plan)
      return plan
    }
    return async (path, init) => {
      // Not before the first call: a document may have operations whose server nobody uses.
      const known = plans.get(path) ?? planned(path)
      if (init === undefined && middlewares.size === 0) return call(path, known)
      // Middlewares are handed requests, and may hand back others.
      const plain = middlewares.size === 0 && !init?.middleware?.length && init?.Request === undefined
      // What a call needs is the document's word, and the client's. A setting of that name is nobody's.
      const whole = { security: undefined, ...(plain ? {} : { Request: init?.Request ?? Request }) }
      if (init?.fetch === undefined) return call(path, { ...known, ...init, ...whole, fetch: known.fetch })
      const { fetch: given } = init
      // openapi-fetch promises it a request.
      const one = apiFor(`${method} ${path}`, (input, settings) => given(new Request(input, settings)))
      return call(path, { ...known, ...init, ...whole, fetch: plannedFetch(one.fetch) })
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
      const { auth: changedAuth = {} } = changes
      const changed = changedOptions(live, changes, api)
      const exchanged = 'api' in changes || 'openapi' in changes
      const next = exchanged ? descriptionOf(changed) : api
      // Another certificate is another way to send, for tokens too.
      const certificate = Object.keys(changedAuth).some((name) => own(api.schemes, name)?.type === 'mutualTLS')
      const rebuilt =
        exchanged ||
        certificate ||
        movedElsewhere({ ...live, api }, { ...changed, api }) ||
        (['fetch', 'http', 'clock'] as const).some((name) => name in changes)
      const same = Object.entries(configured).filter(([name]) => !Object.hasOwn(changedAuth, name))
      return clientOf<Paths, A, M>(changed, next, rebuilt ? {} : Object.fromEntries(same))
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
      const credentials = own(auth, name) ?? (isOAuth ? {} : undefined)
      return credentials === undefined ? [] : [[name, configuredScheme(description, credentials, { ...context, name })]]
    }),
  )
}

/** The credentials with the tokens that the managers hold now. */
function liveAuth(auth: Auth, managers: Managers): Auth {
  // OAuth schemes are always there, so that a program can give them credentials later.
  const names = new Set([...Object.keys(auth), ...Object.keys(managers)])
  const entries = [...names].map((name): [string, Credentials | undefined] => {
    const manager = own(managers, name)
    const credentials = own(auth, name) ?? (manager === undefined ? undefined : {})
    const token = manager?.token
    return [name, credentials === undefined || token === undefined ? credentials : { ...credentials, token }]
  })
  return Object.fromEntries(entries)
}

function configurationOf(options: ClientOptions, api: ApiDescription): ClientConfiguration<Auth> {
  const auth = Object.entries(options.auth ?? {}).flatMap(([name, one]) =>
    one === undefined ? [] : [[name, 'ready' in one ? one : cloneable(one, changedCredentials)]],
  )
  const configuration = { ...options, auth: Object.fromEntries(auth) }
  Object.defineProperty(configuration, 'cloneWith', {
    value: (changes: ConfigurationChanges<Auth>) => configurationOf(changedOptions(options, changes, api), api),
  })
  return Object.freeze(configuration) as ClientConfiguration<Auth>
}
