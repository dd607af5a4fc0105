import { type Grant, type GrantStore, grant } from '@evergrant/core'

/** A record that belongs to nobody. */
export function probeGrant(
  fields: Pick<Grant, 'id' | 'provider' | 'client'> & { readonly refresh_token?: string },
): Grant {
  return grant({ ...fields, access: {}, standing: { state: 'active', since: 0 }, updated_at: 0, version: 0 })
}

/**
 * Writes a record under a name of its own, and deletes it. False when the store took an old version over a newer one,
 * so that two programs would lose refresh tokens to each other. Throws what the store throws: it cannot be reached,
 * cannot be written, or has no key to seal with.
 */
export async function keepsGrants(store: GrantStore): Promise<boolean> {
  const id = `probe-${crypto.randomUUID()}`
  const probe = probeGrant({ id, provider: 'evergrant', client: 'evergrant' })
  const stored = await store.put(probe, 0)
  const again = await store.put(probe, 0)
  await store.delete(id)
  return stored.ok && !again.ok
}
