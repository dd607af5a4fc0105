import { HostPlaces } from './host-places.ts'
import type { FetchMiddleware } from './middleware.ts'

/**
 * At most so many requests to one host at a time, until the head of the answer is there; the others wait in the order
 * they came. An aborted one leaves the queue. Default 8.
 */
export function concurrencyLimit(limit = 8): FetchMiddleware {
  const places = new HostPlaces(limit)
  return async (request, next) => {
    const name = new URL(request.url).host
    await places.take(name, request.signal)
    try {
      return await next(request)
    } finally {
      places.give(name)
    }
  }
}
