import type { PendingAuthorization } from './pending-authorization.ts'

/**
 * The authorizations whose code this client has sent, until they expire. A provider that sees a code twice takes it for
 * stolen and ends what the first one brought (RFC 6749 §4.1.2).
 */
export interface RedeemedStates {
  /** Whether it was free: then it is taken now, in one step. */
  take(pending: PendingAuthorization, now: number): boolean
  /** The provider has not taken the code: it may be sent again. */
  free(pending: PendingAuthorization): void
}

/** An empty memory of one process. */
export function redeemedStates(): RedeemedStates {
  const taken = new Map<string, number>()
  return {
    take({ state, expires_at }, now) {
      if (taken.has(state)) return false
      // An authorization that has expired is refused for that. The oldest stand first, and as a rule expire first: the
      // work stays the same however many are remembered.
      for (const [old, end] of taken) {
        if (end > now) break
        taken.delete(old)
      }
      taken.set(state, expires_at)
      return true
    },
    free({ state }) {
      taken.delete(state)
    },
  }
}
