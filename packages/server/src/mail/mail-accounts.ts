import { type Grant, isOAuthError } from '@evergrant/core'
import {
  discoverMail,
  type MailPreset,
  type MailServer,
  mailPresets,
  mailServer,
  sentCopy,
} from '@evergrant/mail/discovery'
import type { VerifyOptions } from '@evergrant/mail/sign-in'
import type { Kysely, Selectable, Transaction } from 'kysely'
import type { AccountRow, Accounts } from '../accounts/accounts.ts'
import type { ConnectionRow } from '../connections/connection-row.ts'
import type { Connections } from '../connections/connections.ts'
import type { MailChange, MailHost, MailSettings, MailTest } from '../contract/index.ts'
import type { MailAccountTable, Tables } from '../db/tables.ts'
import type { Deps } from '../deps.ts'
import { AtField } from '../problem.ts'
import { type AddressPolicy, assertPublicHost, confined, guardedFetch } from '../security/address-policy.ts'
import { pinnedLookup } from '../security/pinned-lookup.ts'
import type { Reach } from '../security/reach.ts'

type MailRow = Selectable<MailAccountTable>

/** What is known of a mailbox without anybody's hand. */
interface Found extends Pick<MailSettings, 'from' | 'name' | 'advice' | 'imap' | 'pop' | 'smtp' | 'sent_copy'> {
  readonly mechanisms: readonly string[]
}

/** The same as it is kept: what was asked for which domain, and when. */
interface Kept extends Found {
  readonly domain: string
  readonly at: number
}

/** What is set by hand. */
export type ByHand = Omit<MailChange, 'password'>

const PROTOCOLS = ['imap', 'pop', 'smtp'] as const

type Servers = Partial<Record<'imap' | 'pop' | 'smtp', MailServer | undefined>>

/** Seconds for which what a domain told is believed; half as long that it tells nothing. */
const BELIEVED = 86_400
/** Seconds for one question to a domain, of which there are a few. */
const PATIENCE = 4
const NOWHERE: Found = { from: 'nowhere', sent_copy: 'client', mechanisms: [] }
/** Seconds between two probes of a mailbox that works, before they are spread. */
export const PROBE_EVERY = 6 * 3600

/** Mail settings of the accounts: where the servers are, and whose mailbox it is. */
export class MailAccounts {
  readonly #deps: Deps
  readonly #accounts: Accounts
  readonly #connections: Connections
  readonly #reach: Reach
  #presets: Promise<readonly MailPreset[]> | undefined

  constructor(deps: Deps, accounts: Accounts, connections: Connections, reach: Reach) {
    this.#deps = deps
    this.#accounts = accounts
    this.#connections = connections
    this.#reach = reach
  }

  /**
   * The settings as they are in force. The principal is always who consented last: after a consent of somebody else no
   * setting is left that names the former one, except a mailbox that was set by hand.
   */
  async settings(id: string): Promise<MailSettings> {
    const account = await this.#accounts.get(id)
    const [connection, grant, row] = await Promise.all([
      this.#connections.get(account.connection_id),
      this.#deps.store.get(id),
      this.row(id),
    ])
    const own = ownOf(row)
    const practice = await this.#deps.sandbox?.mailOf(connection.issuer, grant?.subject?.sub)
    const principal = principalOf(account, grant, practice?.address)
    const mailbox = own.mailbox ?? principal
    const { mechanisms, ...found } =
      practice === undefined
        ? await this.#found(id, connection, isWhole(own) ? {} : { principal, vouched: vouchedFor(grant) }, row)
        : { ...NOWHERE, from: 'practice' as const, mechanisms: ['XOAUTH2', 'OAUTHBEARER'], ...practice.servers }
    return {
      ...found,
      ...own,
      mechanisms: [...mechanisms],
      ...(principal === undefined ? {} : { principal }),
      ...(mailbox === undefined ? {} : { mailbox }),
      by_hand: Object.keys(own),
      ...(row?.tested == null ? {} : { test: JSON.parse(row.tested) as MailTest }),
    }
  }

  /** The servers of a change that nobody has set by hand so far: tokens would go where none went by anybody's word. */
  async newServers(id: string, change: ByHand): Promise<readonly (readonly [string, MailHost])[]> {
    const own = ownOf(await this.row(id))
    return PROTOCOLS.flatMap((protocol) => {
      const [server, before] = [change[protocol], own[protocol]]
      const same = before !== undefined && server?.security === before.security && isSame(server, before)
      return server === undefined || same ? [] : [[protocol, server] as const]
    })
  }

  /**
   * Keeps what somebody set by hand, in place of all that was before. Throws when a server may not be reached.
   *
   * @param inside done in the same transaction
   */
  async change(id: string, change: ByHand, inside: (db: Transaction<Tables>) => Promise<void>): Promise<void> {
    for (const protocol of PROTOCOLS) {
      const server = change[protocol]
      if (server === undefined) continue
      try {
        await this.#assertMayUse(checked(server, protocol), await this.#confines(id))
      } catch (error) {
        throw isOAuthError(error) ? new AtField(error, protocol) : error
      }
    }
    await this.#deps.db.transaction().execute(async (db) => {
      await this.#write(id, { own: JSON.stringify(change), tested: null, failures: 0 }, db)
      await inside(db)
    })
    await this.noteAddress(id)
  }

  /** Forgets what was set by hand, and what a domain told. */
  async restore(id: string): Promise<void> {
    await this.#write(id, { own: null, found: null, tested: null, failures: 0 })
    await this.noteAddress(id)
  }

  /** Keeps what a test found. A mailbox that worked once is looked at from then on. */
  async tested(id: string, test: MailTest): Promise<void> {
    const works = test.ok ? { probe_at: this.nextProbe(PROBE_EVERY), failures: 0 } : {}
    await this.#write(id, { tested: JSON.stringify(test), ...works })
    await this.noteAddress(id)
  }

  /** Accounts whose mailbox has this address; whether it still has is for the settings to say. */
  async withAddress(address: string): Promise<string[]> {
    const rows = await this.#deps.db
      .selectFrom('mail_accounts')
      .select('account_id')
      .where('address', '=', address.toLowerCase())
      .orderBy('account_id')
      .limit(20)
      .execute()
    return rows.map(({ account_id }) => account_id)
  }

  /** How the mail servers of an account are connected to; `timeout`: seconds that one may be silent. */
  async connecting(
    id: string,
    timeout: number,
  ): Promise<Required<Pick<VerifyOptions, 'clock' | 'lookup' | 'timeout'>>> {
    const policy = await this.#confines(id)
    const lookup = policy === undefined ? this.#reach.mailLookup : pinnedLookup(policy)
    return { clock: this.#deps.clock, timeout, lookup }
  }

  /**
   * Throws unless the servers of these settings of an account may be reached, whatever their names resolve to at this moment. What they resolve to
   * when they are connected to is held to the same by `connecting`.
   */
  async assertReachable(id: string, settings: Servers): Promise<void> {
    const servers = [settings.imap, settings.pop, settings.smtp].filter((server) => server !== undefined)
    const policy = await this.#confines(id)
    const practice = policy === undefined ? undefined : await this.#practice(id)
    for (const server of servers) {
      // Those of the practice provider are on this machine, and nobody named them.
      const isPractice = Object.values(practice?.servers ?? {}).some((one) => isSame(one, server))
      if (!isPractice) await this.#assertMayUse(server, policy)
    }
  }

  /**
   * What the servers of a member's account are held to: whoever names them, by hand or by what their own domain publishes, learns from tests
   * what answers there. Undefined: an administrator's or nobody's account, held to what the operator allows.
   */
  async #confines(id: string): Promise<AddressPolicy | undefined> {
    const owner = await this.#deps.db
      .selectFrom('accounts')
      .innerJoin('users', 'users.id', 'accounts.owner')
      .select('users.role')
      .where('accounts.id', '=', id)
      .executeTakeFirst()
    return owner?.role === 'member' ? confined(this.#reach.policy) : undefined
  }

  #assertMayUse({ host }: MailServer, policy: AddressPolicy | undefined): Promise<void> {
    return policy === undefined ? this.#reach.assertMailHost(host) : assertPublicHost(host, policy)
  }

  async #practice(id: string) {
    const { connection_id } = await this.#accounts.get(id)
    const [{ issuer }, grant] = await Promise.all([this.#connections.get(connection_id), this.#deps.store.get(id)])
    return this.#deps.sandbox?.mailOf(issuer, grant?.subject?.sub)
  }

  row(id: string): Promise<MailRow | undefined> {
    return this.#deps.db.selectFrom('mail_accounts').selectAll().where('account_id', '=', id).executeTakeFirst()
  }

  /** When to look again, spread so that not all mailboxes of a provider come at once. */
  nextProbe(seconds: number): number {
    return this.#deps.clock.now() + seconds * (0.8 + Math.random() * 0.4)
  }

  /** Writes down whose mailbox it is, to be found by the address. */
  async noteAddress(id: string): Promise<void> {
    const { mailbox } = await this.settings(id)
    await this.#write(id, { address: mailbox?.toLowerCase() ?? null })
  }

  async #write(id: string, change: Partial<MailRow>, db: Kysely<Tables> = this.#deps.db): Promise<void> {
    const nothing = { address: null, own: null, found: null, tested: null, probe_at: null, failures: 0, told: 0 }
    await db
      .insertInto('mail_accounts')
      .values({ ...nothing, ...change, account_id: id })
      .onConflict((taken) => taken.column('account_id').doUpdateSet(change))
      .execute()
  }

  /**
   * The provider's own preset comes first. What a domain publishes is asked only for providers without one, and only for the
   * domain of an address that the provider vouched for: a token must not go to servers that somebody else names, nor where
   * an address leads that anybody typed here.
   */
  async #found(
    id: string,
    { provider }: ConnectionRow,
    { principal, vouched }: { readonly principal?: string | undefined; readonly vouched?: string | undefined },
    row: MailRow | undefined,
  ): Promise<Found> {
    this.#presets ??= mailPresets()
    const presets = await this.#presets
    const named = domainOf(principal)
    const of = presets.filter(({ oauth }) => oauth?.provider === provider)
    const known =
      of.find(({ domains }) => named !== undefined && domains.includes(named)) ?? of.find(({ mx }) => mx) ?? of[0]
    if (known !== undefined) return fromPreset(known, 'provider')
    const domain = domainOf(vouched)
    if (vouched === undefined || domain === undefined) return NOWHERE
    const kept = row?.found == null ? undefined : (JSON.parse(row.found) as Kept)
    const age = this.#deps.clock.now() - (kept?.at ?? 0)
    if (kept?.domain === domain && age < (kept.from === 'nowhere' ? BELIEVED / 2 : BELIEVED)) return kept
    const found = await this.#asked(id, vouched, presets)
    await this.#write(id, { found: JSON.stringify({ ...found, domain, at: this.#deps.clock.now() } satisfies Kept) })
    return found
  }

  async #asked(id: string, address: string, presets: readonly MailPreset[]): Promise<Found> {
    const policy = await this.#confines(id)
    const fetch = policy === undefined ? this.#reach.fetch : guardedFetch(this.#reach.fetch, policy)
    try {
      const told = await discoverMail(address, { presets, fetch, timeout: PATIENCE })
      const { by, preset, imap, pop, smtp, advice } = told
      // A known provider that is not the account's: it would take no token of ours, and is shown none.
      if (preset !== undefined) {
        return {
          ...NOWHERE,
          from: by === 'mx' ? 'mx' : 'domain',
          name: preset.name,
          advice: advice ?? elsewhere(preset),
        }
      }
      const servers = { imap: plain(imap), pop: plain(pop), smtp: plain(smtp) }
      return { ...NOWHERE, ...defined(servers), from: by === 'autodiscover' ? 'autodiscover' : 'autoconfig' }
    } catch (error) {
      if (isOAuthError(error)) return { ...NOWHERE, advice: error.advice }
      throw error
    }
  }
}

function ownOf(row: MailRow | undefined): ByHand {
  return row?.own == null ? {} : (JSON.parse(row.own) as ByHand)
}

/** Whether nothing has to be asked to read and send. */
function isWhole({ imap, pop, smtp }: ByHand): boolean {
  return smtp !== undefined && (imap !== undefined || pop !== undefined)
}

/** A provider whose tokens the mailbox takes, which is not the account's. */
function elsewhere({ name }: MailPreset): string {
  return `The mailbox is at ${name}, which takes tokens of its own alone. Connect the account with a connection for it.`
}

function fromPreset(preset: MailPreset, from: Found['from']): Found {
  const { name, sasl, imap, pop, smtp } = preset
  const servers = { imap: plain(imap?.[0]), pop: plain(pop?.[0]), smtp: plain(smtp?.[0]) }
  return { from, name, mechanisms: sasl, sent_copy: sentCopy(preset), ...defined(servers) }
}

function isSame(one: MailServer, other: MailServer): boolean {
  return one.host === other.host && one.port === other.port
}

/** Without where the preset was read. */
function plain(server: MailServer | undefined): MailServer | undefined {
  return server && { host: server.host, port: server.port, security: server.security }
}

function defined(servers: Servers): Pick<Found, 'imap' | 'pop' | 'smtp'> {
  return Object.fromEntries(Object.entries(servers).filter(([, server]) => server !== undefined))
}

/** Throws unless it can be used: without TLS a token goes to this machine alone. */
function checked({ host, port, security }: MailServer, protocol: 'imap' | 'pop' | 'smtp'): MailServer {
  return mailServer(
    `${protocol}${security === 'tls' ? 's' : ''}://${host}:${port}${security === 'none' ? '?security=none' : ''}`,
    protocol,
  )
}

/** Whoever consented is who it is; before that, whom it was meant for. */
function principalOf(
  { login_hint }: AccountRow,
  grant: Pick<Grant, 'subject'> | undefined,
  practice: string | undefined,
): string | undefined {
  if (practice !== undefined) return practice
  return vouchedFor(grant) ?? (login_hint !== null && isAddress(login_hint) ? login_hint : undefined)
}

/** The address of whoever consented, in the provider's own word. */
function vouchedFor(grant: Pick<Grant, 'subject'> | undefined): string | undefined {
  const { username } = grant?.subject ?? {}
  return username !== undefined && isAddress(username) ? username : undefined
}

function domainOf(address: string | undefined): string | undefined {
  return address?.slice(address.lastIndexOf('@') + 1).toLowerCase()
}

function isAddress(text: string): boolean {
  return text.length <= 320 && /^[^\s@<>"(),;:\\]+@[^\s@<>"(),;:\\]+$/.test(text)
}
