/** What the sandbox needs of a clock. Times are epoch seconds and may carry a fraction. */
export interface SandboxClock {
  now(): number
}

interface Sleeper {
  readonly wakeAt: number
  wake(): void
}

/**
 * A clock that stands still until it is told to move. It has the shape of the clock that Evergrant's engine takes, so
 * one instance can drive a client and the sandbox together. All times are seconds.
 */
export class ManualClock implements SandboxClock {
  #wall: number
  #elapsed = 0
  #sleepers: Sleeper[] = []

  constructor(start: number) {
    this.#wall = start
  }

  /** The wall clock, in epoch seconds. */
  now(): number {
    return this.#wall
  }

  /** Seconds since the clock was made. Never goes back, whatever `set` does to the wall clock. */
  monotonic(): number {
    return this.#elapsed
  }

  /** Lets `seconds` pass on both the wall and the monotonic clock, and wakes the sleepers that are due, in order. */
  advance(seconds: number): void {
    if (!Number.isFinite(seconds) || seconds < 0) throw new RangeError('A clock advances by zero or more seconds')
    this.#wall += seconds
    this.#elapsed += seconds
    const due = this.#sleepers.filter((sleeper) => sleeper.wakeAt <= this.#elapsed)
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.wakeAt > this.#elapsed)
    for (const sleeper of due.sort((a, b) => a.wakeAt - b.wakeAt)) sleeper.wake()
  }

  /** Moves the wall clock alone, forwards or back, as a time server or an operator would. No time passes. */
  set(epochSeconds: number): void {
    if (!Number.isFinite(epochSeconds)) throw new RangeError('A clock is set to a finite number of epoch seconds')
    this.#wall = epochSeconds
  }

  /** Resolves once the clock has been advanced by `seconds`; rejects with the signal's reason when it aborts first. */
  sleep(seconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    if (seconds <= 0) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper)
        reject(signal?.reason)
      }
      const sleeper: Sleeper = {
        wakeAt: this.#elapsed + seconds,
        wake: () => {
          signal?.removeEventListener('abort', abort)
          resolve()
        },
      }
      signal?.addEventListener('abort', abort, { once: true })
      this.#sleepers.push(sleeper)
    })
  }

  /** How many `sleep` calls are waiting: lets a test see that the code under test has gone to sleep. */
  get sleepers(): number {
    return this.#sleepers.length
  }
}

/**
 * Makes a clock that stands still. It starts at the present second unless told otherwise, because independent clients
 * compare `iat` and `exp` of an id_token with the real time.
 */
export function manualClock(start: number = Math.floor(Date.now() / 1000)): ManualClock {
  return new ManualClock(start)
}

/** Real time that can be moved ahead: what a sandbox runs on when it is given no clock. */
export class RunningClock implements SandboxClock {
  #ahead = 0

  now(): number {
    return Date.now() / 1000 + this.#ahead
  }

  advance(seconds: number): void {
    if (!Number.isFinite(seconds) || seconds < 0) throw new RangeError('A clock advances by zero or more seconds')
    this.#ahead += seconds
  }
}

export function canAdvance(clock: SandboxClock): clock is SandboxClock & { advance(seconds: number): void } {
  return 'advance' in clock && typeof clock.advance === 'function'
}
