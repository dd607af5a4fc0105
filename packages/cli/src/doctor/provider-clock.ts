import type { Clock } from '@evergrant/core'
import type { Check } from './check.ts'

/** Further apart than this, signed tokens and expiry times begin to be refused. */
const TOLERATED = 60

/** Remembers the `Date` header of the answers that pass, as the provider's clock. */
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
      // The header has whole seconds and was written somewhere between sending and receiving.
      if (!Number.isNaN(date)) this.#skew = date / 1000 + 0.5 - (sent + this.#clock.now()) / 2
      return response
    }
  }

  /** How far this machine is from the provider. */
  check(): Check {
    const [id, title] = ['clock', 'Clock'] as const
    if (this.#skew === undefined) return { id, title, result: 'skip', detail: 'The provider told no time.' }
    const apart = Math.round(Math.abs(this.#skew))
    if (apart <= TOLERATED) return { id, title, result: 'ok', detail: `${apart} s apart` }
    const direction = this.#skew > 0 ? 'behind' : 'ahead of'
    return {
      id,
      title,
      result: 'fail',
      detail: `This machine is ${apart} s ${direction} the provider.`,
      who: 'whoever runs this machine and its network',
      advice: 'Set the clock by a time server (NTP).',
    }
  }
}
