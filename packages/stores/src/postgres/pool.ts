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
  /** Milliseconds after which this statement is given up here. Default: the pool's. */
  readonly query_timeout?: number
}

/** What a statement brought. */
export interface PostgresResult {
  readonly command?: string
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  readonly rowCount: number | null
}

/** One connection of a pool, for statements that belong together. */
export interface PostgresConnection extends PostgresPool {
  /** Back to the pool; with true or an error it is closed instead. */
  release(broken?: boolean | Error): void
  on(event: 'notification', heard: (message: { readonly payload?: string | undefined }) => void): unknown
  on(event: 'error' | 'end', ended: (error?: Error) => void): unknown
}

/** A pool of one's own, that has to be ended. */
export interface OwnPool extends PostgresPool {
  connect(): Promise<PostgresConnection>
  end(): Promise<void>
}

/** Choices of a pool. */
export interface PoolOptions {
  /** Seconds after which a statement fails. Default 10. */
  readonly deadline?: number | undefined
  /** The most connections. Default 10. */
  readonly connections?: number | undefined
}

/**
 * Opens a pool on the package `pg`, as a {@link postgresStore} does for itself: for a program that keeps other tables
 * beside its grants. Nothing is connected yet. An idle pool keeps no process alive.
 *
 * Throws `NOT_SUPPORTED` when `pg` is not installed.
 */
export async function postgresPool(connectionString: string, options: PoolOptions = {}): Promise<OwnPool> {
  const { deadline = 10, connections = 10 } = options
  const { default: pg } = await optionalPackage('pg', 'A PostgreSQL store', () => import('pg'))
  const milliseconds = Math.ceil(deadline * 1000)
  const pool = new pg.Pool({
    connectionString,
    max: connections,
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
