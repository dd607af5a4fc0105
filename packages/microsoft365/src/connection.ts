import type { TokenSource } from '@evergrant/core'
import { type Clock, type HttpHooks, httpSession, OAuthError, type Session, type SessionBody } from '@evergrant/core'
import { pagedItems } from './pages.ts'
import { MSGraphProtocol } from './protocol/graph.ts'
import type { Protocol } from './protocol/protocol.ts'

/** How a {@link Connection} sends requests. */
export interface ConnectionOptions {
  /** The API. Default: Microsoft Graph v1.0. */
  readonly protocol?: Protocol | undefined
  /** Seconds between the starts of two requests. Default 0.2; 0 turns it off. */
  readonly requestsDelay?: number | undefined
  /** How often a request is sent again: safe verbs after trouble, POST and PATCH after 429 and 503 with `Retry-After`. Default 3. */
  readonly requestRetries?: number | undefined
  /** Seconds for one attempt. Default: no limit. */
  readonly timeout?: number | undefined
  /** Headers of every request that has none of that name; `Prefer` values are added. */
  readonly defaultHeaders?: Readonly<Record<string, string>> | undefined
  /** Whether an answer of 400 or above is thrown (`HTTP_ERROR`). Default true; false returns it. */
  readonly raiseHttpErrors?: boolean | undefined
  /** How plain values in a body become JSON. Default `JSON.stringify`. */
  readonly encode?: ((value: unknown) => string) | undefined
  /** Makes the requests, such as `proxyFetch` of `@evergrant/core/node`. Default: the token source's. */
  readonly fetch?: typeof fetch | undefined
  /** Other origins that may get the token, such as `https://graph.microsoft.us`. Default: the protocol's alone. */
  readonly otherOrigins?: readonly string[] | undefined
  /** Told about every request, without secrets. */
  readonly hooks?: HttpHooks | undefined
  readonly clock?: Clock | undefined
}

/** What a connection needs of a token source. */
export type ConnectionSource = Pick<TokenSource, 'token'> & Partial<Pick<TokenSource, 'id' | 'sending'>>

/**
 * The HTTP session of one account: token attached and renewed, requests spaced, trouble retried, errors thrown. Safe for
 * concurrent use; the spacing holds for all its requests together.
 *
 * Addresses are paths below the protocol's {@link Protocol.serviceUrl} (`me/messages`) or whole. The token goes to the
 * protocol's origin and those of `otherOrigins`: another one is refused with `INVALID_ARGUMENT`, and nothing is sent.
 *
 * Methods fail with `HTTP_ERROR`, with what the token source fails with, or with what `fetch` throws.
 *
 * @example
 * ```ts
 * import type { TokenSource } from '@evergrant/core'
 * import { Connection } from '@evergrant/microsoft365'
 *
 * async function subjects(source: TokenSource): Promise<string[]> {
 *   const connection = new Connection(source, { timeout: 30 })
 *   const found: string[] = []
 *   for await (const { subject } of connection.items<{ subject: string }>('me/messages?$select=subject')) found.push(subject)
 *   return found
 * }
 * ```
 */
export class Connection {
  readonly protocol: Protocol
  readonly #source: ConnectionSource
  readonly #session: Session
  readonly #origins: ReadonlySet<string>

  constructor(source: ConnectionSource, options: ConnectionOptions = {}) {
    const { protocol = new MSGraphProtocol(), defaultHeaders = {}, otherOrigins = [] } = options
    const { requestsDelay = 0 } = options
    if (!(requestsDelay >= 0)) {
      const message = `requestsDelay is in seconds and cannot be ${requestsDelay}; 0 turns it off.`
      throw new OAuthError('INVALID_ARGUMENT', message, { outcome: 'not_sent' })
    }
    this.protocol = protocol
    this.#source = source
    this.#origins = new Set([protocol.serviceUrl, ...otherOrigins].map((address) => new URL(address).origin))
    this.#session = httpSession({
      source,
      fetch: options.fetch,
      delay: options.requestsDelay,
      retries: options.requestRetries,
      timeout: options.timeout,
      headers: withTimezone(defaultHeaders, protocol.timezonePreference),
      raise: options.raiseHttpErrors,
      encode: options.encode,
      hooks: options.hooks,
      clock: options.clock,
    })
  }

  /** The session itself, as `get_session()` has it: every address is whole, and any of them gets the token. */
  getSession(): Session {
    return this.#session
  }

  async request(method: string, url: string | URL, body?: SessionBody, init?: RequestInit): Promise<Response> {
    return this.#session.request(method, this.#address(url), body, init)
  }

  get(url: string | URL, init?: RequestInit): Promise<Response> {
    return this.request('GET', url, undefined, init)
  }

  post(url: string | URL, body?: SessionBody, init?: RequestInit): Promise<Response> {
    return this.request('POST', url, body, init)
  }

  put(url: string | URL, body?: SessionBody, init?: RequestInit): Promise<Response> {
    return this.request('PUT', url, body, init)
  }

  patch(url: string | URL, body?: SessionBody, init?: RequestInit): Promise<Response> {
    return this.request('PATCH', url, body, init)
  }

  delete(url: string | URL, init?: RequestInit): Promise<Response> {
    return this.request('DELETE', url, undefined, init)
  }

  /** The same without the access token, for addresses that carry their own authorization, such as upload sessions. */
  naiveRequest(method: string, url: string | URL, body?: SessionBody, init?: RequestInit): Promise<Response> {
    return this.#session.naiveRequest(method, url, body, init)
  }

  /**
   * The entries of a list, page after page (`@odata.nextLink`), one page in memory at a time. A next page on another
   * origin than the token may go to ends it with `INVALID_ANSWER`.
   */
  items<T>(url: string | URL, init?: RequestInit): AsyncGenerator<T, void, undefined> {
    const get = async (address: string): Promise<Response> => this.#session.get(address, init)
    return pagedItems<T>(this.#address(url), get, (next) => this.#origins.has(new URL(next).origin))
  }

  /**
   * Makes sure of a valid access token, and resolves to true. `force`: asks for a new one although the present one is
   * still valid. Concurrent calls share one request. Throws a `TokenExpiredError` when a person has to consent again.
   */
  async refreshToken({ force = false }: { readonly force?: boolean } = {}): Promise<true> {
    await this.#source.token({ force })
    return true
  }

  #address(url: string | URL): string {
    const given = String(url)
    if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(given) && !given.startsWith('//'))
      return this.protocol.serviceUrl + given.replace(/^\//, '')
    const origin = URL.canParse(given) ? new URL(given).origin : undefined
    if (origin !== undefined && this.#origins.has(origin)) return given
    const message = `The token is for ${[...this.#origins].join(', ')} and was not sent to ${origin ?? 'this address'}. Use naiveRequest for addresses that need no token, or name the origin in otherOrigins.`
    throw new OAuthError('INVALID_ARGUMENT', message, { outcome: 'not_sent' })
  }
}

function withTimezone(headers: Readonly<Record<string, string>>, preference: string | undefined): Headers {
  const all = new Headers(headers)
  if (preference !== undefined) all.append('prefer', preference)
  return all
}
