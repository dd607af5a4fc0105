import { resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Clock, counted, type GrantStore, OAuthError, systemClock } from '@evergrant/core'
import { localProcesses } from './file/process-identity.ts'
import { assertWanted } from './given-up.ts'
import { listByPages, putBySwap } from './sql/table-calls.ts'
import { isBusy, sqliteFailure } from './sqlite/failure.ts'
import { type Cursor, GrantTable } from './sqlite/grant-table.ts'
import { fileIdentity, openDatabase } from './sqlite/open-database.ts'
import { ensureSchema } from './sqlite/schema.ts'

/** Choices of a {@link sqliteStore}. */
export interface SqliteStoreOptions {
  /** Hears that others could read the file. */
  readonly onWarning?: ((message: string) => void) | undefined
  /** Seconds after which waiting for another connection's lock ends with `STORE_UNAVAILABLE`. Default 10. */
  readonly deadline?: number | undefined
  /** Measures it. Default the machine's. */
  readonly clock?: Clock | undefined
}

/** A {@link GrantStore} in an SQLite database. */
export interface SqliteStore extends GrantStore, AsyncDisposable {
  /** Closes the database, unless it was handed in open. Later calls fail with `STORE_UNAVAILABLE`. */
  close(): Promise<void>
}

/**
 * Keeps grants in an SQLite database (node:sqlite): for one machine with many grants or many processes.
 *
 * Give a path, and the file is made with mode 0600, kept in WAL mode with `synchronous = FULL`, and opened by the first
 * call. Or give a `DatabaseSync` that is open: its settings stay as they are, and the two tables (`evergrant_grants`,
 * `evergrant_schema`) live beside its own; while a transaction of the application is open on it, calls wait for its
 * end, since what they would write could be rolled back.
 *
 * Every put is one statement. A lock that another connection has is waited for without blocking this thread for more
 * than some milliseconds. On Linux a process that was killed in the middle of a refresh is seen to be gone: others go on
 * after two seconds, not a lease.
 *
 * Fails with `STORE_CORRUPT` (damaged, not a database, or tables of another version; left as it is),
 * `STORE_READ_ONLY`, `STORE_UNAVAILABLE` (locked beyond the deadline, disk full, closed) or `ABORTED`; nothing is then
 * changed.
 *
 * @example
 * ```ts
 * import { type Client, tokenSources } from '@evergrant/core'
 * import { sqliteStore } from '@evergrant/stores/sqlite'
 *
 * async function read(client: Client): Promise<Response> {
 *   await using store = sqliteStore('./grants.db')
 *   return await tokenSources({ client, store }).get('alice').fetch('https://api.example/me')
 * }
 * ```
 */
export function sqliteStore(database: string | DatabaseSync, options: SqliteStoreOptions = {}): SqliteStore {
  const { onWarning, deadline = 10, clock = systemClock } = options
  const handed = database instanceof DatabaseSync ? database : undefined
  // Absolute, so that a later change of the working folder does not lead elsewhere.
  const path = typeof database === 'string' && database !== ':memory:' ? resolve(database) : ':memory:'
  const name = handed === undefined ? path : (handed.location() ?? 'the SQLite database')
  const processes = localProcesses()
  const durable = handed === undefined ? path !== ':memory:' : isDurable(handed)
  let opened:
    | { readonly database: DatabaseSync; readonly table: GrantTable; readonly file?: string | undefined }
    | undefined
  let closed = false

  const table = (): GrantTable => {
    if (closed) throw new OAuthError('STORE_UNAVAILABLE', `The store on ${name} is closed.`)
    if (opened !== undefined) {
      if (opened.file === undefined || opened.file === fileIdentity(path)) return opened.table
      const message = `${name} was removed or replaced while it was open. Put it back, or start again.`
      throw new OAuthError('STORE_UNAVAILABLE', message)
    }
    const connection = handed ?? openDatabase(path, onWarning)
    try {
      ensureSchema(connection, name)
      const file = handed === undefined ? fileIdentity(path) : undefined
      opened = { database: connection, table: new GrantTable(connection, name), file }
      return opened.table
    } catch (error) {
      if (handed === undefined) connection.close()
      throw error
    }
  }

  /** Runs one piece of synchronous work; begins it again while another connection has the lock. */
  const work = async <T>(signal: AbortSignal | undefined, run: (on: GrantTable) => T): Promise<T> => {
    const until = clock.monotonic() + deadline
    for (let tries = 0; ; tries++) {
      assertWanted(signal)
      try {
        if (handed?.isTransaction !== true) return run(table())
      } catch (error) {
        if (!isBusy(error)) throw sqliteFailure(error, name)
      }
      if (clock.monotonic() >= until)
        throw new OAuthError(
          'STORE_UNAVAILABLE',
          `${name} was locked by another connection for ${counted(deadline, 'second')}.`,
        )
      await clock.sleep(Math.min(0.05, 0.002 * 1.4 ** tries) * (0.5 + Math.random()))
    }
  }

  const close = async (): Promise<void> => {
    if (closed) return
    closed = true
    if (handed === undefined) opened?.database.close()
    opened = undefined
  }

  return {
    traits: { durable, cas: 'native', list: true },
    processes,
    get: (id, given) => work(given?.signal, (on) => on.find(id)),
    put: (next, expected, given) =>
      putBySwap(
        {
          swap: (after, version) => work(given?.signal, (on) => on.swap(after, version)),
          // The put has been decided by then: a caller who gives up now still hears how.
          find: (id) => work(undefined, (on) => on.find(id)),
        },
        next,
        expected,
      ),
    delete: (id, given) => work(given?.signal, (on) => on.remove(id)),
    list: (query = {}, given) =>
      listByPages<Cursor>(query, (after, size) => work(given?.signal, (on) => on.page(query, after, size))),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** synchronous: 2 is FULL, 3 is EXTRA. Below, a commit may be lost with the power. */
function isDurable(database: DatabaseSync): boolean {
  return database.location() !== null && Number(database.prepare('PRAGMA synchronous').get()?.['synchronous']) >= 2
}
