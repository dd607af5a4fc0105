import type { Invocation } from './invocation.ts'

/** Seconds after which a person begins to wonder. */
const WONDER = 2

/** Does the work; when it takes long, tells a person at the terminal what is waited for and how to stop it. */
export async function slow<T>(
  what: string,
  { terminal, clock }: Pick<Invocation, 'terminal' | 'clock'>,
  work: () => Promise<T>,
): Promise<T> {
  if (!terminal.isTTY) return work()
  const done = new AbortController()
  const telling = clock.sleep(WONDER, done.signal).then(
    () => terminal.note(terminal.style('dim', `Waiting for ${what}. Ctrl-C stops.`)),
    () => undefined,
  )
  try {
    return await work()
  } finally {
    done.abort()
    await telling
  }
}
