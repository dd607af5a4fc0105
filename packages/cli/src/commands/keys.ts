import { resolve } from 'node:path'
import { type Keyring, keyCensus, OAuthError, type Resealed, reseal, summary } from '@evergrant/core'
import { addKey, keyFromText, newKeyText } from '@evergrant/stores/keyring'
import { type OpenedStore, openStore } from '@evergrant/stores/open'
import { Command, Option } from 'commander'
import { type MannerOptions, withManner, withStore } from '../client-options.ts'
import { exitCode } from '../exit-code.ts'
import { table } from '../grant-text.ts'
import type { Invocation } from '../invocation.ts'
import { type KeyOptions, keyPlace, namedKeyring } from '../keys.ts'
import { present } from '../option-values.ts'
import type { Action } from '../program.ts'
import { progressTeller } from '../progress.ts'
import { openServer, type ServerOptions, serverFolder, serverPlace, withServer } from '../server-place.ts'
import { storeAddress } from '../target.ts'
import { UsageError } from '../usage-error.ts'

interface KeysOptions extends MannerOptions, KeyOptions, ServerOptions {
  readonly store?: string
  readonly grant?: string
}

export function keysCommand(action: Action): Command {
  const command = new Command('keys').summary('make, list and change sealing keys')
  command.description('Sealing keys: they encrypt tokens in a store. A key itself is printed by `keys new` alone.')
  const making = new Command('new').description(
    'Makes a key: at the head of a key file, so that it seals from now on; without one, on stdout.',
  )
  making.addOption(new Option('--data-dir <path>', "the server's data folder: into its key file").argParser(present))
  command.addCommand(withManner(withKeys(making).optionsGroup('Output:')))
  making.action((options: KeysOptions) => action(make, options))
  const listing = new Command('list').description('Lists the keys, and how many records need which.')
  command.addCommand(withManner(withKeys(withServer(withOne(withStore(listing)))).optionsGroup('Output:')))
  listing.action((options: KeysOptions) => action(list, options))
  const rotation = new Command('rotate')
    .description('Seals every record anew with the first key, while others use the store.')
    .addHelpText(
      'after',
      `
To change keys: \`keys new --key-file <path>\` (programs that run learn of it by themselves; with EVERGRANT_KEY set
"new,old" and restart them), \`keys rotate\`, and when \`keys list\` shows no record under the old key, take it away.
A server is meant by --data-dir or --database-url, and where the environment names it (DATABASE_URL, EVERGRANT_DATA_DIR)
and no store. It may be stopped and begun again. Records that do not open are told, and stay as they are: exit code 1.`,
    )
  command.addCommand(withManner(withKeys(withServer(withOne(withStore(rotation)))).optionsGroup('Output:')))
  rotation.action((options: KeysOptions) => action(rotate, options))
  return command
}

function withOne(command: Command): Command {
  return command.addOption(new Option('--grant <id>', 'that grant alone (default: all)').argParser(present))
}

function withKeys(command: Command): Command {
  return command
    .optionsGroup('Keys:')
    .addOption(
      new Option('--key-file <path>', 'one key in a line, the first seals (default: EVERGRANT_KEY…)').argParser(
        present,
      ),
    )
}

/** The server is meant when it was typed, or when the environment names it and no store. */
function meansServer(options: KeysOptions, { env }: Invocation): boolean {
  if (options.dataDir !== undefined || options.databaseUrl !== undefined) return true
  if (options.store !== undefined || env['EVERGRANT_STORE']) return false
  return Boolean(env['DATABASE_URL'] || env['EVERGRANT_DATA_DIR'])
}

/** The keys of the server lie in its data folder, unless they are named. */
function keysOf(options: KeysOptions, invocation: Invocation): KeyOptions {
  if (!meansServer(options, invocation)) return options
  return { ...options, dataDir: serverFolder(options, invocation) }
}

async function make(options: KeysOptions, invocation: Invocation): Promise<void> {
  const { terminal, cwd } = invocation
  const place =
    options.keyFile === undefined && options.dataDir === undefined ? undefined : keyPlace(options, invocation)
  if (place !== undefined && 'text' in place) {
    throw new UsageError(
      'The keys are in EVERGRANT_KEY, which this command cannot change.',
      'Run `evergrant keys new` alone, and set EVERGRANT_KEY to "new,old".',
    )
  }
  if (place === undefined) {
    const text = newKeyText()
    const { id } = await keyFromText(text)
    terminal.note(`A new key, ${id}. Whoever has it reads what it seals.`)
    return terminal.json ? terminal.data({ id, key: text }) : terminal.result(text)
  }
  const { current, others = [] } = await addKey(resolve(cwd, place.file), invocation.clock)
  terminal.note(`${terminal.style('green', '✓')} Key ${current.id} in ${place.file} seals from now on.`)
  if (others.length > 0) terminal.note('`evergrant keys rotate` seals with it what the former keys sealed.')
  if (terminal.json) terminal.data({ id: current.id, others: others.map(({ id }) => id), file: place.file })
}

async function list(options: KeysOptions, invocation: Invocation): Promise<void> {
  const { terminal, signal } = invocation
  const ring = await namedKeyring(keysOf(options, invocation), invocation)
  await using of = await opened(options, invocation)
  const { sealed, clear, foreign } = await keyCensus(of.store, { signal })
  const counts = new Map(Object.entries(sealed))
  for (const [kid, count] of await of.tables.counts()) counts.set(kid, (counts.get(kid) ?? 0) + count)
  const ids = new Set([...ring.kids, ...counts.keys()])
  const keys = [...ids].map((id) => {
    const role = id === ring.kid ? 'seals' : ring.kids.includes(id) ? 'opens' : 'missing'
    return { id, role, records: counts.get(id) ?? 0 }
  })
  if (terminal.json) return terminal.data({ keys, clear, foreign })
  terminal.text(table([['KEY', 'ROLE', 'RECORDS'], ...keys.map(({ id, role, records }) => [id, role, `${records}`])]))
  if (clear > 0)
    terminal.note(`${count(clear, 'record is', 'records are')} not sealed. \`evergrant keys rotate\` seals.`)
  if (foreign > 0) terminal.note(`${count(foreign, 'record was', 'records were')} sealed by something else.`)
}

async function rotate(options: KeysOptions, invocation: Invocation): Promise<number> {
  const { terminal, clock, signal } = invocation
  const ring = await namedKeyring(keysOf(options, invocation), invocation)
  await using of = await opened(options, invocation)
  const teller = progressTeller('Sealing anew:', terminal)
  let grants: Resealed
  try {
    grants = await reseal(of.store, ring, {
      clock,
      signal,
      onProgress: ({ done, total, waiting }) =>
        teller.tell({ done, total, also: waiting > 0 ? `${waiting} wait for a refresh` : undefined }),
    })
  } finally {
    teller.end()
  }
  const own = await of.tables.reseal(ring)
  const total = grants.total + own.total
  const resealed = grants.resealed + own.resealed
  const unreadable = [...grants.unreadable, ...own.unreadable]
  for (const { id, error } of unreadable) terminal.say(`${terminal.style('red', '✗')} ${id}: ${error.message}`)
  const words = `${count(resealed, 'record', 'records')} of ${total} sealed anew with key ${ring.kid}`
  if (unreadable.length === 0) terminal.note(`${terminal.style('green', '✓')} ${words}; none needs another key.`)
  else terminal.say(`${words}; ${unreadable.length} did not open and are as they were. Give their keys too.`)
  if (terminal.json) {
    const told = unreadable.map(({ id, error: { code, message } }) => ({ id, code, message }))
    terminal.data({ key: ring.kid, total, resealed, unreadable: told })
  }
  return unreadable.length === 0 ? exitCode.done : exitCode.failed
}

/** What is to be looked at: a store, and the server's own tables beside it when its data folder was named. */
interface Opened extends AsyncDisposable {
  readonly store: OpenedStore
  readonly tables: {
    counts(): Promise<ReadonlyMap<string, number>>
    reseal(ring: Keyring): Promise<Resealed>
  }
}

const NO_TABLES: Opened['tables'] = {
  counts: async () => new Map(),
  reseal: async () => ({ total: 0, resealed: 0, unreadable: [] }),
}

async function opened(options: KeysOptions, invocation: Invocation): Promise<Opened> {
  const { env, terminal } = invocation
  const onWarning = (words: string): void => terminal.say(words)
  if (!meansServer(options, invocation)) {
    const url = storeAddress(options.store, invocation)
    const whole = await openStore(url, { env, onWarning })
    const store = options.grant === undefined ? whole : onlyGrant(whole, options.grant)
    if (store.traits.list) return { store, tables: NO_TABLES, [Symbol.asyncDispose]: () => store.close() }
    await store.close()
    throw new UsageError(`The store ${url} cannot list its grants.`, 'Name one with --grant <id>.')
  }
  if (options.grant !== undefined)
    throw new UsageError('--grant names one grant, and a server is meant.', 'A server is sealed by one key as a whole.')
  if (options.store !== undefined)
    throw new UsageError('A store and a server were both named.', 'The server keeps its grants in its own database.')
  const { resealTables, tableKeys } = await import('@evergrant/server')
  const server = await openServer(serverPlace(options, invocation), onWarning)
  return {
    store: server.store,
    tables: { counts: () => tableKeys(server.db), reseal: (ring) => resealTables(server.db, ring) },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

/** The store as if it had this grant alone: which is enough for one that cannot list. */
function onlyGrant(store: OpenedStore, id: string): OpenedStore {
  return {
    ...store,
    traits: { ...store.traits, list: true },
    async *list(_, options) {
      const found = await store.get(id, options)
      if (found === undefined) throw new OAuthError('GRANT_NOT_FOUND', `There is no grant ${id}.`, { grant: id })
      yield summary(found)
    },
  }
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`
}
