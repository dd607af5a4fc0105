import { parseRetryAfter } from '../answer/answer-body.ts'
import { type CircuitBreakerOptions, HostBreaker } from './host-breaker.ts'
import type { FetchMiddleware } from './middleware.ts'
import { isNetworkFailure } from './network-failure.ts'

/**
 * Leaves a host alone that is in trouble: after failures in a row (no answer, or 5xx), or when it says for how long
 * (429 or 503 with `Retry-After`). Meanwhile requests to it fail at once with `PROVIDER_UNAVAILABLE`, `retryAfter`, and
 * outcome `not_sent`. Then one request tries; the others follow when it succeeds.
 *
 * For requests to APIs. Token requests of {@link tokenSources} have one already; see `hostLimits`.
 */
export function circuitBreaker(options: CircuitBreakerOptions = {}): FetchMiddleware {
  const breaker = new HostBreaker(options)
  return async (request, next) => {
    const name = new URL(request.url).host
    breaker.enter(name)
    try {
      const response = await next(request)
      const asked =
        response.status === 429 || response.status === 503
          ? parseRetryAfter(response.headers.get('retry-after'), breaker.clock.now())
          : undefined
      if (asked !== undefined) breaker.asked(name, asked)
      else if (response.status >= 500) breaker.failed(name)
      else breaker.answered(name)
      return response
    } catch (error) {
      // The caller's own abort says nothing about the host, and neither does a mistake in the program.
      const lost = request.signal.aborted
        ? isTimeout(request.signal.reason)
        : isTimeout(error) || isNetworkFailure(error)
      if (lost) breaker.failed(name)
      throw error
    } finally {
      breaker.leave(name)
    }
  }
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError'
}
