import { chmodSync, closeSync, existsSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { OAuthError } from '@evergrant/core'
import { Command, Option } from 'commander'
import { type MannerOptions, withManner } from '../client-options.ts'
import type { Invocation } from '../invocation.ts'
import { serverDatabase } from '../keys.ts'
import { present } from '../option-values.ts'
import type { Action } from '../program.ts'
import { UsageError } from '../usage-error.ts'

interface BackupOptions extends MannerOptions {
  readonly dataDir?: string
  readonly file: string
}

export function backupCommand(action: Action): Command {
  const command = new Command('backup')
    .summary("copy the server's database while it runs")
    .description(
      "Copies the server's SQLite database to a file, while the server runs. Tokens and secrets in it stay sealed.",
    )
    .argument('<file>', 'where the copy goes; it must not be there yet')
    .addOption(dataDir())
    .addHelpText('after', KEY_HELP)
  return withManner(command.optionsGroup('Output:')).action((file: string, options: MannerOptions) =>
    action(save, { ...options, file }),
  )
}

export function restoreCommand(action: Action): Command {
  const command = new Command('restore')
    .summary("put a copy of the server's database in place")
    .description(
      'Puts a copy that `evergrant backup` made into a data folder that has no database. Stop the server first.',
    )
    .argument('<file>', 'the copy')
    .addOption(dataDir())
    .addHelpText('after', KEY_HELP)
  return withManner(command.optionsGroup('Output:')).action((file: string, options: MannerOptions) =>
    action(restore, { ...options, file }),
  )
}

const KEY_HELP = `
The sealing key is not in the copy: keep it elsewhere (the file "key" in the data folder, EVERGRANT_KEY_FILE or
EVERGRANT_KEY). Without it nobody reads what is sealed, you neither. With PostgreSQL use pg_dump and pg_restore.`

const dataDir = (): Option =>
  new Option('--data-dir <path>', "the server's data folder (default: EVERGRANT_DATA_DIR, ./data)").argParser(present)

async function save(options: BackupOptions, invocation: Invocation): Promise<void> {
  const { terminal, cwd } = invocation
  const from = serverDatabase(folderOf(options, invocation), invocation)
  const to = resolve(cwd, options.file)
  if (existsSync(to)) throw new UsageError(`${to} is there already.`, 'Name a file that is not.')
  await copied(from, to)
  terminal.note(
    `${terminal.style('green', '✓')} ${to} holds the database. The sealing key is not in it; keep it elsewhere.`,
  )
  if (terminal.json) terminal.data({ file: to })
}

async function restore(options: BackupOptions, invocation: Invocation): Promise<void> {
  const { terminal, cwd } = invocation
  const from = resolve(cwd, options.file)
  if (!existsSync(from)) throw new UsageError(`There is no ${from}.`)
  const folder = resolve(cwd, folderOf(options, invocation))
  const to = join(folder, 'evergrant.db')
  const there = [to, `${to}-wal`, `${to}-shm`].find((file) => existsSync(file))
  if (there !== undefined)
    throw new UsageError(`${there} is there already.`, 'Stop the server, and move its database away first.')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  await copied(from, to)
  const key = existsSync(join(folder, 'key')) ? '' : ' Bring its sealing key, too: the server does not start without.'
  terminal.note(`${terminal.style('green', '✓')} ${to} is in place.${key}`)
  if (terminal.json) terminal.data({ file: to })
}

/** A copy of a database as it is at one moment, for its owner alone; none that is not sound is left behind. */
async function copied(from: string, to: string): Promise<void> {
  const source = new DatabaseSync(from, { readOnly: true, timeout: 10_000 })
  try {
    assertServers(source, from)
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

function assertServers(database: DatabaseSync, path: string): void {
  try {
    database.prepare('SELECT version FROM evergrant_server_schema').get()
  } catch (cause) {
    throw new OAuthError('STORE_CORRUPT', `${path} is no database of an Evergrant server.`, { cause })
  }
}

function folderOf({ dataDir: given }: BackupOptions, { env }: Invocation): string {
  if (env['DATABASE_URL'])
    throw new UsageError(
      'DATABASE_URL is set: the data is in PostgreSQL.',
      'Use pg_dump --format=custom "$DATABASE_URL" and pg_restore; keep the sealing key elsewhere.',
    )
  return given ?? (env['EVERGRANT_DATA_DIR'] || './data')
}
