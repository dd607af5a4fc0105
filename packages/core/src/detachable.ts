import { OAuthError } from './errors.ts'

/**
 * A shared promise, for one caller that may give up waiting: its abort rejects only what this returns, and the
 * shared work goes on for the others.
 */
export function detachable<T>(shared: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return shared
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(abandoned(signal))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    shared.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** What a caller gets that gave up by its signal. */
export function abandoned(signal: AbortSignal): OAuthError {
  return new OAuthError('ABORTED', 'The caller gave up waiting.', { cause: signal.reason })
}
