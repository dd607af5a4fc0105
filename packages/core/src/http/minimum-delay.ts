import { type Clock, systemClock } from '../clock.ts'
import type { FetchMiddleware } from './middleware.ts'

/** How {@link minimumDelay} behaves. */
export interface MinimumDelayOptions {
  /** Seconds between the starts of two requests. Default 0.2. */
  readonly seconds?: number | undefined
  readonly clock?: Clock | undefined
}

/**
 * Keeps the starts of requests apart. Requests that come together leave one after another, in the order they came; an
 * aborted one gives its place up at once. Every call makes a spacing of its own: share the result to share it.
 */
export function minimumDelay({ seconds = 0.2, clock = systemClock }: MinimumDelayOptions = {}): FetchMiddleware {
  let last = Number.NEGATIVE_INFINITY
  let queue = Promise.resolve()
  return async (request, next) => {
    const before = queue
    const turn = Promise.withResolvers<void>()
    queue = before.then(() => turn.promise)
    try {
      await orAborted(before, request.signal)
      // A timer may fire a fraction early; the promise is about the starts.
      for (let wait = last + seconds - clock.monotonic(); wait > 0; wait = last + seconds - clock.monotonic()) {
        await clock.sleep(wait, request.signal)
      }
      last = clock.monotonic()
    } finally {
      turn.resolve()
    }
    return next(request)
  }
}

function orAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    void work.then(() => {
      signal.removeEventListener('abort', abort)
      resolve()
    })
  })
}
