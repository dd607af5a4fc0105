import type { Services } from '../services.ts'

/** Removes what has run out: pending authorizations, sessions, old history. Grants are never reaped. */
export async function reap({
  consents,
  signIns,
  links,
  sessions,
  users,
  history,
  activity,
  programUses,
}: Services): Promise<void> {
  await consents.reap()
  await signIns.reap()
  await links.reap()
  await sessions.reap()
  await users.reap()
  await history.reap()
  await activity.reap()
  await programUses.reap()
}
