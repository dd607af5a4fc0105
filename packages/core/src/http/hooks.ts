import { type Clock, systemClock } from '../clock.ts'
import { scrub } from '../redacted.ts'
import type { FetchMiddleware } from './middleware.ts'

/** A request as a log may show it: no token, cookie, code or secret. */
export interface RequestView {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** What became of a request, as a log may show it. */
export interface ResponseView {
  readonly request: RequestView
  /** Absent when no answer came. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** The name and message of what went wrong, when no answer came. */
  readonly failure?: string
  readonly seconds: number
}

/** What is told about every request. */
export interface HttpHooks {
  /** Before the request leaves. Awaited; what it throws stops the request. */
  readonly before?: ((request: RequestView) => void | Promise<void>) | undefined
  /** After the head of the answer came, or the request failed. Awaited; what it throws fails the request. */
  readonly after?: ((response: ResponseView) => void | Promise<void>) | undefined
  readonly clock?: Clock | undefined
}

/** Tells hooks about requests. Bodies are never shown; secrets in addresses and headers are removed. */
export function hooks({ before, after, clock = systemClock }: HttpHooks): FetchMiddleware {
  return async (request, next) => {
    const view = requestView(request)
    const started = clock.monotonic()
    await before?.(view)
    let response: Response
    try {
      response = await next(request)
    } catch (error) {
      const failure = scrub(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
      await after?.({ request: view, failure, seconds: clock.monotonic() - started })
      throw error
    }
    const { status } = response
    await after?.({
      request: view,
      status,
      headers: shown(response.headers, request.url),
      seconds: clock.monotonic() - started,
    })
    return response
  }
}

/** The request without its secrets. */
export function requestView({ method, url, headers }: Pick<Request, 'method' | 'url' | 'headers'>): RequestView {
  return { method, url: shownUrl(url), headers: shown(headers, url) }
}

const HIDDEN_HEADER = /auth|cookie|token|secret|key|dpop|signature|password|credential/i
const HIDDEN_PARAMETER = /token|secret|code|state|nonce|assertion|password|key|sig|credential|auth/i
const SHOWN_HEADER = /^(?:access-control-|www-authenticate$|proxy-authenticate$)/i
const PLACEHOLDER = '<redacted>'

/** Unknown names are hidden when they sound like a secret: a header too few in a log is better than a token. */
function shown(headers: Headers, base: string): Record<string, string> {
  const view: Record<string, string> = {}
  for (const [name, value] of headers) {
    const hidden = HIDDEN_HEADER.test(name) && !SHOWN_HEADER.test(name)
    view[name] = hidden ? PLACEHOLDER : name === 'location' ? shownUrl(value, base) : scrub(value)
  }
  return view
}

function shownUrl(address: string, base?: string): string {
  if (!URL.canParse(address, base)) return scrub(address)
  const url = new URL(address, base)
  if (url.username !== '') url.username = 'redacted'
  if (url.password !== '') url.password = 'redacted'
  for (const name of new Set(url.searchParams.keys()))
    if (HIDDEN_PARAMETER.test(name)) url.searchParams.set(name, 'redacted')
  if (url.hash !== '') url.hash = 'redacted'
  return scrub(url.href)
}
