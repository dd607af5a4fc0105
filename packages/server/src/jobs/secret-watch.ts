import { expiryOf } from '../connections/client-secrets.ts'
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
async function tellOfEnds({ deps, connectionNews, audit }: Services): Promise<void> {
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
    if (!(await connectionNews.tellEnd(row, at, days))) continue
    deps.logger.warn({ connection: row.id, at, days }, 'the client secret of a connection ends soon')
    const detail = { name: row.name, at: Math.floor(at), days }
    await audit.add({ actor: { type: 'server' }, action: 'connection.secret_expiring', subject: row.id, detail })
  }
}
