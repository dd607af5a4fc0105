import type { Who } from '@evergrant/core'

/** What was typed cannot be carried out. The message names what is missing or wrong; nothing was done. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  /** What to type instead, when that is known. */
  readonly advice: string | undefined
  readonly who: Who = 'developer'

  constructor(message: string, advice?: string) {
    super(message)
    this.advice = advice
  }
}
