import { type RawBuilder, sql } from 'kysely'
import type { ConnectionRow } from '../connections/connection-row.ts'
import type { AccountFlag, PresentState } from '../contract/index.ts'
import { isPostgres } from '../db/dialect.ts'
import { jsonOf } from '../db/json.ts'
import type { Asked } from './account-page.ts'
import { SOON } from './state.ts'

type Ids = RawBuilder<unknown>

/** Where accounts come from that do not simply work: ids, found by indexes. */
const SOURCES = {
  paused: () => [sql`SELECT id FROM accounts WHERE paused = 1`],
  unconfirmed: () => [sql`SELECT id FROM accounts WHERE unconfirmed = 1`],
  checking: ({ checking }: Asked) => [...checking].map((id) => sql`SELECT id FROM accounts WHERE id = ${id}`),
  consent_failed: () => [sql`SELECT id FROM accounts WHERE consent_trouble IS NOT NULL`],
  asked: () => [sql`SELECT account_id FROM pending_authorizations`],
  failing: () => [sql`SELECT id FROM evergrant_grants WHERE state = 'failing'`],
  revoked: () => [sql`SELECT id FROM evergrant_grants WHERE state = 'revoked'`],
  // Their token is over, and nothing renews it.
  ended: ({ db, now }: Asked) => [
    sql`SELECT h.id FROM evergrant_grants h
      WHERE h.state = 'active' AND h.due <= ${now} AND ${jsonOf(db).lacks('h.record', 'refresh_token')}`,
  ],
  expiring_soon: ({ now }: Asked) => [sql`SELECT id FROM accounts WHERE ends_at < ${now + SOON}`],
  look_up_failed: () => [sql`SELECT id FROM accounts WHERE look_up_failed = 1`],
} satisfies Readonly<Record<string, (of: Asked) => readonly Ids[]>>
type Source = keyof typeof SOURCES

/** All accounts of some connections; and those of which the grant is not of their client. */
const accountsOf = (of: readonly Of[]): Ids[] =>
  of.map(({ id }) => sql`SELECT id FROM accounts WHERE connection_id = ${id}`)
const otherClient = (of: readonly Of[]): Ids[] =>
  of.map(
    ({ id, client_id }) => sql`SELECT o.id FROM accounts o JOIN evergrant_grants h ON h.id = o.id
      WHERE o.connection_id = ${id} AND h.client <> ${client_id}`,
  )

type Of = Pick<ConnectionRow, 'id' | 'client_id'>

/** Connections are few, and asked for first: the database knows too little about them to choose well among the accounts. */
async function connectionsOf({ db }: Asked) {
  const all = await db.selectFrom('connections').select(['id', 'client_id', 'first_client_id', 'trouble']).execute()
  return {
    refused: all.filter(({ trouble }) => trouble !== null),
    // They had another client once, or nobody knows: grants of their accounts may be of that one.
    changed: all.filter(({ first_client_id, client_id }) => first_client_id !== client_id),
  }
}

/** As `condition` decides: each state with all that may lead to it. */
const IN_STATE: Readonly<Record<PresentState, readonly (Source | 'refused' | 'other_client' | 'without')[]>> = {
  // Besides those that nothing is to be told of.
  ok: ['asked', 'consent_failed', 'expiring_soon', 'look_up_failed'],
  new: ['without'],
  awaiting_consent: ['asked'],
  checking: ['unconfirmed', 'checking'],
  delayed: ['failing'],
  degraded: ['failing'],
  needs_consent: ['failing', 'revoked', 'consent_failed', 'other_client', 'ended'],
  blocked_by_admin: ['failing', 'revoked', 'consent_failed'],
  connection_error: ['failing', 'revoked', 'consent_failed', 'refused'],
  paused: ['paused'],
}

const FLAGGED: Readonly<Record<AccountFlag, Source>> = {
  awaiting_consent: 'asked',
  expiring_soon: 'expiring_soon',
  look_up_failed: 'look_up_failed',
}

/**
 * Ids among which all accounts are that are in one of these states and have this flag, found by indexes: what it costs grows
 * with what does not simply work. Whether they are is for their condition to say. Of those that work only the ones are among
 * them of which there is more to tell.
 */
export async function candidates(
  asked: Asked,
  states: ReadonlySet<PresentState>,
  flag: AccountFlag | undefined,
): Promise<Ids> {
  const { refused, changed } = await connectionsOf(asked)
  const names = flag === undefined ? [...states].flatMap((state) => IN_STATE[state]) : [FLAGGED[flag]]
  const found = [...new Set(names)].flatMap((name): readonly Ids[] => {
    if (name === 'refused') return accountsOf(refused)
    if (name === 'other_client') return otherClient(changed)
    if (name === 'without') return [withoutGrant(asked)]
    return SOURCES[name](asked)
  })
  return union(found)
}

/**
 * Ids of all accounts of which anything is to be told that is not the same for all others of their connection that have a
 * grant, or have none.
 */
export async function exceptional(asked: Asked): Promise<Ids> {
  const { changed } = await connectionsOf(asked)
  return union([...Object.values(SOURCES).flatMap((of): readonly Ids[] => of(asked)), ...otherClient(changed)])
}

/** Ids of accounts that nobody has connected. The only ones that no index knows: two indexes are compared. */
export function withoutGrant({ db }: Asked): Ids {
  // Each does one of them side by side, and the other row by row.
  if (isPostgres(db)) {
    return sql`SELECT w.id FROM accounts w WHERE NOT EXISTS (SELECT 1 FROM evergrant_grants h WHERE h.id = w.id)`
  }
  return sql`SELECT id FROM (SELECT id FROM accounts EXCEPT SELECT id FROM evergrant_grants)`
}

/** Some are in it twice, as it is only ever looked into: SQLite finds each part by the index that suits it, and not in order. */
function union(ids: readonly Ids[]): Ids {
  return ids.length === 0 ? sql`SELECT id FROM accounts WHERE 1 = 0` : sql.join(ids, sql` UNION ALL `)
}
