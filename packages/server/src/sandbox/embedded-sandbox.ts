import { randomUUID } from 'node:crypto'
import { type Cipher, type Clock, type Grant, grant } from '@evergrant/core'
import type { MailServer } from '@evergrant/mail/discovery'
import type { Sandbox, SandboxMail } from '@evergrant/sandbox'
import type { Kysely } from 'kysely'
import type { ConnectionRow } from '../connections/connection-row.ts'
import { readMeta, swapMeta, writeMetaWhile } from '../db/meta.ts'
import type { Tables } from '../db/tables.ts'
import { Refusal } from '../problem.ts'
import type { Services } from '../services.ts'
import { SANDBOX_SERVER } from './practice-provider.ts'
import {
  newSandboxConnection,
  sandboxClient,
  sandboxConnection,
  storedSandboxConnection,
} from './sandbox-connection.ts'
import { sandboxState } from './sandbox-state.ts'

/** Where the sandbox is on a server. */
export const SANDBOX_PATH = '/sandbox'
/** Answers below that path tell by it which process they come from. */
export const SANDBOX_HEADER = 'evergrant-sandbox'

const MAIL = 'sandbox_mail'
/** Longer than any answer of a loopback address takes. Who does not answer then is stopped, and may go on. */
const PROBE = 2

/** What the row says. */
interface Served {
  /** The process. */
  readonly by: string
  /** Where the process itself listens. */
  readonly listening: string
  readonly issuer: string
  /** Addresses that it had before: what was given there is good here. */
  readonly former: readonly string[]
}

type Elsewhere = Pick<Served, 'issuer' | 'listening'>

/** The mail servers of the process that serves the sandbox; one row. */
interface ServedMail {
  readonly by: string
  readonly ports: Readonly<Record<'imap' | 'pop' | 'smtp', number>>
  readonly people: readonly { readonly sub: string; readonly email: string }[]
}

interface EmbeddedOptions {
  readonly db: Kysely<Tables>
  readonly cipher: Cipher
  readonly clock: Clock
  /** The address that people and programs use. */
  readonly publicUrl: string
  /** Seconds that its access tokens live. */
  readonly tokenLifetime: number
}

/** A practice mailbox, on this machine. */
interface PracticeMail {
  /** Undefined while nobody has consented. */
  readonly address: string | undefined
  readonly servers: Readonly<Record<'imap' | 'pop' | 'smtp', MailServer>>
}

/**
 * The practice provider of a server. Its state is in the database, so of the processes on one database exactly one
 * serves it; the others leave it alone and take over when that one is gone. Its issuer is the address of the process that
 * serves it (RFC 8414 §3.3). When that changes, its connection and accounts move along: same keys, same people, same
 * grants, so it is the same provider.
 */
export class EmbeddedSandbox {
  readonly by: string = randomUUID()
  readonly #options: EmbeddedOptions
  readonly #issuer: string
  #services: Services | undefined
  #listening = ''
  #taking: Promise<void> | undefined
  #claim = ''
  #current: Sandbox | undefined
  #elsewhere: Elsewhere | undefined
  #mail: SandboxMail | undefined
  /** The connection whose client it knows. Later changes are mistakes to practise with. */
  #registered = ''
  #closed = false

  constructor(options: EmbeddedOptions) {
    this.#options = options
    this.#issuer = `${options.publicUrl}${SANDBOX_PATH}`
  }

  /** What it is called when this process serves it. */
  get issuer(): string {
    return this.#issuer
  }

  /** The sandbox while this process serves it. */
  get current(): Sandbox | undefined {
    return this.#current
  }

  /** The mailbox of one of its people, whichever process serves it; undefined for another provider's. */
  async mailOf(issuer: string | null, sub: string | undefined): Promise<PracticeMail | undefined> {
    const served = issuer === this.#issuer && this.#mailHere !== undefined ? this.#mailHere : await this.#mailAt(issuer)
    if (served === undefined) return undefined
    const { imap, pop, smtp } = served.ports
    const at = (port: number): MailServer => ({ host: '127.0.0.1', port, security: 'none' })
    const address = served.people.find((person) => person.sub === sub)?.email
    return { address, servers: { imap: at(imap), pop: at(pop), smtp: at(smtp) } }
  }

  get #mailHere(): Omit<ServedMail, 'by'> | undefined {
    return this.#mail && this.#current && { ports: this.#mail.ports, people: this.#current.people() }
  }

  /** The mail servers that another process on the same data has for this issuer. */
  async #mailAt(issuer: string | null): Promise<ServedMail | undefined> {
    const { db } = this.#options
    // Of a provider on another path nothing has to be read.
    if (!issuer?.endsWith(SANDBOX_PATH)) return undefined
    const [row, mail] = await Promise.all([readMeta(db, SANDBOX_SERVER), readMeta(db, MAIL)])
    if (row === undefined || mail === undefined) return undefined
    const served = JSON.parse(row) as Served
    const found = JSON.parse(mail) as ServedMail
    return served.issuer === issuer && served.by === found.by ? found : undefined
  }

  /** Its connection here, as long as nobody has removed it. */
  async connection(): Promise<ConnectionRow | undefined> {
    return this.#services && storedSandboxConnection(this.#services)
  }

  /** Makes its connection again after somebody removed it; the one that is there, when there is one. */
  async connectAgain(): Promise<ConnectionRow> {
    const services = this.#services
    if (services === undefined) throw new Refusal('SHUTTING_DOWN', 'The practice provider is not ready yet.')
    const made = await newSandboxConnection(services, this.#elsewhere?.issuer ?? this.#issuer)
    await this.heard(made.id)
    return made
  }

  /** A connection changed: when it is the new one to the sandbox that this process serves, it is made known there. */
  async heard(id: string): Promise<void> {
    const [services, sandbox] = [this.#services, this.#current]
    if (services === undefined || sandbox === undefined || id === this.#registered) return
    const row = await storedSandboxConnection(services)
    if (row?.id !== id) return
    sandbox.registerClient(await sandboxClient(services, row))
    this.#registered = id
  }

  /** Ends its mail servers. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#taking?.catch(() => undefined)
    await this.#endMail()
  }

  async #endMail(): Promise<void> {
    const mail = this.#mail
    this.#mail = undefined
    await mail?.close()
  }

  /** Where the one is that another process serves, and where that process itself listens. */
  get elsewhere(): Elsewhere | undefined {
    return this.#elsewhere
  }

  /**
   * Serves the sandbox from now on, unless another process does; then it has to be called again for another try.
   *
   * @param listening where this process listens, to be found there by others
   */
  async begin(services: Services, listening: string): Promise<void> {
    this.#services = services
    this.#listening = listening
    await this.take()
  }

  /** Tries to take the sandbox over, unless this process serves it already. Several calls at once are one. */
  async take(): Promise<void> {
    if (this.#closed || this.#current !== undefined || this.#services === undefined) return
    this.#taking ??= this.#take(this.#services).finally(() => {
      this.#taking = undefined
    })
    await this.#taking
  }

  async #take(services: Services): Promise<void> {
    const former = await this.#claimed()
    if (former === undefined) return
    const { createSandbox, startSandboxMail } = await import('@evergrant/sandbox')
    const { db, cipher, clock, tokenLifetime } = this.#options
    const sandbox = createSandbox({
      issuer: this.#issuer,
      clock,
      lifetimes: { accessToken: tokenLifetime },
      state: await sandboxState(db, cipher, {
        row: { name: SANDBOX_SERVER, value: this.#claim },
        lost: () => {
          this.#current = undefined
          void this.#endMail()
        },
      }),
    })
    const connection = await sandboxConnection(services, this.#issuer, former)
    if (connection !== undefined) {
      sandbox.registerClient(await sandboxClient(services, connection))
      this.#registered = connection.id
      await moveAccounts(services, connection.id, former, this.#issuer)
    }
    this.#mail = await startSandboxMail(sandbox)
    const { imap, pop, smtp } = this.#mail.ports
    const people = sandbox.people().map(({ sub, email }) => ({ sub, email }))
    const told = JSON.stringify({ by: this.by, ports: { imap, pop, smtp }, people } satisfies ServedMail)
    await writeMetaWhile(db, { name: SANDBOX_SERVER, value: this.#claim }, MAIL, told)
    this.#elsewhere = undefined
    this.#current = sandbox
  }

  /** The former issuers once the row says that it is us; undefined while another process serves. */
  async #claimed(): Promise<readonly string[] | undefined> {
    const { db } = this.#options
    for (;;) {
      const row = await readMeta(db, SANDBOX_SERVER)
      const held = row === undefined ? undefined : (JSON.parse(row) as Served)
      if (held !== undefined && (await isServed(held, this.#listening))) {
        this.#elsewhere = held
        return undefined
      }
      const known = held === undefined ? [] : [...held.former, held.issuer]
      const former = [...new Set(known)].filter((issuer) => issuer !== this.#issuer)
      const mine: Served = { by: this.by, listening: this.#listening, issuer: this.#issuer, former }
      this.#claim = JSON.stringify(mine)
      if (await swapMeta(db, SANDBOX_SERVER, row, this.#claim)) return former
    }
  }
}

/** Whether the process still answers where it said. Whoever answers there now but has another name is another one. */
async function isServed({ by, listening }: Served, here: string): Promise<boolean> {
  // Where we listen nobody else does.
  if (listening === here) return false
  try {
    const response = await fetch(`${listening}${SANDBOX_PATH}/.well-known/openid-configuration`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(PROBE * 1000),
    })
    await response.body?.cancel()
    return response.headers.get(SANDBOX_HEADER) === by
  } catch (error) {
    // Stopped or overloaded is not gone; refused is.
    return error instanceof Error && error.name === 'TimeoutError'
  }
}

/** Grants of the sandbox at a former address are its grants at this one: the accounts go on without a person. */
async function moveAccounts(
  { accounts, deps, tokens }: Services,
  connection: string,
  former: readonly string[],
  issuer: string,
): Promise<void> {
  for (const { id } of await accounts.of(connection)) {
    for (;;) {
      const found = await deps.store.get(id)
      const next = found && moved(found, former, issuer, deps.clock.now())
      if (found === undefined || next === undefined) break
      if ((await deps.store.put(next, found.version)).ok) {
        await tokens.changed(id)
        break
      }
    }
  }
}

/** The grant as the sandbox gave it, had it been at this address then; undefined when it gave it here, or did not. */
function moved(of: Grant, former: readonly string[], issuer: string, now: number): Grant | undefined {
  const { subject, given_by, standing } = of
  const here = (address: string): string => {
    const before = former.find((one) => address === one || address.startsWith(`${one}/`))
    return before === undefined ? address : issuer + address.slice(before.length)
  }
  const giver = given_by && {
    ...given_by,
    ...(given_by.issuer === undefined ? {} : { issuer: here(given_by.issuer) }),
    ...(given_by.token_endpoint === undefined ? {} : { token_endpoint: here(given_by.token_endpoint) }),
  }
  const owner = subject && { ...subject, iss: here(subject.iss) }
  const same =
    owner?.iss === subject?.iss &&
    giver?.issuer === given_by?.issuer &&
    giver?.token_endpoint === given_by?.token_endpoint
  if (same) return undefined
  return grant({
    ...of,
    ...(owner === undefined ? {} : { subject: owner }),
    ...(giver === undefined ? {} : { given_by: giver }),
    // It was asked where nobody is any more; here it can be asked at once.
    standing: standing.state === 'failing' ? { ...standing, next_attempt: now } : standing,
  })
}
