import { type Clock, systemClock } from '../clock.ts'

/** How requests to a provider are made. */
export interface Http {
  /** Defaults to the global `fetch`. Give another one for proxies or client certificates. */
  readonly fetch: typeof fetch
  /** Seconds after which any single request is given up. Default 15. */
  readonly deadline: number
  /** Largest answer that is read, in bytes. Default 1 MiB. */
  readonly maxAnswer: number
  readonly clock: Clock
}

/** The defaults, with what is given. */
export function http(given: Partial<Http> = {}): Http {
  return {
    fetch: given.fetch ?? ((input, init) => fetch(input, init)),
    deadline: given.deadline ?? 15,
    maxAnswer: given.maxAnswer ?? 1_048_576,
    clock: given.clock ?? systemClock,
  }
}
