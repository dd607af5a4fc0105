/**
 * Where time comes from. Every part of Evergrant takes its time from an injected clock, so that tests advance
 * time instead of waiting for it.
 */
export interface Clock {
  /** Wall-clock time in epoch seconds, with a fraction. May jump when the machine's clock is set. */
  now(): number
  /** Seconds since an arbitrary start. Never jumps; leases are measured with it. */
  monotonic(): number
  /** Resolves after `seconds`; rejects with the signal's reason when the signal aborts first. */
  sleep(seconds: number, signal?: AbortSignal): Promise<void>
}

/** The machine's own clock: `Date.now`, `performance.now` and `setTimeout`. */
export const systemClock: Clock = {
  now: () => Date.now() / 1000,
  monotonic: () => performance.now() / 1000,
  sleep: (seconds, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const abort = (): void => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort)
        resolve()
      }, seconds * 1000)
      signal?.addEventListener('abort', abort, { once: true })
    }),
}
