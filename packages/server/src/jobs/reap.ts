import type { Services } from '../services.ts'

/** Removes what has run out: pending authorizations, sessions, old history. Grants are never reaped. */
export async function reap({
  consents,
  samePerson,
  signIns,
  links,
  sessions,
  users,
  history,
  activity,
}: Services): Promise<void> {
  await consents.reap()
  await samePerson.reap()
  await signIns.reap()
  await links.reap()
  await sessions.reap()
  await users.reap()
  await history.reap()
  await activity.reap()
}
