import type { Clock } from '../clock.ts'
import type { TokenSource } from '../grant/token-source.ts'
import { bearerMiddleware } from './bearer.ts'
import { compose } from './compose.ts'
import { defaultHeaders } from './default-headers.ts'
import { type HttpHooks, hooks } from './hooks.ts'
import { minimumDelay } from './minimum-delay.ts'
import { raiseOnHttpError } from './raise-on-http-error.ts'
import { retry } from './retry.ts'
import { timeout } from './timeout.ts'

/** What {@link httpSession} needs. */
export interface SessionOptions {
  readonly source: Pick<TokenSource, 'token'> & Partial<Pick<TokenSource, 'id' | 'sending'>>
  /** Makes the requests. Give one that uses a proxy, for example. Default: the source's, else the global `fetch`. */
  readonly fetch?: typeof fetch | undefined
  /** Seconds between the starts of two requests. Default 0.2; 0 turns it off. */
  readonly delay?: number | undefined
  /** Retries of requests that are safe to repeat. Default 3. */
  readonly retries?: number | undefined
  /** Seconds for one attempt. Default: no limit. */
  readonly timeout?: number | undefined
  /** Headers of every request that has none of that name; `Prefer` values are added. */
  readonly headers?: NonNullable<RequestInit['headers']> | undefined
  /** Whether an answer of 400 or above is thrown (`HTTP_ERROR`). Default true; false returns it. */
  readonly raise?: boolean | undefined
  /** How plain values in a body become JSON. Default `JSON.stringify`. */
  readonly encode?: ((value: unknown) => string) | undefined
  readonly hooks?: HttpHooks | undefined
  readonly clock?: Clock | undefined
}

/** A body: what `fetch` takes is sent as it is, any other value as JSON. */
export type SessionBody = RequestInit['body'] | object | number | boolean

/** Requests to an API with the access token of one grant. */
export interface Session {
  request(method: string, url: string | URL, body?: SessionBody, init?: RequestInit): Promise<Response>
  get(url: string | URL, init?: RequestInit): Promise<Response>
  post(url: string | URL, body?: SessionBody, init?: RequestInit): Promise<Response>
  put(url: string | URL, body?: SessionBody, init?: RequestInit): Promise<Response>
  patch(url: string | URL, body?: SessionBody, init?: RequestInit): Promise<Response>
  delete(url: string | URL, init?: RequestInit): Promise<Response>
  /** The same without the access token, for addresses that carry their own authorization. */
  naiveRequest(method: string, url: string | URL, body?: SessionBody, init?: RequestInit): Promise<Response>
}

/**
 * An HTTP session for one grant: token attached, one replay after a 401, safe retries, requests spaced, errors thrown.
 * Safe for concurrent use; the spacing holds for all its requests together.
 *
 * Fails with what {@link TokenSource.token} fails with (then nothing was sent), `HTTP_ERROR`, or what `fetch` throws.
 *
 * @example
 * ```ts
 * import { httpSession, type TokenSource } from '@evergrant/core'
 *
 * async function rename(source: TokenSource): Promise<unknown> {
 *   const session = httpSession({ source })
 *   const response = await session.patch('https://api.example/me', { name: 'Alice' })
 *   return response.json()
 * }
 * ```
 */
export function httpSession(options: SessionOptions): Session {
  const { source, delay = 0.2, clock, raise = true, encode = JSON.stringify } = options
  const send = options.fetch ?? source.sending?.fetch
  const outer = [
    raise ? raiseOnHttpError : undefined,
    retry({ retries: options.retries, clock }),
    options.headers === undefined ? undefined : defaultHeaders(options.headers),
  ]
  const inner = [
    delay > 0 ? minimumDelay({ seconds: delay, clock }) : undefined,
    options.timeout === undefined ? undefined : timeout(options.timeout),
    options.hooks === undefined ? undefined : hooks({ clock, ...options.hooks }),
  ]
  const authorized = compose([...outer, bearerMiddleware(source), ...inner], send)
  const naive = compose([...outer, ...inner], send)
  const via =
    (send: typeof fetch) =>
    async (method: string, url: string | URL, body?: SessionBody, init?: RequestInit): Promise<Response> =>
      send(url, { ...init, method, ...encoded(body, init, encode) })
  const request = via(authorized)
  return {
    request,
    get: (url, init) => request('GET', url, undefined, init),
    post: (url, body, init) => request('POST', url, body, init),
    put: (url, body, init) => request('PUT', url, body, init),
    patch: (url, body, init) => request('PATCH', url, body, init),
    delete: (url, init) => request('DELETE', url, undefined, init),
    naiveRequest: via(naive),
  }
}

function encoded(body: SessionBody, init: RequestInit | undefined, encode: (value: unknown) => string): RequestInit {
  if (body === undefined || body === null) return {}
  // A streamed body needs the caller's word that the answer comes after it (Fetch §5.4).
  if (body instanceof ReadableStream) return { body, duplex: 'half' } as RequestInit
  if (isBody(body)) return { body }
  const headers = new Headers(init?.headers)
  if (!headers.has('content-type')) headers.set('content-type', 'application/json')
  return { body: encode(body), headers }
}

function isBody(body: NonNullable<SessionBody>): body is NonNullable<RequestInit['body']> {
  return (
    typeof body === 'string' ||
    body instanceof URLSearchParams ||
    body instanceof FormData ||
    body instanceof Blob ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body)
  )
}
