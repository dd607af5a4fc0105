import type { OwnPool } from '@evergrant/stores/postgres'
import type { Kysely } from 'kysely'
import type { Tables } from '../db/tables.ts'
import type { Wire } from './changes.ts'
import { NotifyWire } from './notify-wire.ts'
import { TableWire } from './table-wire.ts'

/**
 * LISTEN and NOTIFY where the database has them; a table that is looked at five times a second where it has not, as with
 * some databases that speak PostgreSQL's protocol.
 */
export async function postgresWire(pool: OwnPool, db: Kysely<Tables>, now: () => number): Promise<Wire> {
  const connection = await pool.connect()
  let listens = true
  try {
    await connection.query({ text: 'LISTEN evergrant_probe' })
  } catch {
    listens = false
  } finally {
    // Closed, so that it does not go on listening.
    connection.release(true)
  }
  return listens ? new NotifyWire(pool) : new TableWire(db, { now, moved: () => true })
}
