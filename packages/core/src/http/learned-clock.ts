import { type Clock, systemClock } from '../clock.ts'
import type { FetchMiddleware } from './middleware.ts'

/** How {@link learnedClock} behaves. */
export interface LearnedClockOptions {
  readonly clock?: Clock | undefined
  /** How many answers the estimate is made of. Default 9. */
  readonly samples?: number | undefined
  /** Furthest correction in seconds; a server that is further away moves the clock no more than that. Default 600. */
  readonly bound?: number | undefined
}

/** A clock that agrees with a server. */
export interface LearnedClock extends Clock {
  /** Reads the servers' `Date`: give it to {@link compose} for the requests to learn from. */
  readonly learn: FetchMiddleware
  /** Seconds that the server is ahead of this machine; 0 until it is known to be more than one. */
  skew(): number
}

/**
 * Learns from the `Date` of answers (RFC 9110 §6.6.1) how far this machine's clock is off: the median of the last few,
 * so that one odd answer or a slow one changes nothing. For assertions, id_tokens and absolute expiry dates on machines
 * whose time nobody keeps. Make one for each provider.
 *
 * @example
 * ```ts
 * import { compose, defineClient, learnedClock, type Provider } from '@evergrant/core'
 *
 * function clientOnAnyMachine(provider: Provider) {
 *   const clock = learnedClock()
 *   return defineClient({ provider, client_id: 'my-program', http: { clock, fetch: compose([clock.learn]) } })
 * }
 * ```
 */
export function learnedClock(options: LearnedClockOptions = {}): LearnedClock {
  const { clock = systemClock, samples = 9, bound = 600 } = options
  const seen: number[] = []
  let skew = 0
  return {
    now: () => clock.now() + skew,
    monotonic: () => clock.monotonic(),
    sleep: (seconds, signal) => clock.sleep(seconds, signal),
    skew: () => skew,
    async learn(request, next) {
      const sent = clock.now()
      const response = await next(request)
      const told = Date.parse(response.headers.get('date') ?? '')
      if (Number.isNaN(told)) return response
      // `Date` has whole seconds, so on average it is half a second ago; the answer was made half way.
      seen.push(told / 1000 + 0.5 - (sent + clock.now()) / 2)
      if (seen.length > samples) seen.shift()
      const middle = median(seen)
      skew = Math.abs(middle) <= 1 ? 0 : Math.max(-bound, Math.min(bound, middle))
      return response
    },
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  const upper = sorted[half] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? upper)) / 2
}
