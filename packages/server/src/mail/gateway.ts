import type { Want } from '@evergrant/core'
import { type GatewayAccount, startMailGateway } from '@evergrant/mail/gateway'
import type { MailSettings } from '../contract/index.ts'
import { Refusal } from '../problem.ts'
import type { KnownKey } from '../security/api-keys.ts'
import type { Services } from '../services.ts'
import type { Settings } from '../settings.ts'

type Ports = Settings['mailPorts']

/** Mail listeners for programs without OAuth. */
export interface Gateway {
  readonly ports: Ports
  close(): Promise<void>
}

/** An account whose mailbox has the address that a program logs in with. */
interface Candidate {
  readonly id: string
  readonly settings: MailSettings
}

/**
 * Starts the mail gateway on this machine, or none without ports. A program logs in with the address of a mailbox, and an API key
 * that names the account as its password; a key for all accounts, or for some scopes alone, opens no mailbox. A key that is removed ends its sessions
 * when their token is next renewed.
 */
export async function startGateway(services: Services, wanted: Ports): Promise<Gateway | undefined> {
  const listeners = (['imap', 'pop', 'smtp'] as const).flatMap((protocol) => {
    const port = wanted[protocol]
    return port === undefined ? [] : [{ protocol, port }]
  })
  if (listeners.length === 0) return undefined
  const { clock, logger } = services.deps
  const gateway = await startMailGateway({
    listeners,
    clock,
    account: async (address) => loginOf(address, services),
    onEvent: ({ type, protocol, from, mailbox, program, error }) => {
      const level = type === 'failed' || type === 'locked' ? 'warn' : 'debug'
      logger[level]({ protocol, from, mailbox, program, trouble: error?.message }, `mail gateway: ${type}`)
    },
  })
  const ports = Object.fromEntries(listeners.map(({ protocol }, at) => [protocol, gateway.ports[at]]))
  return { ports, close: () => gateway.close() }
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

  async accepts(password: string, from: string): Promise<string | undefined> {
    const key = await this.#key(password)
    const chosen = this.#candidates.find(({ id }) => opens(key, id))
    if (key === undefined || chosen === undefined) return undefined
    this.#chosen = chosen
    this.#password = password
    this.#services.programUses.note(key.id, chosen.id, 'mail', () => from)
    return key.id
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
    await mail.assertReachable(this.#chosen.settings)
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
