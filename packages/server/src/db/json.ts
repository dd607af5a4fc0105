import { type Kysely, type RawBuilder, sql } from 'kysely'
import { isPostgres } from './dialect.ts'
import type { Tables } from './tables.ts'

/** Values in a column of JSON text; null where there is none. Columns and paths are words of ours, never a caller's. */
export interface Json {
  text(column: string, path: readonly string[]): RawBuilder<unknown>
  number(column: string, path: readonly string[]): RawBuilder<unknown>
  has(column: string, field: string): RawBuilder<unknown>
}

/** How the database at hand reads JSON. */
export function jsonOf(db: Kysely<Tables>): Json {
  return isPostgres(db) ? inPostgres : inSqlite
}

const inSqlite: Json = {
  text: (column, path) => sql`json_extract(${sql.raw(column)}, ${sql.lit(sqlitePath(path))})`,
  number: (column, path) => inSqlite.text(column, path),
  has: (column, field) => sql`json_type(${sql.raw(column)}, ${sql.lit(sqlitePath([field]))}) IS NOT NULL`,
}

const inPostgres: Json = {
  text: (column, path) => sql`(${sql.raw(column)}::jsonb #>> ${sql.lit(postgresPath(path))})`,
  number: (column, path) => sql`${inPostgres.text(column, path)}::double precision`,
  has: (column, field) => sql`(${sql.raw(column)}::jsonb #> ${sql.lit(postgresPath([field]))}) IS NOT NULL`,
}

const sqlitePath = (path: readonly string[]): string => ['$', ...path.map((name) => `"${name}"`)].join('.')
const postgresPath = (path: readonly string[]): string => `{${path.map((name) => `"${name}"`).join(',')}}`
