import { scrub } from '@evergrant/core'

/** What a driver's error says, without secrets: those that are known by their looks, and those that are given. */
export function wordsOf(error: unknown, secrets: readonly string[] = []): string {
  // A name with several addresses, none of which answered: the first says what all say.
  if (error instanceof AggregateError && error.message === '' && error.errors.length > 0)
    return wordsOf(error.errors[0], secrets)
  return scrub(error instanceof Error ? error.message || error.name : String(error), secrets)
}

/**
 * A driver's error as a cause that is safe to print: its name, words, code and stack. Drivers hang the request onto
 * their errors, and with it the record and its tokens.
 */
export function driverError(error: unknown, secrets: readonly string[] = []): Error {
  const plain = new Error(wordsOf(error, secrets))
  if (!(error instanceof Error)) return plain
  plain.name = error.name
  if (error.stack !== undefined) plain.stack = scrub(error.stack, secrets)
  return 'code' in error ? Object.assign(plain, { code: error.code }) : plain
}
