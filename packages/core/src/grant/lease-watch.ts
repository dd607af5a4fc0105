import type { Clock } from '../clock.ts'
import type { StoreProcesses } from '../store/store.ts'
import type { Grant } from './grant.ts'

/** Seconds that at most count between two looks at the record; pauses are half a second. */
const LONGEST_LOOK = 2

/**
 * Seconds for which the mark of a process that has ended is still respected. What it sent last may be on its way: if
 * ours came before it, the provider would take the late one for a refresh token that somebody stole.
 */
const STILL_ON_ITS_WAY = 2

/**
 * Tells when a mark of another process has become old: when the record stayed the same for a whole lease by our own
 * monotonic clock. Wall clocks of two machines are never compared, and time in which we were suspended ourselves does
 * not count: whoever was suspended with us gets its chance to finish first.
 *
 * The lease is for those of whom nothing is known. A process that the store knows to have ended is passed over sooner.
 */
export class LeaseWatch {
  readonly #clock: Clock
  readonly #lease: number
  readonly #processes: StoreProcesses | undefined
  #limit: number
  #version = -1
  #looked = 0
  #watched = 0
  #polls = 0

  constructor(clock: Clock, lease: number, processes: StoreProcesses | undefined) {
    this.#clock = clock
    this.#lease = lease
    this.#processes = processes
    this.#limit = lease
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
    const marker = of.spending?.process
    const ended = marker !== undefined && this.#processes?.hasEnded(marker) === true
    this.#limit = ended ? Math.min(STILL_ON_ITS_WAY, this.#lease) : this.#lease
    return this.#watched < this.#limit
  }

  /** Waits a little before the record is read again: 25 ms at first, up to half a second, never beyond the lease. */
  async pause(random: number): Promise<void> {
    const step = Math.min(0.5, 0.025 * 1.5 ** this.#polls++) * (0.75 + random * 0.5)
    const left = this.#limit - this.#watched
    await this.#clock.sleep(Math.max(0.005, Math.min(step, left)))
  }
}
