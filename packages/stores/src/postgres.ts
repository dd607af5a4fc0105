import { type GrantStore, OAuthError, type Stored } from '@evergrant/core'
import { assertWanted, whileWanted } from './given-up.ts'
import { isConflict, postgresFailure } from './postgres/failure.ts'
import { type Cursor, GrantTable } from './postgres/grant-table.ts'
import { type OwnPool, type PostgresPool, postgresPool } from './postgres/pool.ts'
import { ensureSchema } from './postgres/schema.ts'
import { listByPages, putBySwap } from './sql/table-calls.ts'

export {
  type OwnPool,
  type PoolOptions,
  type PostgresConnection,
  type PostgresPool,
  type PostgresQuery,
  type PostgresResult,
  postgresPool,
} from './postgres/pool.ts'

/** Choices of a {@link postgresStore}. */
export interface PostgresStoreOptions {
  /** Hears, once, that the server's settings may lose what it has confirmed. */
  readonly onWarning?: ((message: string) => void) | undefined
  /** Seconds after which a call ends with `STORE_UNAVAILABLE`. Default 10. A pool that is handed in has its own. */
  readonly deadline?: number | undefined
  /**
   * Whether statements are prepared once for each connection. Default true; false behind a pooler that gives every
   * transaction another connection and does not follow prepared statements.
   */
  readonly prepared?: boolean | undefined
}

/** A {@link GrantStore} in a PostgreSQL database. */
export interface PostgresStore extends GrantStore, AsyncDisposable {
  /** Ends the store's connections, unless the pool was handed in. Later calls fail with `STORE_UNAVAILABLE`. */
  close(): Promise<void>
}

/**
 * Keeps grants in a PostgreSQL database: for many machines, and for applications that have one.
 *
 * Give a connection string, and the package `pg` is loaded by the first call; or give a `pg.Pool` of the application's,
 * which stays its own (a pool, not a client with a transaction open: what is rolled back was never kept). The first call
 * makes two tables (`evergrant_grants`, `evergrant_schema`) unless they are there.
 *
 * Every call is one statement and a transaction of its own; a connection is held for no longer than that, and never
 * while a token is asked for. A put that loses reads what it lost to.
 *
 * Fails with `STORE_CORRUPT` (tables that are not ours, or of another version; left as they are), `STORE_READ_ONLY`,
 * `STORE_UNAVAILABLE` or `ABORTED`. When a connection breaks during a put, nobody knows whether it was written: the
 * `STORE_UNAVAILABLE` says so, and the record, read again, tells. `NOT_SUPPORTED`: `pg` is not installed.
 *
 * @example
 * ```ts
 * import { type Client, tokenSources } from '@evergrant/core'
 * import { type PostgresPool, postgresStore } from '@evergrant/stores/postgres'
 *
 * async function read(client: Client, pool: PostgresPool): Promise<Response> {
 *   const store = postgresStore(pool)
 *   return tokenSources({ client, store }).get('alice').fetch('https://api.example/me')
 * }
 * ```
 */
export function postgresStore(database: string | PostgresPool, options: PostgresStoreOptions = {}): PostgresStore {
  const { onWarning, deadline = 10, prepared = true } = options
  let own: OwnPool | undefined
  let opening: Promise<GrantTable> | undefined
  let closed = false

  const open = async (): Promise<GrantTable> => {
    const pool = typeof database === 'string' ? await ownPool(database) : database
    await ensureSchema(pool, (message) => onWarning?.(message))
    return new GrantTable(pool, prepared)
  }

  const ownPool = async (connectionString: string): Promise<OwnPool> => {
    own ??= await postgresPool(connectionString, { deadline })
    if (!closed) return own
    await own.end()
    throw isClosed()
  }

  const table = async (): Promise<GrantTable> => {
    if (closed) throw isClosed()
    opening ??= open()
    try {
      return await opening
    } catch (error) {
      // What is in the way may be gone by the next call.
      opening = undefined
      throw postgresFailure(error, 'read')
    }
  }

  /** One piece of work; begun again when another transaction was in its way. */
  const work = async <T>(doing: 'read' | 'write', run: (on: GrantTable) => Promise<T>): Promise<T> => {
    const on = await table()
    for (let tries = 1; ; tries++) {
      try {
        return await run(on)
      } catch (error) {
        if (!isConflict(error) || tries === 20) throw postgresFailure(error, doing)
      }
    }
  }

  const read = <T>(signal: AbortSignal | undefined, run: (on: GrantTable) => Promise<T>): Promise<T> =>
    whileWanted(work('read', run), signal)

  const close = async (): Promise<void> => {
    if (closed) return
    closed = true
    await own?.end()
  }

  return {
    traits: { durable: true, cas: 'native', list: true },
    async get(id, given) {
      assertWanted(given?.signal)
      return read(given?.signal, (on) => on.find(id))
    },
    async put(next, expected, given): Promise<Stored> {
      assertWanted(given?.signal)
      return putBySwap(
        {
          swap: (after, version) => work('write', (on) => on.swap(after, version)),
          find: (id) => work('read', (on) => on.find(id)),
        },
        next,
        expected,
      )
    },
    async delete(id, given) {
      assertWanted(given?.signal)
      await work('write', (on) => on.remove(id))
    },
    list: (query = {}, given) =>
      listByPages<Cursor>(query, async (after, size) => {
        assertWanted(given?.signal)
        return read(given?.signal, (on) => on.page(query, after, size))
      }),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function isClosed(): OAuthError {
  return new OAuthError('STORE_UNAVAILABLE', 'The PostgreSQL store is closed.')
}
