import type { Clock } from '@evergrant/core'

/** Beyond so many people, those who asked longest ago are forgotten. */
const MOST_KNOWN = 10_000

/** Lets each person do something so many times in so many seconds. Counted by this process alone. */
export class Pace {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #times: number
  readonly #seconds: number
  readonly #last = new Map<string, readonly number[]>()

  constructor(clock: Pick<Clock, 'monotonic'>, times: number, seconds: number) {
    this.#clock = clock
    this.#times = times
    this.#seconds = seconds
  }

  /** Seconds that they have to wait; 0: they may, and it was counted. */
  take(person: string): number {
    const now = this.#clock.monotonic()
    const recent = (this.#last.get(person) ?? []).filter((at) => at > now - this.#seconds)
    const [first] = recent
    if (first !== undefined && recent.length >= this.#times) return first + this.#seconds - now
    this.#last.delete(person)
    this.#last.set(person, [...recent, now])
    const [oldest] = this.#last.keys()
    if (this.#last.size > MOST_KNOWN && oldest !== undefined) this.#last.delete(oldest)
    return 0
  }
}
