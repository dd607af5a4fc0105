import { counted, OAuthError } from '@evergrant/core'
import type { Invocation } from './invocation.ts'

/** Waits for a person, but not for ever: `AUTHORIZATION_EXPIRED` after `seconds`, and Ctrl-C ends it at once. */
export async function within<T>(
  seconds: number,
  { clock, signal }: Pick<Invocation, 'clock' | 'signal'>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController()
  const done = new AbortController()
  const timer = clock.sleep(seconds, done.signal).then(
    () => late.abort(new OAuthError('AUTHORIZATION_EXPIRED', `Nobody consented within ${seconds} s.`)),
    () => undefined,
  )
  try {
    return await work(AbortSignal.any([late.signal, signal]))
  } catch (error) {
    // Whatever words the work has for being aborted, the deadline is why.
    throw late.signal.aborted ? late.signal.reason : error
  } finally {
    done.abort()
    await timer
  }
}

/** Says what is waited for, how long, and how to stop it. */
export function tellWait(what: string, seconds: number, { terminal }: Pick<Invocation, 'terminal'>): void {
  const long = seconds >= 120 ? counted(Math.round(seconds / 60), 'minute') : counted(seconds, 'second')
  terminal.note(
    terminal.style('dim', `Waiting for ${what}, at most ${long}. Ctrl-C stops; nothing is stored until then.`),
  )
}
