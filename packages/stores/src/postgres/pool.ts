import { optionalPackage } from '../optional-package.ts'

/** What of `pg`'s `Pool` is used. Anything with this method will do. */
export interface PostgresPool {
  query(query: PostgresQuery): Promise<PostgresResult>
}

/** One statement, prepared under its name when it has one. */
export interface PostgresQuery {
  readonly text: string
  readonly values?: unknown[]
  readonly name?: string
}

/** What a statement brought. */
export interface PostgresResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  readonly rowCount: number | null
}

/** A pool of the store's own, that has to be ended. */
export interface OwnPool extends PostgresPool {
  end(): Promise<void>
}

/** Opens a pool on `pg`. Nothing is connected yet; a statement without an answer fails after `deadline` seconds. */
export async function openPool(connectionString: string, deadline: number): Promise<OwnPool> {
  const { default: pg } = await optionalPackage('pg', 'A PostgreSQL store', () => import('pg'))
  const milliseconds = Math.ceil(deadline * 1000)
  const pool = new pg.Pool({
    connectionString,
    connectionTimeoutMillis: milliseconds,
    // The server gives up before we do, and then has certainly written nothing.
    statement_timeout: milliseconds,
    query_timeout: milliseconds + 500,
    keepAlive: true,
    // An idle pool keeps no process alive.
    allowExitOnIdle: true,
    application_name: 'evergrant',
  })
  // A connection that breaks while it is idle concerns nobody: the pool opens another.
  pool.on('error', () => undefined)
  return pool
}
