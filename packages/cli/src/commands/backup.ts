import { chmodSync, closeSync, existsSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { isOAuthError, OAuthError } from '@evergrant/core'
import { postgresPool } from '@evergrant/stores/postgres'
import { Command } from 'commander'
import { type MannerOptions, withManner } from '../client-options.ts'
import type { Invocation } from '../invocation.ts'
import { postgresProgram } from '../postgres-programs.ts'
import type { Action } from '../program.ts'
import { assertServers, assertThere, isServers, type ServerOptions, serverPlace, withServer } from '../server-place.ts'
import { UsageError } from '../usage-error.ts'

interface BackupOptions extends MannerOptions, ServerOptions {
  readonly file: string
}

export function backupCommand(action: Action): Command {
  const command = new Command('backup')
    .summary("copy the server's database while it runs")
    .description(
      "Copies the server's database to a file, while the server runs: SQLite by itself, PostgreSQL by pg_dump. Tokens and secrets in it stay sealed.",
    )
    .argument('<file>', 'where the copy goes; it must not be there yet')
    .addHelpText('after', KEY_HELP)
  return withManner(withServer(command).optionsGroup('Output:')).action((file: string, options: MannerOptions) =>
    action(save, { ...options, file }),
  )
}

export function restoreCommand(action: Action): Command {
  const command = new Command('restore')
    .summary("put a copy of the server's database in place")
    .description(
      'Puts a copy that `evergrant backup` made into a data folder, or a database of PostgreSQL, that has none. Stop the server first.',
    )
    .argument('<file>', 'the copy')
    .addHelpText('after', KEY_HELP)
  return withManner(withServer(command).optionsGroup('Output:')).action((file: string, options: MannerOptions) =>
    action(restore, { ...options, file }),
  )
}

const KEY_HELP = `
The sealing key is not in the copy: keep it elsewhere (the file "key" in the data folder, EVERGRANT_KEY_FILE or
EVERGRANT_KEY). Without it nobody reads what is sealed, you neither.`

async function save(options: BackupOptions, invocation: Invocation): Promise<void> {
  const { terminal, cwd } = invocation
  const place = serverPlace(options, invocation)
  const to = resolve(cwd, options.file)
  if (existsSync(to)) throw new UsageError(`${to} is there already.`, 'Name a file that is not.')
  if (place.kind === 'sqlite') await copied(assertThere(place), to)
  else await dumped(place.url, to, invocation)
  terminal.note(
    `${terminal.style('green', '✓')} ${to} holds the database. The sealing key is not in it; keep it elsewhere.`,
  )
  if (terminal.json) terminal.data({ file: to })
}

const NEVER_TWICE =
  'Never start it while the server runs that it was copied from: both would refresh the same grants, and providers may end them.'

async function restore(options: BackupOptions, invocation: Invocation): Promise<void> {
  const { terminal, cwd } = invocation
  const from = resolve(cwd, options.file)
  if (!existsSync(from)) throw new UsageError(`There is no ${from}.`)
  const place = serverPlace(options, invocation)
  if (place.kind === 'postgres') {
    await undumped(from, place.url, invocation)
    terminal.note(`${terminal.style('green', '✓')} The database is in place. The server needs its sealing key, too.`)
    terminal.note(NEVER_TWICE)
    if (terminal.json) terminal.data({ file: from })
    return
  }
  const { folder, path: to } = place
  const there = [to, `${to}-wal`, `${to}-shm`].find((file) => existsSync(file))
  if (there !== undefined)
    throw new UsageError(`${there} is there already.`, 'Stop the server, and move its database away first.')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  await copied(from, to)
  const key = existsSync(join(folder, 'key')) ? '' : ' Bring its sealing key, too: the server does not start without.'
  terminal.note(`${terminal.style('green', '✓')} ${to} is in place.${key}`)
  terminal.note(NEVER_TWICE)
  if (terminal.json) terminal.data({ file: to })
}

/** The tables of the server's schema, as pg_dump writes them in one transaction; no file of a dump that failed is left. */
async function dumped(url: string, to: string, { env, signal }: Invocation): Promise<void> {
  const pool = await postgresPool(url)
  let schema: string
  try {
    await assertServers(pool)
    const { rows } = await pool.query({ text: 'SELECT current_schema() AS name' })
    schema = String(rows[0]?.['name'])
  } finally {
    await pool.end()
  }
  mkdirSync(dirname(to), { recursive: true })
  closeSync(openSync(to, 'wx', 0o600))
  try {
    const tables = `--table="${schema.replaceAll('"', '""')}".*`
    await postgresProgram('pg_dump', ['--format=custom', '--no-owner', '--no-acl', `--file=${to}`, tables], {
      url,
      env,
      signal,
    })
    await assertDump(to, env)
  } catch (error) {
    rmSync(to, { force: true })
    throw error
  }
}

/** All of it or nothing, into the schema that it came from, which has to be there and to be empty of it. */
async function undumped(from: string, url: string, { env, signal }: Invocation): Promise<void> {
  await assertDump(from, env)
  const pool = await postgresPool(url)
  try {
    if (await isServers(pool)) {
      throw new UsageError(
        'A server has its data in that database already.',
        'Name an empty one: `createdb` makes it, and `?options=-csearch_path%3D…` names another schema.',
      )
    }
  } finally {
    await pool.end()
  }
  const args = ['--no-owner', '--no-acl', '--exit-on-error', '--single-transaction', from]
  await postgresProgram('pg_restore', args, { url, env, signal })
}

/** Whether a file is a dump of a server's tables; that of something else is not put in place. */
async function assertDump(file: string, env: Invocation['env']): Promise<void> {
  const list = await postgresProgram('pg_restore', ['--list', file], { env }).catch((cause: unknown) => {
    if (isOAuthError(cause) && cause.code === 'NOT_SUPPORTED') throw cause
    throw new OAuthError('STORE_CORRUPT', `${file} is no copy of a PostgreSQL database.`, { cause })
  })
  if (list.includes(' TABLE DATA ') && list.includes(' evergrant_server_schema ')) return
  throw new OAuthError('STORE_CORRUPT', `${file} is no database of an Evergrant server.`)
}

/** A copy of a database as it is at one moment, for its owner alone; none that is not sound is left behind. */
async function copied(from: string, to: string): Promise<void> {
  const source = new DatabaseSync(from, { readOnly: true, timeout: 10_000 })
  try {
    assertServersFile(source, from)
    mkdirSync(dirname(to), { recursive: true })
    closeSync(openSync(to, 'wx', 0o600))
    try {
      await backup(source, to)
      const copy = new DatabaseSync(to)
      const [sound] = copy.prepare('PRAGMA integrity_check').all()
      copy.close()
      if (sound?.['integrity_check'] !== 'ok') throw new OAuthError('STORE_CORRUPT', `${from} is damaged.`)
      chmodSync(to, 0o600)
    } catch (error) {
      for (const file of [to, `${to}-wal`, `${to}-shm`]) rmSync(file, { force: true })
      throw error
    }
  } finally {
    source.close()
  }
}

function assertServersFile(database: DatabaseSync, path: string): void {
  try {
    database.prepare('SELECT version FROM evergrant_server_schema').get()
  } catch (cause) {
    throw new OAuthError('STORE_CORRUPT', `${path} is no database of an Evergrant server.`, { cause })
  }
}
