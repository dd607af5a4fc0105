import type { OwnPool, PostgresConnection } from '@evergrant/stores/postgres'
import { Kysely, type PostgresPool as KyselyPool, PostgresDialect } from 'kysely'
import { UNRENEWED_INDEX } from './json.ts'
import { postgresFailure } from './postgres-failure.ts'
import { missingSteps, presentVersion } from './schema-version.ts'
import type { Tables } from './tables.ts'

/** Of whoever brings the schema up to date, for as long as it takes: 'evergrsv' as a number. */
const MIGRATING = '7311142587118809974'
/** Milliseconds. An index on a large table takes its time, and so does waiting for another replica that makes it. */
const MIGRATION_DEADLINE = 3_600_000

/**
 * Opens the server's tables in PostgreSQL and brings the schema up to date: in one transaction, under a lock, so that of
 * replicas that start together one migrates and the others find it done. Grants have to be there first. Ending the
 * result ends the pool.
 *
 * Throws `STORE_CORRUPT` for a schema of a newer Evergrant that this one does not understand.
 */
export async function openPostgres(pool: OwnPool): Promise<Kysely<Tables>> {
  const connection = await pool.connect()
  try {
    await migrate(connection)
  } catch (error) {
    connection.release(true)
    throw error
  }
  connection.release()
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: forKysely(pool) }) })
}

async function migrate(connection: PostgresConnection): Promise<void> {
  const run = (text: string, values: unknown[] = []) =>
    connection.query({ text, values, query_timeout: MIGRATION_DEADLINE })
  await run('BEGIN')
  try {
    await run(`SET LOCAL statement_timeout = ${MIGRATION_DEADLINE}`)
    await run(`SELECT pg_advisory_xact_lock(${MIGRATING})`)
    // Each statement sees what was committed before it began, so also what the one before us has made.
    await run('CREATE TABLE IF NOT EXISTS evergrant_server_schema (version INTEGER NOT NULL)')
    await run('ALTER TABLE evergrant_server_schema ADD COLUMN IF NOT EXISTS compatible INTEGER NOT NULL DEFAULT 0')
    const { rows } = await run('SELECT version, compatible FROM evergrant_server_schema')
    const found = { version: Number(rows[0]?.['version'] ?? 0), compatible: Number(rows[0]?.['compatible'] ?? 0) }
    for (const step of missingSteps(found, 'PostgreSQL')) for (const statement of step) await run(statement)
    const { version, compatible } = presentVersion
    if (found.version < version) {
      await run('DELETE FROM evergrant_server_schema')
      await run('INSERT INTO evergrant_server_schema (version, compatible) VALUES ($1, $2)', [version, compatible])
    }
    // Asked first: to make one that is there waits for all who write. Whoever may not make it does without.
    const { rows: unindexed } = await run(`SELECT 1 FROM pg_catalog.pg_class
      WHERE oid = to_regclass('evergrant_grants') AND relkind IN ('r', 'p') AND pg_has_role(relowner, 'USAGE')
        AND to_regclass('evergrant_grants_unrenewed') IS NULL`)
    if (unindexed.length > 0) await run(UNRENEWED_INDEX.postgres)
    await run('COMMIT')
  } catch (error) {
    await run('ROLLBACK').catch(() => undefined)
    throw error
  }
}

function failed(error: unknown): never {
  throw postgresFailure(error)
}

/** Kysely's view of the pool. It knows a second way to call `query`, for cursors, which is not used here. */
function forKysely(pool: OwnPool): KyselyPool {
  return {
    async connect() {
      const connection = await pool.connect().catch(failed)
      let broken = false
      const query = (text: string, values: readonly unknown[]) =>
        connection.query({ text, values: [...values] }).catch((error: unknown) => {
          const failure = postgresFailure(error)
          // Whether the answer still comes on this connection, and to which statement, nobody knows.
          broken ||= failure !== error
          throw failure
        })
      return { query, release: () => connection.release(broken) } as Awaited<ReturnType<KyselyPool['connect']>>
    },
    end: () => pool.end(),
    options: {},
  }
}
