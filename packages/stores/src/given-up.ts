import { OAuthError } from '@evergrant/core'

/** Throws `ABORTED` when the caller has given up already: nothing is then begun. */
export function assertWanted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw givenUp(signal)
}

/** The error of a caller who gave up. */
export function givenUp(signal: AbortSignal): OAuthError {
  return new OAuthError('ABORTED', 'The caller gave up; nothing was written.', { cause: signal.reason })
}

/** What is read, unless the caller gives up before it is there. Not for writes: theirs must be told as it went. */
export function whileWanted<T>(reading: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return reading
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(givenUp(signal))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    reading.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
