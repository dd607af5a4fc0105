import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely'
import { UNRENEWED_INDEX } from './json.ts'
import { missingSteps, presentVersion } from './schema-version.ts'
import type { Tables } from './tables.ts'

/**
 * Opens the server's tables in an SQLite file, which is made with mode 0600 when it is not there, and brings the schema
 * up to date. Commits survive a power cut.
 *
 * Throws `STORE_CORRUPT` for a schema that a newer Evergrant made.
 */
export function openSqlite(path: string): SqliteTables {
  // Made here, since SQLite would make it readable for all; it gives its log the mode of the file.
  if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600))
  const database = new DatabaseSync(path, { timeout: 2000 })
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
    migrate(database, path)
  } catch (error) {
    database.close()
    throw error
  }
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: forKysely(database) }) })
  let last: unknown
  const moved = (): boolean => {
    // Counts commits of all other connections, in this process and others. Reads no table.
    const version = database.prepare('PRAGMA data_version').get()?.['data_version']
    const changed = version !== last
    last = version
    return changed
  }
  return Object.assign(db, { moved })
}

/** The tables, and whether another connection has written to the file since this was asked last. */
export type SqliteTables = Kysely<Tables> & { moved(): boolean }

/** In one transaction that takes the write lock first: of two servers that start together, one migrates. */
function migrate(database: DatabaseSync, path: string): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    database.exec('CREATE TABLE IF NOT EXISTS evergrant_server_schema (version INTEGER NOT NULL)')
    const columns = database.prepare("SELECT name FROM pragma_table_info('evergrant_server_schema')").all()
    if (!columns.some(({ name }) => name === 'compatible')) {
      database.exec('ALTER TABLE evergrant_server_schema ADD COLUMN compatible INTEGER NOT NULL DEFAULT 0')
    }
    const row = database.prepare('SELECT version, compatible FROM evergrant_server_schema').get()
    const found = { version: Number(row?.['version'] ?? 0), compatible: Number(row?.['compatible'] ?? 0) }
    const steps = missingSteps(found, path)
    for (const step of steps) for (const statement of step) database.exec(statement)
    const { version, compatible } = presentVersion
    if (found.version < version || (found.version === version && found.compatible === 0)) {
      database.exec('DELETE FROM evergrant_server_schema')
      const write = 'INSERT INTO evergrant_server_schema (version, compatible) VALUES (?, ?)'
      database.prepare(write).run(version, compatible)
    }
    const grants = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'evergrant_grants'")
    if (grants.get() !== undefined) database.exec(UNRENEWED_INDEX.sqlite)
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/**
 * Kysely asks a statement's `reader` whether it yields rows. node:sqlite has no such field, and every query would
 * silently yield none; a statement with columns is one that yields rows, also `… RETURNING`.
 */
function forKysely(database: DatabaseSync): SqliteDatabase {
  return {
    close: () => database.close(),
    prepare(text): SqliteStatement {
      const statement = database.prepare(text)
      return {
        reader: statement.columns().length > 0,
        all: (values) => statement.all(...inputs(values)),
        run: (values) => statement.run(...inputs(values)),
        iterate: (values) => statement.iterate(...inputs(values)),
      }
    },
  }
}

function inputs(values: ReadonlyArray<unknown>): SQLInputValue[] {
  return values as SQLInputValue[]
}
