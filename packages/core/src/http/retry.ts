import { parseRetryAfter } from '../answer/answer-body.ts'
import { type Clock, systemClock } from '../clock.ts'
import type { FetchMiddleware } from './middleware.ts'
import { isNetworkFailure } from './network-failure.ts'

/** How {@link retry} behaves. */
export interface RetryOptions {
  /** How often a request is sent again after the first time. Default 3; 0 turns retries off. */
  readonly retries?: number | undefined
  /** Seconds; the wait before the nth retry is random between 0 and `base * 2 ** n`. Default 0.5. */
  readonly base?: number | undefined
  /** Longest wait in seconds. A server that asks for a longer one is not asked again. Default 60. */
  readonly cap?: number | undefined
  /**
   * Whether a request may be sent twice although its verb is not safe to repeat. Default: when it has an
   * `Idempotency-Key` header.
   */
  readonly repeat?: ((request: Request) => boolean) | undefined
  readonly clock?: Clock | undefined
  /** In [0, 1). Default `Math.random`. */
  readonly random?: (() => number) | undefined
}

/** RFC 9110 §9.2.2: repeating these has the effect of doing it once. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])
const TRANSIENT = new Set([408, 425, 429, 500, 502, 503, 504])
/** With `Retry-After` these say that the request was not carried out, whatever its verb. */
const TURNED_AWAY = new Set([429, 503])

/**
 * Sends a request again when that is safe and may help: idempotent verbs after 408, 425, 429, 500, 502, 503, 504 and
 * connection failures; POST and PATCH after 429 and 503 with `Retry-After`, and otherwise only when `repeat` says so.
 * Waits as long as `Retry-After` says (seconds or a date), else a random while that doubles (full jitter).
 *
 * When the retries are used up, the last response is returned or the last error thrown. An abort ends the wait.
 */
export function retry(options: RetryOptions = {}): FetchMiddleware {
  const { retries = 3, base = 0.5, cap = 60, clock = systemClock, random = Math.random } = options
  const repeat = options.repeat ?? ((request: Request) => request.headers.has('idempotency-key'))
  return async (request, next) => {
    const repeatable = IDEMPOTENT.has(request.method) || repeat(request)
    let left = request
    for (let attempt = 0; ; attempt++) {
      const spare = attempt < retries && left.body !== null ? left.clone() : left
      const jitter = Math.min(cap, base * 2 ** attempt) * random()
      let wait = jitter
      try {
        const response = await next(left)
        if (attempt >= retries || !TRANSIENT.has(response.status)) return response
        const asked = retryAfter(response, clock)
        if (!repeatable && !(asked !== undefined && TURNED_AWAY.has(response.status))) return response
        if (asked !== undefined && asked > cap) return response
        // Everybody else was told the same; a little jitter on top keeps them apart.
        wait = asked === undefined ? jitter : asked + Math.min(1, jitter)
        await response.body?.cancel()
      } catch (error) {
        if (attempt >= retries || !repeatable || request.signal.aborted || !isConnectionFailure(error)) throw error
      }
      await clock.sleep(wait, request.signal)
      left = spare
    }
  }
}

/** A date counts from the server's own clock when it tells the time, because the two may differ. */
function retryAfter(response: Response, clock: Clock): number | undefined {
  const told = Date.parse(response.headers.get('date') ?? '')
  return parseRetryAfter(response.headers.get('retry-after'), Number.isNaN(told) ? clock.now() : told / 1000)
}

/** What `fetch` throws when the network failed, and what a timeout step throws. */
function isConnectionFailure(error: unknown): boolean {
  return isNetworkFailure(error) || (error instanceof DOMException && error.name === 'TimeoutError')
}
