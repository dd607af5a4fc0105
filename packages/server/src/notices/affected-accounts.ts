import { type Kysely, type RawBuilder, sql } from 'kysely'
import { ENDED } from '../accounts/told.ts'
import type { AffectedAccounts, NoticeKind } from '../contract/index.ts'
import { jsonOf } from '../db/json.ts'
import type { Tables } from '../db/tables.ts'

/**
 * How many accounts of a connection a notice is about, at this moment. Of a connection whose settings are refused: those that
 * have to be renewed by now, and beside them those whose token still holds.
 */
export async function affectedAccounts(
  db: Kysely<Tables>,
  kind: NoticeKind,
  connection: string,
  now: number,
): Promise<AffectedAccounts> {
  if (kind === 'accounts_blocked') return told(db, connection, 'blocked')
  if (kind === 'accounts_ended') return told(db, connection, ENDED)
  // A grant of another registration waits for a new consent, whatever becomes of this one.
  const renewed = sql`a.paused = 0 AND a.unconfirmed = 0 AND g.client = c.client_id`
  const refreshable = jsonOf(db).has('g.record', 'refresh_token')
  const [found] = (
    await sql<Record<'total' | 'affected' | 'following', unknown>>`
      SELECT COUNT(*) AS total,
        ${sum(sql`${renewed} AND (g.state = 'failing' OR (g.state = 'active' AND g.due <= ${now} AND ${refreshable}))`)} AS affected,
        ${sum(sql`${renewed} AND g.state = 'active' AND g.due > ${now}`)} AS following
      FROM accounts a JOIN connections c ON c.id = a.connection_id LEFT JOIN evergrant_grants g ON g.id = a.id
      WHERE a.connection_id = ${connection}`.execute(db)
  ).rows
  const following = Number(found?.following ?? 0)
  return {
    total: Number(found?.total ?? 0),
    affected: Number(found?.affected ?? 0),
    ...(following === 0 ? {} : { following }),
  }
}

async function told(db: Kysely<Tables>, connection: string, word: string): Promise<AffectedAccounts> {
  const found = await db
    .selectFrom('accounts')
    .select((of) => [of.fn.countAll().as('total'), sum(sql`told = ${word}`).as('affected')])
    .where('connection_id', '=', connection)
    .executeTakeFirst()
  return { total: Number(found?.total ?? 0), affected: Number(found?.affected ?? 0) }
}

const sum = (which: RawBuilder<unknown>): RawBuilder<unknown> => sql`SUM(CASE WHEN ${which} THEN 1 ELSE 0 END)`
