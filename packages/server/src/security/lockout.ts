import type { Clock } from '@evergrant/core'

const FREE_ATTEMPTS = 5
const LONGEST_WAIT = 900
const FORGET_AFTER = 3600
const MOST_SOURCES = 10_000

interface Attempts {
  failures: number
  until: number
  last: number
}

/**
 * Slows down guessing, by where it comes from: after five failures a source waits 2, 4, 8 … seconds, at most 15 minutes.
 * Never by account: otherwise anybody could lock somebody else out.
 */
export class Lockout {
  readonly #clock: Clock
  readonly #sources = new Map<string, Attempts>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Seconds for which this source still has to wait; 0: it may try. */
  wait(source: string): number {
    return Math.max(0, (this.#sources.get(source)?.until ?? 0) - this.#clock.monotonic())
  }

  failed(source: string): void {
    const now = this.#clock.monotonic()
    const before = this.#sources.get(source)
    const failures = (before !== undefined && now - before.last < FORGET_AFTER ? before.failures : 0) + 1
    const wait = failures < FREE_ATTEMPTS ? 0 : Math.min(LONGEST_WAIT, 2 ** (failures - FREE_ATTEMPTS + 1))
    // Reinserted, so that the map is in order of age and the oldest is the first.
    this.#sources.delete(source)
    this.#sources.set(source, { failures, until: now + wait, last: now })
    const [oldest] = this.#sources.keys()
    if (this.#sources.size > MOST_SOURCES && oldest !== undefined) this.#sources.delete(oldest)
  }

  succeeded(source: string): void {
    this.#sources.delete(source)
  }
}
