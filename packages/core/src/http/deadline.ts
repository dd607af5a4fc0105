import type { Clock } from '../clock.ts'

/** Seconds that are waited at a stretch. */
const STRETCH = 1

/**
 * Runs `work` for at most so many seconds, and then rejects with a `TimeoutError`. Raced, because a fetch of the
 * caller's own may not listen to its signal. The timer ends with the work: one that ran on would hold the request and
 * its answer in memory until the deadline, long after they are done with.
 *
 * Time in which the process was stopped does not count. A process wakes up to its timers first and to its answers after
 * that: a deadline that passed meanwhile would throw away an answer that is there, and the refresh token in it.
 */
export function withinDeadline<T>(
  seconds: number,
  clock: Clock,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController()
    let timer: ReturnType<typeof setTimeout>
    const wait = (left: number): void => {
      const stretch = Math.min(STRETCH, left)
      const began = clock.monotonic()
      timer = setTimeout(() => {
        const stopped = clock.monotonic() - began > stretch + 1
        const rest = stopped ? left : left - stretch
        if (rest > 0) return wait(rest)
        const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError')
        reject(reason)
        controller.abort(reason)
      }, stretch * 1000)
    }
    wait(seconds)
    work(controller.signal).then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}
