import { type Kysely, sql } from 'kysely'
import { isPostgres } from '../db/dialect.ts'
import { jsonOf } from '../db/json.ts'
import type { Tables } from '../db/tables.ts'
import type { LookedAt } from './next-look.ts'

/** Seconds for which what one server took is left alone by the others; then it has ended in the middle of it. */
const TAKEN_FOR = 90

/** An account that refresh-ahead has to look at. */
export interface Planned {
  readonly id: string
  readonly connection: string
  readonly provider: string
  readonly paused: boolean
  readonly lastUsed: number | null
  readonly grant: LookedAt | undefined
  /** When the token that is held ends. */
  readonly expiresAt: number | null
}

interface Row {
  readonly id: string
  readonly connection: string
  readonly provider: string
  readonly paused: number
  readonly last_used_at: number | null
  readonly state: LookedAt['state'] | null
  readonly due: number | null
  readonly updated_at: number | null
  readonly next_attempt: number | null
  readonly refreshable: number
  readonly expires_at: number | null
}

/**
 * Takes so many of the accounts whose time has come, earliest first. What it costs grows with what is taken, not with
 * how many accounts there are. Of several servers each takes others; what one does not finish comes back after a while.
 */
export async function takeDue(db: Kysely<Tables>, now: number, most: number): Promise<Planned[]> {
  const others = isPostgres(db) ? sql`FOR UPDATE SKIP LOCKED` : sql``
  const taken = await sql<{ id: string }>`
    UPDATE accounts SET look_at = ${now + TAKEN_FOR}
    WHERE id IN (SELECT id FROM accounts WHERE look_at <= ${now} ORDER BY look_at LIMIT ${most} ${others})
    RETURNING id`.execute(db)
  if (taken.rows.length === 0) return []
  const json = jsonOf(db)
  const { rows } = await sql<Row>`
    SELECT a.id, a.connection_id AS connection, c.provider, a.paused, a.last_used_at, g.state, g.due, g.updated_at,
      CASE g.state WHEN 'failing' THEN ${json.number('g.record', ['standing', 'next_attempt'])} END AS next_attempt,
      ${json.number('g.record', ['access', '', 'expires_at'])} AS expires_at,
      CASE WHEN ${json.has('g.record', 'refresh_token')} THEN 1 ELSE 0 END AS refreshable
    FROM accounts a JOIN connections c ON c.id = a.connection_id LEFT JOIN evergrant_grants g ON g.id = a.id
    WHERE a.id IN (${sql.join(taken.rows.map(({ id }) => id))})`.execute(db)
  return rows.map(({ id, connection, provider, paused, last_used_at, expires_at, ...grant }) => ({
    id,
    connection,
    provider,
    paused: paused === 1,
    lastUsed: last_used_at,
    expiresAt: expires_at,
    grant:
      grant.state === null
        ? undefined
        : {
            state: grant.state,
            refreshable: grant.refreshable === 1,
            due: grant.due,
            nextAttempt: grant.next_attempt,
            updated: grant.updated_at ?? 0,
          },
  }))
}

/** Says when to look at accounts again; null: not until something happens to them. */
export async function lookAgain(db: Kysely<Tables>, looks: ReadonlyMap<string, number | null>): Promise<void> {
  const never = [...looks].filter(([, at]) => at === null).map(([id]) => id)
  if (never.length > 0) await db.updateTable('accounts').set({ look_at: null }).where('id', 'in', never).execute()
  const later = [...looks].filter((look): look is [string, number] => look[1] !== null)
  if (later.length === 0) return
  const values = sql.join(later.map(([id, at]) => sql`(${sql.val(id)}, CAST(${at} AS DOUBLE PRECISION))`))
  await sql`
    WITH looks (id, at) AS (VALUES ${values})
    UPDATE accounts SET look_at = (SELECT at FROM looks WHERE looks.id = accounts.id)
    WHERE id IN (SELECT id FROM looks)`.execute(db)
}
