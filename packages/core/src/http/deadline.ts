/**
 * Runs `work` for at most so many seconds, and then rejects with a `TimeoutError`. Raced, because a fetch of the
 * caller's own may not listen to its signal. The timer ends with the work: one that ran on would hold the request and
 * its answer in memory until the deadline, long after they are done with.
 */
export function withinDeadline<T>(seconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController()
    const timer = setTimeout(() => {
      const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError')
      reject(reason)
      controller.abort(reason)
    }, seconds * 1000)
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
