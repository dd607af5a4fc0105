import { once } from 'node:events'
import {
  clientCredentialsFlow,
  memoryStore,
  refreshFlow,
  serviceAccountFlow,
  tokenSource,
  tokenSources,
} from '@evergrant/core'
import { exchangeMissing, exchangeSetup } from '@evergrant/mail/app-only'
import { mailPresets, mailScope } from '@evergrant/mail/discovery'
import {
  type GatewayAccount,
  type GatewayEvent,
  hashProgramPassword,
  newProgramPassword,
  startMailGateway,
} from '@evergrant/mail/gateway'
import { type MailCheck, technicalWords, verifyMail } from '@evergrant/mail/sign-in'
import { Command, Option } from 'commander'
import {
  type ClientOptions,
  type GrantOptions,
  type MannerOptions,
  withClient,
  withGrant,
  withManner,
  withServiceAccount,
} from '../client-options.ts'
import { exitCode } from '../exit-code.ts'
import { givenFile } from '../given-file.ts'
import type { Invocation } from '../invocation.ts'
import { type KeptMailbox, readMailboxes, writeMailboxes } from '../mail-programs.ts'
import { authorities, type MailServerOptions, mailServers, withAuthorities, withMailServers } from '../mail-servers.ts'
import { present } from '../option-values.ts'
import type { Action } from '../program.ts'
import { serviceAccountOf } from '../service-account.ts'
import { slow } from '../slow.ts'
import { storedGrant, type Target, target } from '../target.ts'
import { UsageError } from '../usage-error.ts'

interface TestOptions extends ClientOptions, MailServerOptions {
  readonly mailbox?: string
}

interface PasswordOptions extends GrantOptions, MailServerOptions {
  readonly mailbox?: string
  readonly program: string
}

interface AppOnlyOptions extends ClientOptions, MailServerOptions {
  readonly organization: string
  readonly objectId: string
  readonly verify?: boolean
  readonly rbac?: boolean
}

interface GatewayOptions extends MannerOptions, MailServerOptions {
  readonly host: string
  readonly imapPort: number
  readonly popPort: number
  readonly smtpPort: number
  readonly certFile?: string
  readonly keyFile?: string
}

export function mailCommand(action: Action): Command {
  return new Command('mail')
    .summary('test a mailbox, or serve it to programs without OAuth')
    .description(
      'Mail with OAuth 2.0: test whether a mailbox opens, and serve it to programs that know passwords alone.',
    )
    .addCommand(testCommand(action))
    .addCommand(passwordCommand(action))
    .addCommand(gatewayCommand(action))
    .addCommand(appOnlyCommand(action))
}

const MAILBOX = new Option('--mailbox <address>', "a shared mailbox to open with the grant's tokens").argParser(present)

function testCommand(action: Action): Command {
  const command = new Command('test')
    .summary('sign in over IMAP, POP3 and SMTP, and open the mailbox')
    .description(
      'Signs in at each mail server with a token of the grant, and uses the mailbox: IMAP selects INBOX, POP3 counts ' +
        'messages, SMTP begins a mail and takes it back. Nothing is sent or changed. Exit code 1 when a step failed. With ' +
        '--service-account-file a service account opens the mailbox (domain-wide delegation), without a stored grant.',
    )
    .argument('<address>', 'mail address')
    .addOption(MAILBOX)
  withAuthorities(withMailServers(withServiceAccount(withClient(withGrant(command))))).optionsGroup('Output:')
  return withManner(command).action((address: string, options: TestOptions) =>
    action((given, invocation) => test(address, given, invocation), options),
  )
}

function passwordCommand(action: Action): Command {
  const command = new Command('password')
    .summary('make a password for a program that uses the gateway')
    .description(
      'Makes a password with which one program may use a mailbox through `evergrant mail gateway`, and prints it once. ' +
        'A new password for the same program replaces its former one.',
    )
    .argument('<address>', 'mail address, the name to log in with')
    .requiredOption('--program <name>', 'what the password is for, such as mbsync')
    .addOption(MAILBOX)
  withMailServers(withGrant(command)).optionsGroup('Output:')
  return withManner(command).action((address: string, options: PasswordOptions) =>
    action((given, invocation) => password(address, given, invocation), options),
  )
}

function gatewayCommand(action: Action): Command {
  const port = (value: string): number => {
    const number = Number(value)
    if (!/^\d{1,5}$/.test(value) || number > 65_535) throw new UsageError(`${value} is no port.`)
    return number
  }
  const command = new Command('gateway')
    .summary('serve mailboxes to programs without OAuth')
    .description(
      'Serves the mailboxes of `evergrant mail password` over IMAP, POP3 and SMTP. Programs log in with the address and ' +
        'their password. Listens on this machine alone; Ctrl-C ends it.',
    )
    .addOption(
      new Option('--host <address>', 'where to listen; others than this machine need --cert-file').default('127.0.0.1'),
    )
    .addOption(new Option('--imap-port <number>', '0: one that is free').argParser(port).default(1143))
    .addOption(new Option('--pop-port <number>', '0: one that is free').argParser(port).default(1110))
    .addOption(new Option('--smtp-port <number>', '0: one that is free').argParser(port).default(1587))
    .addOption(new Option('--cert-file <path>', 'certificate chain (PEM): STARTTLS is offered').argParser(present))
    .addOption(new Option('--key-file <path>', "the certificate's private key (PEM)").argParser(present))
  withAuthorities(command).optionsGroup('Output:')
  return withManner(command).action((options: GatewayOptions) => action(gateway, options))
}

function appOnlyCommand(action: Action): Command {
  const command = new Command('app-only')
    .summary('set up mailboxes of Exchange Online for an application without a person')
    .description(
      'Prints what an administrator has to do so that an application opens a mailbox of Exchange Online on its own, with the ' +
        'exact PowerShell. With --verify it gets a token, signs in, and says which step is missing. Exit code 1 when one is.',
    )
    .argument('<address>', 'the mailbox')
    .requiredOption('--organization <tenant>', 'directory (tenant) id or domain of the organisation')
    .requiredOption('--object-id <id>', 'object id of the enterprise application, not of the app registration')
    .option('--rbac', 'let it send by RBAC for Applications: a role for this mailbox alone, and no permission in Entra')
    .option('--verify', 'try it: needs the provider and the client’s secret or key')
  withAuthorities(withMailServers(withClient(withGrant(command)))).optionsGroup('Output:')
  return withManner(command).action((address: string, options: AppOnlyOptions) =>
    action((given, invocation) => appOnly(address, given, invocation), options),
  )
}

async function appOnly(address: string, options: AppOnlyOptions, invocation: Invocation): Promise<number> {
  const { terminal, clock } = invocation
  const { organization, objectId, clientId = '', rbac = false } = options
  const sending = rbac ? 'rbac' : 'full-access'
  const steps = exchangeSetup({ tenant: organization, appId: clientId, objectId, mailboxes: [address], sending })
  if (!options.verify) {
    if (terminal.json) terminal.data({ steps })
    else
      for (const [at, { title, text, commands, look }] of steps.entries()) {
        terminal.text(`${at + 1}. ${title}${text === undefined ? '' : `\n   ${text}`}`)
        for (const line of commands) terminal.text(`   ${line}`)
        for (const line of look) terminal.text(`   # to see it: ${line}`)
      }
    return exitCode.done
  }
  const ca = await authorities(options, invocation)
  const servers = await mailServers(address, options, invocation)
  await using of = await target(options, invocation)
  const { scope } = of.settings
  const source = tokenSource('app-only', {
    client: await of.client(),
    store: memoryStore(),
    flow: clientCredentialsFlow({ scope: scope ?? 'https://outlook.office365.com/.default' }),
    clock,
  })
  const token = await source.token()
  const checks = await verifyMail(source, { mailbox: address, ...servers }, { ca, clock })
  const missing = exchangeMissing(token, checks, { sending })
  const ok = checks.every((check) => check.ok)
  if (terminal.json) terminal.data({ ok, checks, missing })
  else {
    for (const check of checks) terminal.text(line(check))
    for (const { step, because } of missing) {
      const at = steps.findIndex(({ id }) => id === step)
      terminal.text(`→ step ${at + 1}, ${steps[at]?.title}: ${because}`)
    }
  }
  return ok ? exitCode.done : exitCode.failed
}

/** Token sources of one target's store. */
function sourcesOf(of: Target, { clock, terminal }: Invocation): ReturnType<typeof tokenSources> {
  return tokenSources({
    store: of.store,
    flow: refreshFlow,
    clock,
    client: () => of.client(),
    onEvent: ({ type }) => terminal.detail(`event ${type}`),
  })
}

async function test(address: string, options: TestOptions, invocation: Invocation): Promise<number> {
  const ca = await authorities(options, invocation)
  const servers = await mailServers(address, options, invocation)
  const account = { mailbox: options.mailbox ?? address, ...servers }
  if (options.serviceAccountFile !== undefined) {
    await using door = await serviceAccountDoor(account.mailbox, options, invocation)
    return told(await verifyMail(door.source, account, { ca, clock: invocation.clock }), invocation)
  }
  if (options.subject !== undefined)
    throw new UsageError('--subject is for --service-account-file alone.', 'Leave it out: the grant says whose it is.')
  await using of = await target(options, invocation)
  await storedGrant(of)
  const sources = sourcesOf(of, invocation)
  try {
    return told(await verifyMail(sources.get(of.grantId), account, { ca, clock: invocation.clock }), invocation)
  } finally {
    await slow('an answer under way, so that no refresh token is lost', invocation, () => sources.close())
  }
}

/** Says what the checks found. */
function told(checks: readonly MailCheck[], { terminal }: Invocation): number {
  const bad = checks.filter(({ ok }) => !ok)
  if (terminal.json) terminal.data({ ok: bad.length === 0, checks })
  else for (const check of checks) terminal.text(line(check))
  const consent = bad.some(({ error }) => error?.code === 'CONSENT_REQUIRED')
  return bad.length === 0 ? exitCode.done : consent ? exitCode.consent : exitCode.failed
}

/** Tokens of a service account for one mailbox (domain-wide delegation); they are kept where a store is named. */
async function serviceAccountDoor(mailbox: string, options: TestOptions, invocation: Invocation) {
  const given = { ...options, subject: options.subject ?? mailbox }
  const { account, settings } = await serviceAccountOf(given, invocation)
  const of = await target({ ...given, ...settings }, invocation, 'memory:')
  const { params } = of.settings
  const preset = (await mailPresets()).find(({ oauth }) => oauth?.provider === options.provider)
  const scope = of.settings.scope ?? (preset && mailScope(preset, ['imap', 'pop', 'smtp'])?.split(' '))
  if (scope === undefined) throw new UsageError('Which scope opens mailboxes there?', 'Give --scope.')
  const flow = serviceAccountFlow(account, { subject: given.subject, scope, params })
  const source = tokenSource(of.grantId, { client: await of.client(), store: of.store, flow, clock: invocation.clock })
  return { source, [Symbol.asyncDispose]: () => of[Symbol.asyncDispose]() }
}

function line({ protocol, server, ok, detail, error }: MailCheck): string {
  const where = `${protocol.toUpperCase()} ${server.host}:${server.port}`
  if (ok || error === undefined) return `✓ ${where}: ${detail}`
  const words = technicalWords(error)
  const details = words === undefined ? '' : `\n    details ${words}`
  return `✗ ${where}: ${error.message}\n    who     ${error.who}\n    advice  ${error.advice}${details}`
}

async function password(address: string, options: PasswordOptions, invocation: Invocation): Promise<void> {
  const { folders, terminal } = invocation
  const name = address.toLowerCase()
  const servers = await mailServers(address, options, invocation)
  await using of = await target(options, invocation)
  await storedGrant(of)
  const secret = newProgramPassword()
  const kept = await readMailboxes(folders)
  const others = (kept[name]?.programs ?? []).filter((program) => program.name !== options.program)
  const mailbox: KeptMailbox = {
    grant: of.grantId,
    store: options.store === undefined ? undefined : of.storeUrl,
    mailbox: options.mailbox,
    ...servers,
    programs: [...others, { name: options.program, hash: await hashProgramPassword(secret) }],
  }
  await writeMailboxes(folders, { ...kept, [name]: mailbox })
  terminal.note(`${options.program} logs in as ${address} with this password, which is shown once:`)
  if (terminal.json) terminal.data({ address, program: options.program, password: secret })
  else terminal.result(secret)
}

/** Seconds that sessions have to end by themselves after Ctrl-C. */
const DRAIN = 5

async function gateway(options: GatewayOptions, invocation: Invocation): Promise<void> {
  const { clock, cwd, folders, signal, terminal } = invocation
  const ca = await authorities(options, invocation)
  const { certFile, keyFile } = options
  if ((certFile === undefined) !== (keyFile === undefined))
    throw new UsageError('--cert-file and --key-file go together.')
  const read = async (name: string, path: string): Promise<string> =>
    (await givenFile(name, path, cwd)).toString('utf8')
  const certificate =
    certFile === undefined || keyFile === undefined
      ? undefined
      : async () => ({ cert: await read('--cert-file', certFile), key: await read('--key-file', keyFile) })
  if (Object.keys(await readMailboxes(folders)).length === 0)
    throw new UsageError(
      'No program has a password yet.',
      'Make one: `evergrant mail password <address> --program <name>`.',
    )
  await using doors = new Doors(invocation)
  await using running = await startMailGateway({
    host: options.host,
    listeners: [
      { protocol: 'imap', port: options.imapPort },
      { protocol: 'pop', port: options.popPort },
      { protocol: 'smtp', port: options.smtpPort },
    ],
    account: (address) => doors.account(address),
    certificate,
    onCertificate: (error) =>
      terminal.say(error === undefined ? 'a renewed certificate is in use' : `the certificate: ${error.message}`),
    upstream: { ca },
    clock,
    onEvent: (event) => tell(event, invocation),
  })
  const [imap, pop, smtp] = running.ports
  if (terminal.json) terminal.data({ host: options.host, imap, pop, smtp })
  else terminal.result(`IMAP ${options.host}:${imap}, POP3 ${options.host}:${pop}, SMTP ${options.host}:${smtp}`)
  if (!signal.aborted) await once(signal, 'abort')
  await running.drain(DRAIN)
}

function tell(event: GatewayEvent, { terminal }: Invocation): void {
  const { type, protocol, from, mailbox, program, tried, seconds, error } = event
  const who =
    mailbox === undefined
      ? `${tried === undefined ? '' : `${tried} `}from ${from}`
      : `${program} for ${mailbox} from ${from}`
  const time = seconds === undefined ? '' : ` for ${seconds} s`
  const text = `${protocol} ${type} ${who}${time}${error === undefined ? '' : `: ${error.message}`}`
  // Who tries on while locked out fills no log.
  if (type === 'opened' || type === 'closed' || type === 'locked') terminal.detail(text)
  else terminal.say(text)
}

/** The accounts of the gateway: the file is read at each login, a store is opened once. */
class Doors implements AsyncDisposable {
  readonly #invocation: Invocation
  readonly #open = new Map<string, Promise<{ of: Target; sources: ReturnType<typeof tokenSources> }>>()

  constructor(invocation: Invocation) {
    this.#invocation = invocation
  }

  async account(address: string): Promise<GatewayAccount | undefined> {
    const mailboxes = await readMailboxes(this.#invocation.folders)
    const name = address.toLowerCase()
    const kept = Object.hasOwn(mailboxes, name) ? mailboxes[name] : undefined
    if (kept === undefined) return undefined
    const { grant, store, programs, imap, pop, smtp } = kept
    const source = {
      token: async (...want: Parameters<GatewayAccount['source']['token']>) =>
        (await this.#door(grant, store)).sources.get(grant).token(...want),
    }
    return { mailbox: kept.mailbox ?? address, imap, pop, smtp, programs, source }
  }

  /** One for each grant: a grant's profile names its client. */
  #door(grant: string, store: string | undefined): Promise<{ of: Target; sources: ReturnType<typeof tokenSources> }> {
    const key = JSON.stringify([grant, store])
    const known = this.#open.get(key)
    if (known !== undefined) return known
    const opened = target({ grant, ...(store === undefined ? {} : { store }) }, this.#invocation).then((of) => {
      return { of, sources: sourcesOf(of, this.#invocation) }
    })
    this.#open.set(key, opened)
    // What could not be opened is tried again at the next login.
    opened.catch(() => this.#open.delete(key))
    return opened
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const opened of this.#open.values()) {
      const door = await opened.catch(() => undefined)
      if (door === undefined) continue
      await slow('an answer under way, so that no refresh token is lost', this.#invocation, () => door.sources.close())
      await door.of[Symbol.asyncDispose]()
    }
  }
}
