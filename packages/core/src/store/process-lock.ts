import { OAuthError } from '../errors.ts'
import type { Lock } from './locked.ts'

/** A lock among the callers of one process, in order of their coming. For places that no other process writes. */
export function processLock(): Lock {
  const lasts = new Map<string, Promise<unknown>>()
  return async (name, work, options) => {
    const before = lasts.get(name)
    const turn = Promise.withResolvers<void>()
    // Who gives up keeps the place of those behind: their turn still comes after that of those before.
    const last = Promise.allSettled([before, turn.promise])
    lasts.set(name, last)
    try {
      await unlessGivenUp(before, options?.signal)
      return await work()
    } finally {
      turn.resolve()
      void last.then(() => lasts.get(name) === last && lasts.delete(name))
    }
  }
}

async function unlessGivenUp(before: Promise<unknown> | undefined, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return void (await before)
  const given = Promise.withResolvers<never>()
  const abort = (): void =>
    given.reject(new OAuthError('ABORTED', 'The caller gave up; nothing was written.', { cause: signal.reason }))
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  try {
    await Promise.race([given.promise, before])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
