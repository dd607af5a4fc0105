import type { ConnectionDesk } from '@evergrant/server'
import type { Connection, ConnectionPatch } from '@evergrant/server/contract'
import { Command, Option } from 'commander'
import { type MannerOptions, withManner } from '../client-options.ts'
import { clientSecret } from '../client-secret.ts'
import { connectionTable, connectionText } from '../connection-text.ts'
import { checkText } from '../doctor/check-text.ts'
import { exitCode } from '../exit-code.ts'
import { WHO_AT_SERVER } from '../failure.ts'
import type { Invocation } from '../invocation.ts'
import { withKeyFile } from '../keys.ts'
import { duration, present } from '../option-values.ts'
import type { Action, Work } from '../program.ts'
import { type DeskOptions, openedDesk } from '../server-desk.ts'
import { withServer } from '../server-place.ts'
import { UsageError } from '../usage-error.ts'

type ConnectionsOptions = MannerOptions & DeskOptions

interface OneOptions extends ConnectionsOptions {
  readonly connection: string
}

interface SecretOptions extends OneOptions {
  readonly clientSecretFile?: string
  readonly keepFormer?: number | true
  readonly expires?: string
}

const DAY = 86_400

export function connectionsCommand(action: Action): Command {
  const command = new Command('connections').summary("list, show and check a server's connections")
  command
    .description("A server's connections: the clients that are registered at providers. Never prints a client secret.")
    .addHelpText(
      'after',
      `
Reads the server's data, whether it runs or not; the environment is to be the one that \`serve\` has
(EVERGRANT_PUBLIC_URL is part of redirect URIs). Connections are made and deleted on the server's page,
or by its API.`,
    )
  const added = (sub: Command): Command => {
    command.addCommand(withManner(withKeyFile(withServer(sub)).optionsGroup('Output:')))
    return sub
  }
  const one = <O extends OneOptions>(sub: Command, work: Work<O>): void => {
    added(sub.argument('<connection>', 'its id, or its name where only one has it'))
    sub.action((connection: string, options: Omit<O, 'connection'>) => action(work, { ...options, connection } as O))
  }
  added(new Command('list').description('Lists them: accounts that work, when the secret ends, what is wrong.')).action(
    (options: ConnectionsOptions) => action(list, options),
  )
  one(new Command('show').description('Shows one: its settings, its redirect URI and what is wrong with it.'), show)
  one(
    new Command('check').description(
      'Checks one step by step, as the page does: asks the provider, touches no grant. Exit code 1 when a step failed.',
    ),
    check,
  )
  one(
    new Command('secret')
      .description('Enters a new client secret, from a file or EVERGRANT_CLIENT_SECRET.')
      .optionsGroup('Client secret:')
      .addOption(new Option('--client-secret-file <path>', 'a file with the new secret in it').argParser(present))
      .addOption(
        new Option(
          '--keep-former [days]',
          'use the one before where the provider does not take the new one yet; for so many days (default: until it is removed)',
        ).argParser(duration),
      )
      .addOption(new Option('--expires <date>', 'when the new one ends, such as 2027-05-31').argParser(present)),
    secret,
  )
  return command
}

async function list(options: ConnectionsOptions, invocation: Invocation): Promise<void> {
  const { terminal, clock } = invocation
  await using on = await openedDesk(options, invocation)
  const connections = await on.connections.list()
  if (terminal.json) return terminal.data(connections)
  if (connections.length === 0) return terminal.note('The server has no connection yet. Its page makes one.')
  terminal.text(connectionTable(connections, clock.now()))
}

async function show(options: OneOptions, invocation: Invocation): Promise<void> {
  const { terminal, clock } = invocation
  await using on = await openedDesk(options, invocation)
  const connection = await named(on.connections, options)
  if (terminal.json) terminal.data(connection)
  else terminal.text(connectionText(connection, clock.now()))
}

async function check(options: OneOptions, invocation: Invocation): Promise<number> {
  const { terminal } = invocation
  await using on = await openedDesk(options, invocation)
  const { id } = await named(on.connections, options)
  const result = await on.connections.check(id)
  if (terminal.json) terminal.data(result)
  for (const { ok, who, ...found } of terminal.json ? [] : result.checks) {
    const words = checkText({ ...found, result: ok ? 'ok' : 'fail', who: who && WHO_AT_SERVER[who] }, terminal)
    if (ok) terminal.note(words)
    else terminal.say(words)
  }
  return result.ok ? exitCode.done : exitCode.failed
}

async function secret(options: SecretOptions, invocation: Invocation): Promise<void> {
  const { terminal, env, cwd, clock } = invocation
  const { clientSecretFile: file, keepFormer, expires } = options
  const given = await clientSecret({ file, environment: env['EVERGRANT_CLIENT_SECRET'] }, cwd)
  terminal.conceal(given)
  if (given === undefined) {
    throw new UsageError('Which secret? None was given.', 'Give --client-secret-file, or set EVERGRANT_CLIENT_SECRET.')
  }
  const ends_at = typeof keepFormer === 'number' ? clock.now() + keepFormer * DAY : null
  const patch: ConnectionPatch = {
    client_secret: given,
    ...(expires === undefined ? {} : { secret_expires_at: dateOf(expires) }),
    ...(keepFormer === undefined ? {} : { former_secret: { ends_at } }),
  }
  await using on = await openedDesk(options, invocation)
  const { id } = await named(on.connections, options)
  const connection = await on.connections.update(id, patch)
  terminal.note(`${terminal.style('green', '✓')} ${connection.name} has the new client secret.`)
  terminal.note(`\`evergrant connections check ${id}\` tells whether the provider takes it.`)
  if (terminal.json) terminal.data(connection)
}

/** The end of a day is meant, wherever that is. */
function dateOf(text: string): number {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(at)) throw new UsageError(`--expires: "${text}" is no date.`, 'Write it as 2027-05-31.')
  return at / 1000
}

async function named(desk: ConnectionDesk, { connection }: OneOptions): Promise<Connection> {
  const found = await desk.find(connection)
  if (found !== undefined) return found
  throw new UsageError(
    `The server has no connection "${connection}", or several of that name.`,
    '`evergrant connections list` shows their ids.',
  )
}
