import { OAuthError } from '@evergrant/core'
import { AtField, Refusal } from './problem.ts'

/** Who the audit log says it was: whoever holds the data and its sealing key. */
export const COMMAND_LINE = { type: 'server', name: 'command line' } as const

/** Does it, and throws `INVALID_ARGUMENT` with the words of a refusal, which callers without a request can read. */
export async function atDesk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AtField) throw error.error
    if (!(error instanceof Refusal)) throw error
    throw new OAuthError('INVALID_ARGUMENT', error.message, { cause: error })
  }
}
