import type { Clock } from '../clock.ts'
import type { GrantStore } from '../store/store.ts'
import { type Grant, grant } from './grant.ts'

/**
 * Records that a grant was ended from this side: its tokens and keys go, its subject and scope stay for people to read.
 * What another process writes meanwhile does not bring it back. Tell the provider first, with `revokeGrant`, while the
 * tokens are there. Resolves with the record; undefined when there is none. Throws what the store throws.
 *
 * @example
 * ```ts
 * import { type Client, endHere, type GrantStore, revokeGrant, systemClock } from '@evergrant/core'
 *
 * async function disconnect(client: Client, store: GrantStore, id: string): Promise<void> {
 *   const found = await store.get(id)
 *   if (found !== undefined) await revokeGrant(client, found)
 *   await endHere(store, id, systemClock)
 * }
 * ```
 */
export async function endHere(store: GrantStore, id: string, clock: Pick<Clock, 'now'>): Promise<Grant | undefined> {
  for (let current = await store.get(id); current !== undefined; ) {
    const stored = await store.put(ended(current, clock.now()), current.version)
    if (stored.ok) return stored.grant
    current = stored.current
  }
  return undefined
}

function ended(of: Grant, now: number): Grant {
  const { refresh_token: _, dpop_key: __, spending: ___, in_doubt: ____, ...rest } = of
  const standing = { state: 'revoked', since: now, reason: 'revoked_here' } as const
  return grant({ ...rest, access: {}, standing, updated_at: now })
}

/** Whether there is a token in the record by which a provider could end the grant. */
export function holdsTokens(of: Grant): boolean {
  return of.refresh_token !== undefined || of.access['']?.access_token !== undefined
}
