import type { Clock } from '../clock.ts'
import { counted } from '../counted.ts'
import type { Found } from './finding.ts'

/** Seconds. Further apart than this, signed tokens and expiry times begin to be refused. */
const TOLERATED = 60

/** Remembers the `Date` of the answers that pass (RFC 9110 §6.6.1), as the provider's clock. */
export class ProviderClock {
  readonly #clock: Clock
  #skew: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** `fetch` that looks at the clock of whoever answers. */
  watching(inner: typeof fetch): typeof fetch {
    return async (input, init) => {
      const sent = this.#clock.now()
      const response = await inner(input, init)
      const date = Date.parse(response.headers.get('date') ?? '')
      if (!Number.isNaN(date)) this.#add(date / 1000 - (sent + this.#clock.now()) / 2)
      return response
    }
  }

  /** How far this machine is from the provider. */
  found(): Found {
    if (this.#skew === undefined) return { result: 'skip', detail: 'The provider told no time.' }
    const apart = Math.abs(Math.round(this.#skew))
    if (apart <= TOLERATED) return { result: 'ok', detail: 'This machine and the provider agree on the time.' }
    return {
      result: 'fail',
      detail:
        this.#skew > 0
          ? `This machine's clock is ${counted(apart, 'second')} behind the provider's.`
          : `This machine's clock is ${counted(apart, 'second')} ahead of the provider's.`,
      who: 'operator',
      advice: 'Set the clock of this machine by a time server (NTP).',
    }
  }

  /** The header has whole seconds, and a slow answer makes the difference look larger: the least one counts. */
  #add(skew: number): void {
    if (this.#skew === undefined || Math.abs(skew) < Math.abs(this.#skew)) this.#skew = skew
  }
}
