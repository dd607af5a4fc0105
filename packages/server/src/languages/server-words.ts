import type { sentences } from '../accounts/sentences.ts'

/** A problem in words. */
export interface ProblemWords {
  readonly title: string
  readonly advice: string
}

/**
 * What the server says in English, in another language. What a provider said itself is not among it: its own words stay
 * as they are.
 */
export interface ServerWords {
  /** By error code. */
  readonly problems: Readonly<Record<string, ProblemWords>>
  /** Why an account is in its state and what to do, by name. */
  readonly sentences: Readonly<Record<keyof typeof sentences, string>>
  /** Everything else by its English, in which `{names}` stand for what differs: messages of errors, steps of checks. */
  readonly messages: Readonly<Record<string, string>>
}
