import { type Changes, cloneWith } from '../clone-with.ts'
import { OAuthError } from '../errors.ts'
import { compose } from '../http/compose.ts'
import { defaultHeaders } from '../http/default-headers.ts'
import { type HttpHooks, hooks } from '../http/hooks.ts'
import type { FetchMiddleware } from '../http/middleware.ts'
import { isRedirect, redirects } from '../http/redirects.ts'
import { retry } from '../http/retry.ts'
import { assertSecureUrl } from '../http/secure-url.ts'
import { timeout } from '../http/timeout.ts'
import { answeredAgain, isReplayable, withAttachments } from './attached-request.ts'
import { type Requirement, schemeNames } from './requirement.ts'
import { attachments, type Schemes, satisfied } from './satisfy.ts'

/** What {@link apiClient} works with. */
export interface ApiOptions {
  /** Relative addresses are resolved against it, and credentials go to its origin alone. */
  readonly baseUrl?: string | undefined
  /** The API's security schemes by name; `undefined` for one that is not configured. */
  readonly schemes: Schemes
  /** What a request needs that does not say otherwise; `false`: nothing. Default `false`. */
  readonly security?: Requirement | false | undefined
  /** Makes the requests. Default: the global `fetch`. */
  readonly fetch?: typeof fetch | undefined
  /** Retries of requests that are safe to repeat. Default 0. */
  readonly retries?: number | undefined
  /** Seconds for one attempt. Default: no limit. */
  readonly timeout?: number | undefined
  /** Headers of every request that has none of that name. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Told about every request and every retry, as it is before credentials are attached. */
  readonly hooks?: HttpHooks | undefined
}

/** A request's own wishes beside those of `fetch`. */
export interface ApiRequestInit extends RequestInit {
  /** Instead of the client's; `false` sends no credentials. */
  readonly security?: Requirement | false | undefined
}

/** Authenticated requests to one API. Immutable. */
export interface ApiClient {
  readonly schemes: Schemes
  /** `fetch` with the credentials that the request needs. */
  fetch(address: string | URL | Request, init?: ApiRequestInit): Promise<Response>
  /**
   * A client with these changes: what is absent stays, `undefined` clears, and `schemes` are changed one by one. The
   * tokens that this client's schemes hold go along. This client stays as it is.
   */
  cloneWith(changes: Changes<ApiOptions>): ApiClient
}

/**
 * Requests to an API with the security that it asks for: OpenAPI's alternatives and combinations. Before anything is
 * sent it is decided which schemes are used; when none fits, the request fails and names every reason. Redirects to
 * another origin are followed without credentials.
 *
 * Fails with `NOT_AUTHENTICATED`, `INVALID_ARGUMENT` (an unknown scheme, or another origin), `INSECURE_URL`, what a token
 * source fails with, or what `fetch` throws.
 *
 * @example
 * ```ts
 * import { allOf, anyOf, apiClient, basicScheme, keyScheme } from '@evergrant/core/api'
 *
 * const pets = apiClient({
 *   baseUrl: 'https://pets.example/v1/',
 *   schemes: { key: keyScheme('header', 'X-Api-Key', { value: 'from the console' }), basic: basicScheme({}) },
 *   security: anyOf('basic', 'key'),
 * })
 * export const list = () => pets.fetch('pets')
 * export const status = () => pets.fetch('status', { security: false })
 * export const both = () => pets.fetch('admin', { security: allOf('key', 'basic') })
 * ```
 */
export function apiClient(options: ApiOptions): ApiClient {
  const { baseUrl, schemes, security: usual = false } = options
  const base = baseUrl === undefined ? undefined : assertSecureUrl(baseUrl, 'baseUrl')
  assertKnown(usual, schemes)

  const inner = [options.timeout === undefined ? undefined : timeout(options.timeout)]
  const authenticate =
    (security: Requirement): FetchMiddleware =>
    async (request, next) => {
      const steps = await satisfied(security, schemes, request.signal)
      return steps.reduceRight<(one: Request) => Promise<Response>>(
        (last, step) => (one) => step(one, last),
        next,
      )(request)
    }
  const outer = [
    options.retries === undefined ? undefined : retry({ retries: options.retries }),
    options.headers === undefined ? undefined : defaultHeaders(options.headers),
    // Before credentials are attached: they may have names that do not sound like a secret.
    options.hooks === undefined ? undefined : hooks(options.hooks),
  ]
  const plain = compose(inner, options.fetch)
  const whole = (security: Requirement): typeof fetch =>
    compose([...outer, redirects(plain), authenticate(security), ...inner], options.fetch)
  const open = compose([...outer, ...inner], options.fetch)
  // A step takes a request object, and each copy of one costs more than the rest of the call.
  const stepless = [...outer, ...inner].every((step) => step === undefined)
  const send: typeof fetch = options.fetch ?? ((input, init) => fetch(input, init))

  /** The rest of a call whose first address sends elsewhere. */
  const redirected = (response: Response, request: Request, security: Requirement): Promise<Response> => {
    let first: Response | undefined = response
    const next = (again: Request): Promise<Response> => {
      const answer = first === undefined ? authenticate(security)(again, plain) : Promise.resolve(first)
      first = undefined
      return answer
    }
    return redirects(plain)(request, next)
  }

  return {
    schemes,
    async fetch(address, wishes = {}) {
      const { security, init } = wishesOf(wishes, usual)
      const request = address instanceof Request ? address : undefined
      const href = request?.url ?? String(address)
      // What begins with the base's origin is inside of it, and the base has been looked at.
      const inside = base !== undefined && href.startsWith(`${base.origin}/`)
      const url = inside ? href : resolved(href, base).href
      if (security !== usual) assertKnown(security, schemes)
      if (security === false) return stepless ? send(request ?? url, init) : open(request ?? url, init)
      if (!inside) assertOrigin(url, base)
      const { signal, body, method = 'GET', redirect = 'follow' } = init
      const simple = request === undefined && stepless && isReplayable(body)
      const attached = simple ? attachments(security, schemes, signal ?? undefined) : undefined
      if (attached === undefined) return whole(security)(request ?? url, init)
      const own = redirect === 'follow' ? 'manual' : redirect
      const first = await send(url, withAttachments(init, attached, own))
      const refused = first.status === 401 || first.status === 403
      const again = { url, init, redirect: own }
      const response = refused ? await answeredAgain(first, again, attached, send) : first
      const elsewhere = redirect === 'follow' && isRedirect(response) && /^(?:GET|HEAD)$/i.test(method)
      return elsewhere ? redirected(response, new Request(url, init), security) : response
    },
    cloneWith(changes) {
      const { schemes: changed, ...rest } = changes
      const merged = changed === undefined ? schemes : cloneWith(schemes, changed)
      return apiClient(cloneWith(options, { ...rest, schemes: merged }))
    },
  }
}

/** Apart only where a request has a wish of its own: a copy of its settings is a part of what a call costs. */
function wishesOf(
  wishes: ApiRequestInit,
  usual: Requirement | false,
): { readonly security: Requirement | false; readonly init: RequestInit } {
  if (!('security' in wishes)) return { security: usual, init: wishes }
  const { security = usual, ...init } = wishes
  return { security, init }
}

function assertOrigin(url: string, base: URL | undefined): void {
  const { origin } = assertSecureUrl(url, 'API')
  if (base === undefined || origin === base.origin) return
  const message = `Credentials for ${base.origin} are not sent to ${origin}; ask with security: false.`
  throw new OAuthError('INVALID_ARGUMENT', message, { outcome: 'not_sent' })
}

function resolved(address: string, base: URL | undefined): URL {
  if (URL.canParse(address, base?.href)) return new URL(address, base)
  throw new OAuthError('INVALID_ARGUMENT', `"${address}" is no address, and there is no baseUrl to complete it.`)
}

function assertKnown(security: Requirement | false, schemes: Schemes): void {
  const unknown = security === false ? undefined : schemeNames(security).find((name) => !Object.hasOwn(schemes, name))
  if (unknown === undefined) return
  const message = `There is no security scheme "${unknown}"; there are: ${Object.keys(schemes).join(', ') || 'none'}.`
  throw new OAuthError('INVALID_ARGUMENT', message, { outcome: 'not_sent' })
}
