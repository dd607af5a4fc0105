import type { ConnectionDesk } from '@evergrant/server'
import type { Connection, ConnectionPatch } from '@evergrant/server/contract'
import { Command, InvalidArgumentError, Option } from 'commander'
import { CLIENT_AUTH } from '../chosen-authentication.ts'
import { type MannerOptions, withManner } from '../client-options.ts'
import { clientSecret, pipedSecret } from '../client-secret.ts'
import { expresslyConfirmed } from '../confirm.ts'
import { connectionTable, connectionText } from '../connection-text.ts'
import { checkText } from '../doctor/check-text.ts'
import { exitCode } from '../exit-code.ts'
import { WHO_AT_SERVER } from '../failure.ts'
import type { Invocation } from '../invocation.ts'
import { withKeyFile } from '../keys.ts'
import { duration, pairs, present, words } from '../option-values.ts'
import type { Action, Work } from '../program.ts'
import { type DeskOptions, noteAddress, openedDesk, withPublicUrl } from '../server-desk.ts'
import { withServer } from '../server-place.ts'
import { UsageError } from '../usage-error.ts'

type ConnectionsOptions = MannerOptions & DeskOptions

interface OneOptions extends ConnectionsOptions {
  readonly connection: string
}

interface GivenSecret {
  readonly clientSecretFile?: string
  readonly clientSecretStdin?: boolean
  readonly expires?: string
}

interface SecretOptions extends OneOptions, GivenSecret {
  readonly keepFormer?: number | true
}

interface AddOptions extends ConnectionsOptions, GivenSecret {
  readonly provider: string
  readonly clientId: string
  readonly clientAuth?: string
  readonly name?: string
  readonly id?: string
  readonly tenant?: string
  readonly set?: Readonly<Record<string, string>>
  readonly scope?: readonly string[]
  readonly issuer?: string
  readonly authorizationEndpoint?: string
  readonly tokenEndpoint?: string
}

interface RemoveOptions extends OneOptions {
  readonly accounts?: boolean
  readonly yes?: boolean
}

const DAY = 86_400

export function connectionsCommand(action: Action): Command {
  const command = new Command('connections').summary("a server's connections: list, check, add, remove")
  command
    .description("A server's connections: the clients that are registered at providers. Never prints a client secret.")
    .addHelpText(
      'after',
      `
Reads the server's data, whether it runs or not; the environment is to be the one that \`serve\` has
(EVERGRANT_PUBLIC_URL is part of redirect URIs). Servers that run learn of every change. An id that begins with
a hyphen goes last, behind "--".

  evergrant connections add --provider <id> --client-id … --client-secret-file ./secret
  evergrant connections remove <connection>`,
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
    withSecret(
      new Command('secret').description('Enters a new client secret, which servers use from then on.'),
    ).addOption(
      new Option(
        '--keep-former [days]',
        'use the one before where the provider does not take the new one yet; for so many days (default: until it is removed)',
      ).argParser(duration),
    ),
    secret,
  )
  added(withPublicUrl(adding())).action((options: AddOptions) => action(add, options))
  one(
    new Command('remove')
      .description('Removes one. One that has accounts stays, unless they are to go too.')
      .option('--accounts', 'with its accounts: their grants are revoked at the provider, as far as that works')
      .option('--yes', 'do not ask; to be given where there is no terminal, and with --json'),
    remove,
  )
  return command
}

/** The options by which a secret is given: never as an argument, which others on the machine could read. */
function withSecret(command: Command): Command {
  return command
    .optionsGroup('Client secret (or EVERGRANT_CLIENT_SECRET):')
    .addOption(new Option('--client-secret-file <path>', 'a file with the client secret in it').argParser(present))
    .addOption(new Option('--client-secret-stdin', 'it is piped in').conflicts('clientSecretFile'))
    .addOption(new Option('--expires <date>', 'when it ends, such as 2027-05-31').argParser(present))
}

function adding(): Command {
  const command = new Command('add')
    .description('Stores a client that was registered at a provider, and prints the redirect URI to enter there.')
    .optionsGroup('Provider:')
    .addOption(
      new Option('--provider <id>', 'one of `evergrant providers list`').argParser(present).makeOptionMandatory(),
    )
    .addOption(new Option('--tenant <id>', 'short for --set tenant=<id>').argParser(present))
    .addOption(new Option('--set <name=value>', "one of the provider's parameters; repeatable").argParser(pairs))
    .addOption(new Option('--issuer <url>', 'of a provider whose address only you know').argParser(present))
    .addOption(new Option('--authorization-endpoint <url>', 'given by hand').argParser(present))
    .addOption(new Option('--token-endpoint <url>', 'given by hand').argParser(present))
    .optionsGroup('Client:')
    .addOption(new Option('--client-id <id>', 'as registered at the provider').argParser(present).makeOptionMandatory())
    .addOption(
      new Option(
        '--client-auth <method>',
        "how the client proves itself: basic, basic_raw, post, none (default: the provider's usual way)",
      ).argParser(present),
    )
    .addOption(new Option('--scope <scopes>', 'beside the usual ones; repeatable').argParser(words))
  return withSecret(command)
    .optionsGroup('Connection:')
    .addOption(new Option('--name <name>', "what people read (default: the provider's name)").argParser(present))
    .addOption(
      new Option(
        '--id <id>',
        '20 letters, digits, - or _ of your own, so that <public url>/oauth/callback/<id> is known before',
      ).argParser(connectionId),
    )
    .addHelpText(
      'after',
      `
The settings are checked as the page checks them; nothing asks the provider: \`evergrant connections check\` does.
An --id that is taken is refused, so that a script which runs twice adds one connection.`,
    )
}

/** As the API takes it. */
function connectionId(value: string): string {
  if (!/^[\w-]{20}$/.test(value)) throw new InvalidArgumentError('Expected 20 letters, digits, - or _.')
  return value
}

async function list(options: ConnectionsOptions, invocation: Invocation): Promise<void> {
  const { terminal, clock } = invocation
  await using on = await openedDesk(options, invocation)
  const connections = await on.connections.list()
  if (terminal.json) return terminal.data(connections)
  if (connections.length === 0)
    return terminal.note('The server has no connection yet. `evergrant connections add` or its page makes one.')
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
  const { terminal, env, clock } = invocation
  const { keepFormer, expires } = options
  const given = await secretOf(options, env['EVERGRANT_CLIENT_SECRET'], invocation)
  if (given === undefined) {
    throw new UsageError(
      'Which secret? None was given.',
      'Give --client-secret-file or --client-secret-stdin, or set EVERGRANT_CLIENT_SECRET.',
    )
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
  terminal.note(`\`evergrant connections check ${typed(id)}\` tells whether the provider takes it.`)
  if (terminal.json) terminal.data(connection)
}

async function add(options: AddOptions, invocation: Invocation): Promise<void> {
  const { terminal, env } = invocation
  const { provider, clientId, clientAuth, id, tenant, set, scope, issuer, expires } = options
  if (tenant !== undefined && set?.['tenant'] !== undefined) {
    throw new UsageError('--tenant and --set tenant=… were both given.', 'Give one of them.')
  }
  const client_auth = clientAuth && (CLIENT_AUTH[clientAuth] ?? clientAuth)
  // A secret in the environment may be meant for another command.
  const environment = client_auth?.startsWith('none') ? undefined : env['EVERGRANT_CLIENT_SECRET']
  const client_secret = await secretOf(options, environment, invocation)
  const { providerDefinition } = await import('@evergrant/providers')
  const name = options.name ?? (await providerDefinition(provider)).name
  const { authorizationEndpoint: authorization_endpoint, tokenEndpoint: token_endpoint } = options
  const given = {
    id,
    client_auth,
    client_secret,
    secret_expires_at: expires === undefined ? undefined : dateOf(expires),
    parameters: { ...set, ...(tenant === undefined ? {} : { tenant }) },
    scope: scope?.join(' '),
    issuer,
    authorization_endpoint,
    token_endpoint,
  }
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  await using on = await openedDesk(options, invocation)
  const made = await on.connections.create({ ...said, name, provider, client_id: clientId })
  terminal.note(`${terminal.style('green', '✓')} ${made.name} is a connection now: ${made.id}`)
  terminal.note(`Enter this redirect URI at ${made.provider_name}, exactly so:`)
  if (terminal.json) terminal.data(made)
  else terminal.result(made.redirect_uri)
  noteAddress(options, on, invocation)
  terminal.note(
    `\`evergrant connections check ${typed(made.id)}\` tells whether ${made.provider_name} takes the client.`,
  )
}

async function remove(options: RemoveOptions, invocation: Invocation): Promise<number | undefined> {
  const { terminal } = invocation
  const { accounts: withAccounts = false, yes } = options
  await using on = await openedDesk(options, invocation)
  const { id, name, accounts } = await named(on.connections, options)
  const total = accounts?.total ?? 0
  if (total > 0 && !withAccounts) {
    throw new UsageError(
      `${name} has accounts: ${total}. Whatever uses them would stop, and the access be taken back at the provider.`,
      'Give --accounts if they are to be deleted too.',
    )
  }
  const question = `Delete the connection ${name}${total === 0 ? '' : ` with its accounts (${total})`}?`
  if (!(await expresslyConfirmed(question, yes, invocation))) return exitCode.failed
  const gone = await on.connections.remove(id, { accounts: withAccounts })
  const left = gone.still_at_provider
  const also = gone.accounts === 0 ? '' : ` with its accounts (${gone.accounts})`
  terminal.note(`${terminal.style('green', '✓')} ${name} is deleted${also}.`)
  if (left !== undefined) {
    terminal.say(
      `Not ended at the provider: ${left.accounts} of them. ${left.detail} ${left.advice} ${left.page ?? ''}`,
    )
  }
  if (terminal.json) terminal.data(gone)
  return undefined
}

/** The secret that was given, by whichever way. */
async function secretOf(
  { clientSecretFile: file, clientSecretStdin: piped }: GivenSecret,
  environment: string | undefined,
  { terminal, cwd }: Invocation,
): Promise<string | undefined> {
  const given = piped ? await pipedSecret(terminal.stdin) : await clientSecret({ file, environment }, cwd)
  terminal.conceal(given)
  return given
}

/** An id as an argument: one that begins with a hyphen is no option. */
const typed = (id: string): string => (id.startsWith('-') ? `-- ${id}` : id)

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
