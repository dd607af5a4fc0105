import type { DatabaseSync } from 'node:sqlite'
import { OAuthError } from '@evergrant/core'

const VERSION = 1

/** Makes our tables, or checks that they are ours. They may live beside another application's. */
export function ensureSchema(database: DatabaseSync, name: string): void {
  // One transaction that takes the write lock at once: two processes that start together make the tables once.
  if (installed(database, name)) return
  database.exec('BEGIN IMMEDIATE')
  try {
    if (!installed(database, name)) {
      database.exec(`
        CREATE TABLE evergrant_schema (
          component TEXT PRIMARY KEY,
          version INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE evergrant_grants (
          id TEXT PRIMARY KEY,
          version INTEGER NOT NULL,
          provider TEXT NOT NULL,
          client TEXT NOT NULL,
          state TEXT NOT NULL,
          due REAL,
          updated_at REAL NOT NULL,
          record TEXT NOT NULL
        ) STRICT;
        CREATE INDEX evergrant_grants_due ON evergrant_grants (state, due);
      `)
      database.prepare('INSERT INTO evergrant_schema (component, version) VALUES (?, ?)').run('grants', VERSION)
    }
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

function installed(database: DatabaseSync, name: string): boolean {
  const tables = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN ('evergrant_schema', 'evergrant_grants')")
    .all()
    .map((row) => row['name'])
  if (tables.length === 0) return false
  if (!tables.includes('evergrant_schema') || !tables.includes('evergrant_grants')) {
    throw new OAuthError('STORE_CORRUPT', `${name} has only a part of the tables of a grant store.`)
  }
  const row = database.prepare("SELECT version FROM evergrant_schema WHERE component = 'grants'").get()
  if (row?.['version'] === VERSION) return true
  const found = row === undefined ? 'no version' : `version ${String(row['version'])}`
  const message = `The grant tables in ${name} have ${found}; this program knows version ${VERSION}.`
  throw new OAuthError('STORE_CORRUPT', message)
}
