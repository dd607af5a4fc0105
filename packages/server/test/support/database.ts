import assert from 'node:assert/strict'
import { after } from 'node:test'
import pg from 'pg'
import { type PostgresServer, startPostgres } from '../../../stores/test/servers/postgres.ts'

/** The environment variable that says on which database the tests of a file run: `postgres`, else SQLite. */
export const TEST_DATABASE = 'EVERGRANT_TEST_DATABASE'

let running: Promise<PostgresServer> | undefined

/** A PostgreSQL server for the tests of this process; it ends with them. */
export function postgres(): Promise<PostgresServer> {
  if (running === undefined) {
    const starting = startPostgres()
    running = starting
    after(async () => (await starting).stop())
  }
  return running
}

/** What a server's environment says about a new, empty database of this kind. */
export async function databaseOf(kind: string | undefined): Promise<Record<string, string>> {
  return kind === 'postgres' ? { DATABASE_URL: await (await postgres()).schema() } : {}
}

/** Every row of every table in a PostgreSQL schema, as text. */
export async function everythingIn(url: string): Promise<string> {
  await using pool = await poolOf(url)
  const { rows } = await pool.query('SELECT tablename FROM pg_tables WHERE schemaname = current_schema()')
  assert.ok(rows.length > 8, 'the tables are there')
  const texts: string[] = []
  for (const { tablename } of rows) {
    const found = await pool.query(`SELECT t::text AS row FROM "${tablename}" t`)
    texts.push(...found.rows.map(({ row }) => String(row)))
  }
  return texts.join('\n')
}

async function poolOf(url: string): Promise<pg.Pool & AsyncDisposable> {
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.end() })
}

/** Whether the tests run on PostgreSQL. */
export function onPostgres(): boolean {
  return process.env[TEST_DATABASE] === 'postgres'
}
