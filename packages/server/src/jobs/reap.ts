import type { Services } from '../services.ts'

/** Removes what has run out: pending authorizations, sessions, old history, former secrets of webhooks. Grants are never reaped. */
export async function reap(services: Services): Promise<void> {
  const { consents, samePerson, signIns, links, sessions, users } = services
  const { history, activity, programUses, outbox, webhooks, notices } = services
  await consents.reap()
  await samePerson.reap()
  await signIns.reap()
  await links.reap()
  await sessions.reap()
  await users.reap()
  await history.reap()
  await activity.reap()
  await programUses.reap()
  await outbox.reap()
  await webhooks.reap()
  await notices.reap()
}
