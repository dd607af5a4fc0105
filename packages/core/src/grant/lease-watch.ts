import type { Clock } from '../clock.ts'
import type { Grant } from './grant.ts'

/** Seconds that at most count between two looks at the record; pauses are half a second. */
const LONGEST_LOOK = 2

/**
 * Tells when a mark of another process has become old: when the record stayed the same for a whole lease by our own
 * monotonic clock. Wall clocks of two machines are never compared, and time in which we were suspended ourselves does
 * not count: whoever was suspended with us gets its chance to finish first.
 */
export class LeaseWatch {
  readonly #clock: Clock
  readonly #lease: number
  #version = -1
  #looked = 0
  #watched = 0
  #polls = 0

  constructor(clock: Clock, lease: number) {
    this.#clock = clock
    this.#lease = lease
  }

  /** Whether the mark on this record still has to be respected. */
  holds(of: Grant): boolean {
    const now = this.#clock.monotonic()
    if (of.version !== this.#version) {
      this.#version = of.version
      this.#watched = 0
      this.#polls = 0
    } else this.#watched += Math.min(now - this.#looked, LONGEST_LOOK)
    this.#looked = now
    return this.#watched < this.#lease
  }

  /** Waits a little before the record is read again: 25 ms at first, up to half a second, never beyond the lease. */
  async pause(random: number): Promise<void> {
    const step = Math.min(0.5, 0.025 * 1.5 ** this.#polls++) * (0.75 + random * 0.5)
    const left = this.#lease - this.#watched
    await this.#clock.sleep(Math.max(0.005, Math.min(step, left)))
  }
}
