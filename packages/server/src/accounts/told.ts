import type { Account, AccountReason } from '../contract/index.ts'

/**
 * What was last told of an account outside: a word for the states that programs and people tell apart. Null in the database:
 * that it never worked, which is no news.
 */
export type Told = 'working' | 'unavailable' | 'paused' | 'blocked' | `consent/${AccountReason | 'other'}`

/** Told of accounts whose grants the provider ended: many at once have one cause. */
export const ENDED: Told = 'consent/ended_by_provider'

/** Whether it waits for a person's consent. */
export function isConsent(told: string | null): boolean {
  return told?.startsWith('consent/') ?? false
}

/**
 * What is to be told of an account that is so; undefined: nothing at this moment. A connection in trouble is told of
 * itself, and not by each of its accounts; an account that was never connected has nothing to lose.
 */
export function toldOf(
  { state, reason, awaiting_consent }: Pick<Account, 'state' | 'reason' | 'awaiting_consent'>,
  before: string | null,
): Told | undefined {
  switch (state) {
    case 'ok':
    case 'delayed':
      return 'working'
    case 'degraded':
      return 'unavailable'
    case 'blocked_by_admin':
      return 'blocked'
    case 'paused':
      return before === null ? undefined : 'paused'
    case 'needs_consent':
      // Somebody is at it: what comes of it is told.
      return before === null || (awaiting_consent && isConsent(before)) ? undefined : `consent/${reason ?? 'other'}`
    default:
      return undefined
  }
}
