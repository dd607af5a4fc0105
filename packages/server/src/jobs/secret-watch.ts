import { expiryOf } from '../connections/client-secrets.ts'
import type { ConnectionRow } from '../connections/connections.ts'
import type { Services } from '../services.ts'

const DAY = 86_400

/** Days before the end of a client secret at which administrators are told, once each. */
export const TOLD_BEFORE = [30, 14, 7, 1] as const

/** Looks after the secrets of connections: forgets former ones whose time is over, and tells of those that end soon. */
export async function watchSecrets(services: Services): Promise<void> {
  await endOverlaps(services)
  await tellOfEnds(services)
}

/**
 * A former secret is forgotten when its overlap is over, and the provider has taken the new one. Before that it may be the
 * only one that works; whoever wants it gone all the same removes it.
 */
async function endOverlaps({ deps, connections, accounts, audit }: Services): Promise<void> {
  const over = await deps.db
    .selectFrom('connections')
    .selectAll()
    .where('former_secret_ends_at', '<=', deps.clock.now())
    .where('secret_taken_at', 'is not', null)
    .where('secret_refused_at', 'is', null)
    .execute()
  for (const row of over) {
    const ended = await connections.endFormer(row)
    if (ended === undefined) continue
    const detail = { name: row.name }
    await audit.add({ actor: { type: 'server' }, action: 'connection.secret_ended', subject: row.id, detail })
    await accounts.publishConnection(ended)
  }
}

/** The nearest threshold counts: a secret that is entered a week before its end is told of once, not three times. */
async function tellOfEnds(services: Services): Promise<void> {
  const { deps } = services
  const now = deps.clock.now()
  const soon = now + TOLD_BEFORE[0] * DAY
  const rows = await deps.db
    .selectFrom('connections')
    .selectAll()
    .where((of) => of.or([of('secret_expires_at', '<=', soon), of('former_secret_expires_at', '<=', soon)]))
    .execute()
  for (const row of rows) {
    const at = expiryOf(row)
    const days = at === undefined ? undefined : TOLD_BEFORE.findLast((threshold) => at <= now + threshold * DAY)
    if (at === undefined || days === undefined || (row.secret_told !== null && row.secret_told <= days)) continue
    // Of several servers one tells.
    const [told] = await deps.db
      .updateTable('connections')
      .set({ secret_told: days })
      .where('id', '=', row.id)
      .where('revision', '=', row.revision)
      .where('secret_told', row.secret_told === null ? 'is' : '=', row.secret_told)
      .returning('id')
      .execute()
    if (told !== undefined) await raiseSecretExpiring(services, row, at, days)
  }
}

/** The one place where it is told that a client secret ends in so many days, or less. */
async function raiseSecretExpiring(
  { deps, audit, hub }: Services,
  { id, name }: ConnectionRow,
  end: number,
  days: number,
): Promise<void> {
  const at = Math.floor(end)
  deps.logger.warn({ connection: id, at, days }, 'the client secret of a connection ends soon')
  await audit.add({
    actor: { type: 'server' },
    action: 'connection.secret_expiring',
    subject: id,
    detail: { name, at, days },
  })
  hub.publish('secret_expiring', { connection: id, name, at, days })
}
