import type { Grant } from './grant.ts'

/** A grant that the store did not take: newer than the record, and to be written over version `expected`. */
export interface Unsaved {
  readonly grant: Grant
  readonly expected: number
  /** The refresh token that was spent for it. */
  readonly spent: string | undefined
}

/** The one place of a token source that keeps what the store did not take. */
export interface UnsavedSlot {
  get(): Unsaved | undefined
  set(unsaved: Unsaved | undefined): void
}
