import type { Invocation } from './invocation.ts'
import { progressTeller } from './progress.ts'

/** Above so many the waiting is told of; and so many are worked on at once, as a file store writes what comes together. */
const AT_ONCE = 100

/** Does the work for each, and tells how far it is when there are many. */
export async function inTurns<T, R>(
  what: string,
  all: readonly T[],
  work: (one: T) => Promise<R>,
  { terminal, signal }: Invocation,
): Promise<R[]> {
  const teller = progressTeller(what, terminal)
  const results: R[] = []
  try {
    for (let at = 0; at < all.length; at += AT_ONCE) {
      signal.throwIfAborted()
      results.push(...(await Promise.all(all.slice(at, at + AT_ONCE).map(work))))
      if (all.length > AT_ONCE) teller.tell({ done: results.length, total: all.length })
    }
  } finally {
    teller.end()
  }
  return results
}
