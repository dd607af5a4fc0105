import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Clock, OAuthError } from '@evergrant/core'
import type { openPostgres, Wire } from '@evergrant/server'
import { type OpenedStore, openStore } from '@evergrant/stores/open'
import { postgresPool, postgresStore } from '@evergrant/stores/postgres'
import { type Command, Option } from 'commander'
import type { Invocation } from './invocation.ts'
import { present } from './option-values.ts'
import { UsageError } from './usage-error.ts'

/** Which server's data is meant, as typed. */
export interface ServerOptions {
  readonly dataDir?: string
  readonly databaseUrl?: string
}

/** Where a server keeps its data: the same that `serve` would use. */
export type ServerPlace =
  | { readonly kind: 'sqlite'; readonly folder: string; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: string }

type Where = Pick<Invocation, 'env' | 'cwd' | 'terminal'>

/** The options that say which server is meant. */
export function withServer(command: Command): Command {
  return command
    .optionsGroup('Server:')
    .addOption(
      new Option(
        '--data-dir <path>',
        "the server's data folder: its database and its key file (default: EVERGRANT_DATA_DIR, ./data)",
      ).argParser(present),
    )
    .addOption(
      new Option(
        '--database-url <url>',
        'its database in PostgreSQL (default: DATABASE_URL, which other users of the machine do not see)',
      ).argParser(present),
    )
}

/** The server's data folder, whether it is there or not. */
export function serverFolder({ dataDir }: ServerOptions, { env, cwd }: Pick<Where, 'env' | 'cwd'>): string {
  return resolve(cwd, dataDir ?? (env['EVERGRANT_DATA_DIR'] || './data'))
}

/** Where the server's data is, by what was typed and by the environment that counts for `serve` too. */
export function serverPlace(options: ServerOptions, where: Where): ServerPlace {
  const url = options.databaseUrl ?? (where.env['DATABASE_URL'] || undefined)
  if (url === undefined) {
    const folder = serverFolder(options, where)
    return { kind: 'sqlite', folder, path: join(folder, 'evergrant.db') }
  }
  if (!/^postgres(?:ql)?:\/\/./.test(url) || !URL.canParse(url)) {
    // Not repeated: it may have a password in it.
    const name = options.databaseUrl === undefined ? 'DATABASE_URL' : '--database-url'
    throw new UsageError(`${name} cannot be used.`, 'It should be like postgresql://user:password@host:5432/database.')
  }
  const { password } = new URL(url)
  where.terminal.conceal(password)
  where.terminal.conceal(decodeURIComponent(password))
  return { kind: 'postgres', url }
}

/** The path of a server's SQLite database, which has to be there. */
export function assertThere({ path }: Extract<ServerPlace, { kind: 'sqlite' }>): string {
  if (existsSync(path)) return path
  throw new UsageError(
    `--data-dir: there is no ${path}.`,
    'Name the server’s data folder with --data-dir or EVERGRANT_DATA_DIR, or its PostgreSQL database with DATABASE_URL.',
  )
}

/** A server's data, opened: its own tables and the grants, as they are stored. */
export interface OpenedServer extends AsyncDisposable {
  readonly db: Awaited<ReturnType<typeof openPostgres>>
  readonly store: OpenedStore
  /** How servers that run on it are told of changes. */
  wire(clock: Clock): Promise<Wire>
}

/**
 * Opens the data of a server that is there, running or not, and brings its schema up to date as `serve` does.
 *
 * Throws a usage error when there is none, and `STORE_CORRUPT` for a database of something else.
 */
export async function openServer(place: ServerPlace, onWarning: (words: string) => void): Promise<OpenedServer> {
  const { openSqlite, openPostgres, postgresWire, TableWire } = await import('@evergrant/server')
  if (place.kind === 'sqlite') {
    const path = assertThere(place)
    const store = await openStore(`sqlite:${path}`, { onWarning })
    const db = openSqlite(path)
    return {
      db,
      store,
      wire: async (clock) => new TableWire(db, { now: () => clock.now(), moved: () => db.moved() }),
      [Symbol.asyncDispose]: () => db.destroy().finally(() => store.close()),
    }
  }
  const pool = await postgresPool(place.url)
  try {
    await assertServers(pool)
    const db = await openPostgres(pool)
    const store = postgresStore(pool, { onWarning })
    // The pool is both: it ends with the tables.
    return {
      db,
      store,
      wire: (clock) => postgresWire(pool, db, () => clock.now()),
      [Symbol.asyncDispose]: () => db.destroy(),
    }
  } catch (error) {
    await pool.end()
    throw error
  }
}

/** Whether a PostgreSQL database is a server's; nothing is made in one that is not. */
export async function isServers(pool: Awaited<ReturnType<typeof postgresPool>>): Promise<boolean> {
  const { rows } = await pool.query({ text: `SELECT to_regclass('evergrant_server_schema') IS NOT NULL AS there` })
  return rows[0]?.['there'] === true
}

export async function assertServers(pool: Awaited<ReturnType<typeof postgresPool>>): Promise<void> {
  if (await isServers(pool)) return
  throw new OAuthError('STORE_CORRUPT', 'The PostgreSQL database is no database of an Evergrant server.')
}
