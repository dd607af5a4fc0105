import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { OAuthError } from '@evergrant/core'
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely'
import { migrations } from './migrations.ts'
import type { Tables } from './tables.ts'

/**
 * Opens the server's tables in an SQLite file, which is made with mode 0600 when it is not there, and brings the schema
 * up to date. Commits survive a power cut.
 *
 * Throws `STORE_CORRUPT` for a schema that a newer Evergrant made.
 */
export function openSqlite(path: string): Kysely<Tables> {
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
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database: forKysely(database) }) })
}

/** In one transaction that takes the write lock first: of two servers that start together, one migrates. */
function migrate(database: DatabaseSync, path: string): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    database.exec('CREATE TABLE IF NOT EXISTS evergrant_server_schema (version INTEGER NOT NULL)')
    const row = database.prepare('SELECT version FROM evergrant_server_schema').get()
    const version = Number(row?.['version'] ?? 0)
    if (version > migrations.length) {
      const message = `${path} has schema ${version}; this Evergrant knows ${migrations.length}. Start the newer one again.`
      throw new OAuthError('STORE_CORRUPT', message)
    }
    for (const step of migrations.slice(version)) for (const statement of step) database.exec(statement)
    database.exec('DELETE FROM evergrant_server_schema')
    database.prepare('INSERT INTO evergrant_server_schema (version) VALUES (?)').run(migrations.length)
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
