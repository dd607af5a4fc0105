/** An account counts as in use for so long after its last token. */
const IN_USE = 6 * 3600

/** What decides when refresh-ahead has to look at an account. Times are epoch seconds. */
export interface LookFacts {
  readonly paused: boolean
  readonly lastUsed: number | null
  /** Undefined: there is no grant. */
  readonly grant: LookedAt | undefined
  /** Seconds without use after which the provider ends a grant; undefined: it does not. */
  readonly idle: number | undefined
}

/** What counts of a grant. */
export interface LookedAt {
  readonly state: 'active' | 'failing' | 'revoked'
  readonly refreshable: boolean
  /** When its token is to be renewed. */
  readonly due: number | null
  readonly nextAttempt: number | null
  readonly updated: number
}

/**
 * When refresh-ahead has to look at an account again; not later than `now`: it is to be renewed now; null: not until
 * something happens to it. Accounts in use are renewed when they are due, the others often enough that the provider does
 * not end them for lack of use: at a quarter of its limit.
 */
export function nextLook({ paused, lastUsed, grant, idle }: LookFacts, now: number): number | null {
  if (paused || grant === undefined || grant.state === 'revoked' || !grant.refreshable) return null
  if (grant.state === 'failing') return grant.nextAttempt ?? now
  if (isInUse(lastUsed, now)) return grant.due
  return idle === undefined ? null : grant.updated + idle / 4
}

/** Whether programs use the account. */
export function isInUse(lastUsed: number | null, now: number): boolean {
  return lastUsed !== null && lastUsed > now - IN_USE
}
