import type { FetchMiddleware } from './middleware.ts'

/**
 * Gives a request up after `seconds`, counted until its answer was read. It then fails with a `TimeoutError`, as with
 * `AbortSignal.timeout`. Inside of a retry step every attempt has the whole time; outside of it all have it together.
 */
export function timeout(seconds: number): FetchMiddleware {
  return (request, next) => {
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(seconds * 1000)])
    return next(new Request(request, { signal }))
  }
}
