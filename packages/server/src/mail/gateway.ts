import { readFile } from 'node:fs/promises'
import { OAuthError, type Want } from '@evergrant/core'
import { type Certificate, type GatewayAccount, type MailGateway, startMailGateway } from '@evergrant/mail/gateway'
import type { MailSettings } from '../contract/index.ts'
import { Refusal } from '../problem.ts'
import type { KnownKey } from '../security/api-keys.ts'
import type { Services } from '../services.ts'
import type { MailGatewayPorts, MailGatewaySettings } from '../settings.ts'

/** Listeners by the name of their port. */
const LISTENERS = {
  imap: { protocol: 'imap' },
  imaps: { protocol: 'imap', tls: true },
  pop: { protocol: 'pop' },
  pops: { protocol: 'pop', tls: true },
  smtp: { protocol: 'smtp' },
  smtps: { protocol: 'smtp', tls: true },
} as const

/** Seconds that sessions have to end by themselves when the server stops. */
const DRAIN = 10

/** Accounts of a key that are looked at for a mailbox that is not written down. */
const MOST_NEW = 50

/** An account whose mailbox has the address that a program logs in with. */
interface Candidate {
  readonly id: string
  readonly settings: MailSettings
}

/**
 * The mail gateway of a server. A program logs in with the address of a mailbox, and an API key that names the account as its
 * password; a key for all accounts, or for some scopes alone, opens no mailbox. A key that is removed ends its sessions when
 * their token is next renewed.
 */
export class ProgramGateway {
  #running: MailGateway | undefined
  #ports: MailGatewayPorts = {}
  #host = ''
  #secured = false

  /** Where it listens; nowhere before it is started, and without ports. */
  get ports(): MailGatewayPorts {
    return this.#ports
  }

  /** How programs reach it. `0.0.0.0` and `::` are every address of this machine. */
  get doors(): NonNullable<MailSettings['programs']> | undefined {
    const doors = Object.entries(this.#ports).flatMap(([name, port]) => {
      const { protocol, tls } = { tls: false, ...LISTENERS[name as keyof typeof LISTENERS] }
      const security = tls ? ('tls' as const) : this.#secured ? ('starttls' as const) : ('none' as const)
      return port === undefined ? [] : [{ protocol, host: this.#host, port, security }]
    })
    return doors.length === 0 ? undefined : doors
  }

  /** False when it should listen and does not. */
  get ready(): boolean {
    return this.#running?.listening !== false
  }

  /** Undefined where there is no gateway. */
  get traffic(): MailGateway['traffic'] | undefined {
    return this.#running?.traffic
  }

  /** Listens on the ports that are wanted, if any. Throws `INVALID_SETTING`. */
  async start(services: Services, { ports, host, certificate }: MailGatewaySettings): Promise<void> {
    const wanted = (Object.keys(LISTENERS) as (keyof typeof LISTENERS)[]).flatMap((name) => {
      const port = ports[name]
      return port === undefined ? [] : [{ name, listener: { ...LISTENERS[name], port } }]
    })
    if (wanted.length === 0) return
    const { reach, metrics } = services
    const { clock, logger } = services.deps
    this.#running = await startMailGateway({
      listeners: wanted.map(({ listener }) => listener),
      host,
      clock,
      certificate: certificate && (() => read(certificate)),
      onCertificate: (error) => {
        if (error === undefined) logger.info('mail gateway: a renewed certificate is in use')
        else logger.warn({ trouble: error.message }, 'mail gateway: the certificate cannot be renewed')
      },
      upstream: { lookup: reach.mailLookup },
      account: async (address) => loginOf(address, services),
      onEvent: ({ type, protocol, from, mailbox, program, tried, seconds, error }) => {
        metrics.mailSession(type, protocol)
        // Not `locked`: who tries on while locked out fills no log.
        const level = type === 'failed' || type === 'wrong' || type === 'lockout' ? 'warn' : 'debug'
        logger[level](
          { protocol, from, mailbox, program, tried, seconds, trouble: error?.message },
          `mail gateway: ${type}`,
        )
      },
    })
    this.#host = host
    this.#secured = certificate !== undefined
    const found = this.#running.ports
    this.#ports = Object.fromEntries(wanted.map(({ name }, at) => [name, found[at]]))
  }

  /** Takes no new program, and lets each come to a place where it can go on elsewhere. */
  async stop(): Promise<void> {
    await this.#running?.drain(DRAIN)
  }
}

async function read({ certFile, keyFile }: NonNullable<MailGatewaySettings['certificate']>): Promise<Certificate> {
  const text = (variable: string, path: string): Promise<string> =>
    readFile(path, 'utf8').catch((cause: Error) => {
      throw new OAuthError('INVALID_SETTING', `${variable}: ${path} cannot be read: ${cause.message}`, { cause })
    })
  const [cert, key] = await Promise.all([
    text('EVERGRANT_MAIL_CERT_FILE', certFile),
    text('EVERGRANT_MAIL_KEY_FILE', keyFile),
  ])
  return { cert, key }
}

/** Addresses that nobody has are answered like wrong keys: nothing tells which there are. */
async function loginOf(address: string, services: Services): Promise<GatewayAccount> {
  const candidates: Candidate[] = []
  for (const id of await services.mail.withAddress(address)) {
    const settings = await services.mail.settings(id).catch(unlessGone)
    // Somebody else may have consented since the address was written down.
    if (settings?.mailbox?.toLowerCase() === address.toLowerCase()) candidates.push({ id, settings })
  }
  return new Login(address, candidates, services)
}

/** One login. Several accounts may have the mailbox; the key says which of them is meant. */
class Login implements GatewayAccount {
  readonly mailbox: string
  readonly programs = []
  readonly source: GatewayAccount['source']
  readonly #candidates: readonly Candidate[]
  readonly #services: Services
  #chosen: Candidate | undefined
  #password = ''

  constructor(mailbox: string, candidates: readonly Candidate[], services: Services) {
    this.mailbox = mailbox
    this.#candidates = candidates
    this.#services = services
    this.source = { token: (want) => this.#token(want) }
  }

  get imap() {
    return this.#chosen?.settings.imap
  }

  get pop() {
    return this.#chosen?.settings.pop
  }

  get smtp() {
    return this.#chosen?.settings.smtp
  }

  get mechanism() {
    return this.#chosen?.settings.mechanism
  }

  async accepts(password: string, from: string): Promise<string | undefined> {
    const key = await this.#key(password)
    if (key === undefined) return undefined
    const chosen = this.#candidates.find(({ id }) => opens(key, id)) ?? (await this.#new(key))
    if (chosen === undefined) return undefined
    this.#chosen = chosen
    this.#password = password
    this.#services.programUses.note(key.id, chosen.id, 'mail', () => from)
    return key.id
  }

  /** One of the key's accounts whose mailbox nobody has tested or set so far: the address is written down only then. */
  async #new(key: KnownKey): Promise<Candidate | undefined> {
    const { mail } = this.#services
    for (const id of [...(key.accounts ?? [])].slice(0, MOST_NEW)) {
      if (!opens(key, id)) continue
      const settings = await mail.settings(id).catch(unlessGone)
      if (settings?.mailbox?.toLowerCase() !== this.mailbox.toLowerCase()) continue
      await mail.noteAddress(id)
      return { id, settings }
    }
    return undefined
  }

  async #key(password: string): Promise<KnownKey | undefined> {
    // Not a header: what is not one word is no key.
    if (!/^\S{1,256}$/.test(password)) return undefined
    return this.#services.apiKeys.find(`Bearer ${password}`).catch((error: unknown) => {
      if (error instanceof Refusal) return undefined
      throw error
    })
  }

  /** The key is asked for again: it may be gone since the login. */
  async #token(want?: Want) {
    const { mail, tokens } = this.#services
    const key = await this.#key(this.#password)
    if (this.#chosen === undefined || !opens(key, this.#chosen.id)) {
      throw new Refusal('API_KEY_INVALID', 'The API key of this program is not known any more.')
    }
    await mail.assertReachable(this.#chosen.id, this.#chosen.settings)
    return tokens.hand(this.#chosen.id, want)
  }
}

/** A mailbox is more than a token of some scopes: a key that is limited to scopes opens none. */
function opens(key: KnownKey | undefined, id: string): boolean {
  return key?.scopes === undefined && key?.accounts?.has(id) === true
}

function unlessGone(error: unknown): undefined {
  if (!(error instanceof Refusal)) throw error
}
