import { type Kysely, type RawBuilder, sql } from 'kysely'
import { isPostgres } from './dialect.ts'
import type { Tables } from './tables.ts'

/** Values in a column of JSON text; null where there is none. Columns and paths are words of ours, never a caller's. */
export interface Json {
  text(column: string, path: readonly string[]): RawBuilder<unknown>
  number(column: string, path: readonly string[]): RawBuilder<unknown>
  has(column: string, field: string): RawBuilder<unknown>
  /** Not {@link has}, in the words in which indexes are made on it. */
  lacks(column: string, field: string): RawBuilder<unknown>
}

/** How the database at hand reads JSON. */
export function jsonOf(db: Kysely<Tables>): Json {
  return isPostgres(db) ? inPostgres : inSqlite
}

const inSqlite: Json = {
  text: (column, path) => sql`json_extract(${sql.raw(column)}, ${sql.lit(sqlitePath(path))})`,
  number: (column, path) => inSqlite.text(column, path),
  has: (column, field) => sql`json_type(${sql.raw(column)}, ${sql.lit(sqlitePath([field]))}) IS NOT NULL`,
  lacks: (column, field) => sql.raw(lacksInSqlite(column, field)),
}

const inPostgres: Json = {
  text: (column, path) => sql`(${sql.raw(column)}::jsonb #>> ${sql.lit(postgresPath(path))})`,
  number: (column, path) => sql`${inPostgres.text(column, path)}::double precision`,
  has: (column, field) => sql`(${sql.raw(column)}::jsonb #> ${sql.lit(postgresPath([field]))}) IS NOT NULL`,
  lacks: (column, field) => sql.raw(lacksInPostgres(column, field)),
}

const sqlitePath = (path: readonly string[]): string => ['$', ...path.map((name) => `"${name}"`)].join('.')
const postgresPath = (path: readonly string[]): string => `{${path.map((name) => `"${name}"`).join(',')}}`

const lacksInSqlite = (column: string, field: string): string =>
  `json_type(${column}, '${sqlitePath([field])}') IS NULL`
const lacksInPostgres = (column: string, field: string): string =>
  `(${column}::jsonb #> '${postgresPath([field])}') IS NULL`

/** Makes an index of the grants that nothing renews: few, and looked for among many. The grants have to be there. */
export const UNRENEWED_INDEX = {
  sqlite: unrenewed(lacksInSqlite),
  postgres: unrenewed(lacksInPostgres),
}

function unrenewed(lacks: (column: string, field: string) => string): string {
  return `CREATE INDEX IF NOT EXISTS evergrant_grants_unrenewed ON evergrant_grants (state, due, id)
    WHERE ${lacks('record', 'refresh_token')}`
}
