import { OAuthError } from '@evergrant/core'
import { sqlState } from './failure.ts'
import type { PostgresPool } from './pool.ts'

const VERSION = 1

/** Of whoever makes the tables, for as long as it takes: 'evergrnt' as a number. */
const MAKING = '7311142587118808692'

const TABLES = `
  CREATE TABLE IF NOT EXISTS evergrant_schema (
    component text PRIMARY KEY,
    version integer NOT NULL
  );
  CREATE TABLE IF NOT EXISTS evergrant_grants (
    id text COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL,
    provider text COLLATE "C" NOT NULL,
    client text NOT NULL,
    state text NOT NULL,
    due double precision,
    updated_at double precision NOT NULL,
    record text NOT NULL
  );
  CREATE INDEX IF NOT EXISTS evergrant_grants_due ON evergrant_grants (state, due, id);
  INSERT INTO evergrant_schema (component, version) VALUES ('grants', ${VERSION}) ON CONFLICT DO NOTHING;
`

/**
 * Makes our tables, or checks that they are ours. They may live beside an application's, in the schema that the
 * connection's `search_path` names first.
 */
export async function ensureSchema(pool: PostgresPool, warn: (message: string) => void): Promise<void> {
  if (!(await installed(pool))) {
    // Several statements in one text are one transaction. The lock makes processes that start together take turns;
    // without it, CREATE ... IF NOT EXISTS of two of them may collide.
    await pool.query({ text: `SELECT pg_advisory_xact_lock(${MAKING}); ${TABLES}` })
    if (!(await installed(pool))) throw new OAuthError('STORE_CORRUPT', 'The grant tables could not be made.')
  }
  const { rows } = await pool.query({
    text: "SELECT current_setting('synchronous_commit') AS commit, current_setting('fsync') AS fsync",
  })
  for (const [setting, value] of Object.entries(rows[0] ?? {}))
    if (value === 'off')
      warn(`PostgreSQL runs with ${name(setting)} off: a crash may lose a refresh token it has taken.`)
}

const name = (column: string): string => (column === 'commit' ? 'synchronous_commit' : column)

async function installed(pool: PostgresPool): Promise<boolean> {
  // One look at the catalogue: to_regclass sees what others commit in the middle of a statement.
  const { rows } = await pool.query({
    text: `SELECT relname FROM pg_catalog.pg_class
      WHERE relname IN ('evergrant_schema', 'evergrant_grants') AND relkind IN ('r', 'p', 'v')
        AND pg_catalog.pg_table_is_visible(oid)`,
  })
  if (rows.length === 0) return false
  if (rows.length < 2)
    throw new OAuthError('STORE_CORRUPT', 'PostgreSQL has only a part of the tables of a grant store.')
  const found = await versionOf(pool)
  if (found === VERSION) return true
  const words = found === undefined ? 'no version' : `version ${String(found)}`
  const message = `The grant tables in PostgreSQL have ${words}; this program knows version ${VERSION}.`
  throw new OAuthError('STORE_CORRUPT', message)
}

async function versionOf(pool: PostgresPool): Promise<unknown> {
  try {
    const { rows } = await pool.query({ text: "SELECT version FROM evergrant_schema WHERE component = 'grants'" })
    return rows[0]?.['version']
  } catch (cause) {
    if (sqlState(cause) !== '42703') throw cause
    throw new OAuthError('STORE_CORRUPT', 'A table evergrant_schema in PostgreSQL is not ours.', { cause })
  }
}
