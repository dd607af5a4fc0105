import { type GrantSummary, predictedEnd, summary } from '@evergrant/core'
import { providerDefinition } from '@evergrant/providers'
import type { Kysely, Selectable, Transaction, Updateable } from 'kysely'
import type { ConnectionClients } from '../connections/connection-clients.ts'
import type { ConnectionRow } from '../connections/connection-row.ts'
import { connectionView } from '../connections/connection-view.ts'
import type { Connections } from '../connections/connections.ts'
import type {
  Account,
  AccountCounts,
  AccountList,
  AccountPatch,
  AccountSort,
  Connection,
  NewAccount,
} from '../contract/index.ts'
import { dayOf } from '../day.ts'
import type { AccountTable, Tables } from '../db/tables.ts'
import type { Deps } from '../deps.ts'
import type { EventHub } from '../events/event-hub.ts'
import type { Outbox } from '../outbox/outbox.ts'
import { Refusal } from '../problem.ts'
import { randomId } from '../security/secret.ts'
import { type AccountFilter, type Asked, accountPage, groupsOf } from './account-page.ts'
import { isInPlace, placeOf } from './account-place.ts'
import { accountView } from './account-view.ts'
import { grantSummaries } from './grant-summaries.ts'
import { removed } from './state.ts'
import { accountCounts, countsByConnection, type StateCount } from './state-counts.ts'

/** Seconds for which it is believed that another server redeems a code; no provider takes longer. */
const LONGEST_CHECK = 60
/** Milliseconds for which accounts that come and go are gathered before they are counted again. */
const GATHER = 100
/** More accounts than this are not told one by one when their connection changes. */
const MOST_TOLD = 500

export type AccountRow = Selectable<AccountTable>

/** Which accounts are to be listed at once. */
interface Wanted {
  readonly ids?: ReadonlySet<string> | undefined
  readonly owner?: string | undefined
  readonly connection?: string | undefined
}

interface Paging extends AccountFilter {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly sort?: AccountSort | undefined
}

/** The accounts: their rows, and how they look with their grants and connections. */
export class Accounts {
  readonly #deps: Deps
  readonly #db: Kysely<Tables>
  readonly #connections: Connections
  readonly #clients: ConnectionClients
  readonly #hub: EventHub
  readonly #outbox: Outbox
  readonly #settle: (id: string) => Promise<void>
  /** Accounts whose code is being redeemed at this moment, by this process. */
  readonly checking = new Set<string>()
  /** The same by another one, and until when that is believed: it may have ended in the middle of it. */
  readonly #checkedElsewhere = new Map<string, number>()

  /** Connections whose accounts are about to be counted again. */
  readonly #counting = new Set<string>()

  /** @param settle tells outside how an account is doing, when that has changed */
  constructor(
    deps: Deps,
    connections: Connections,
    clients: ConnectionClients,
    hub: EventHub,
    outbox: Outbox,
    settle: (id: string) => Promise<void>,
  ) {
    this.#deps = deps
    this.#db = deps.db
    this.#connections = connections
    this.#clients = clients
    this.#hub = hub
    this.#outbox = outbox
    this.#settle = settle
  }

  async get(id: string): Promise<AccountRow> {
    const row = await this.#db.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirst()
    if (row === undefined) throw new Refusal('NOT_FOUND', 'There is no such account.')
    return row
  }

  async create({ connection, name, login_hint }: NewAccount, owner: string | null): Promise<AccountRow> {
    const of = await this.#connections.get(connection).catch(() => {
      throw new Refusal('INVALID_REQUEST', 'There is no such connection.', { field: 'connection' })
    })
    const now = this.#deps.clock.now()
    const hint = login_hint?.trim() || null
    const row: AccountRow = {
      id: randomId(),
      connection_id: of.id,
      name: name?.trim() ?? '',
      ...placeOf({ name: name?.trim() ?? '', login_hint: hint }, undefined),
      look_at: null,
      login_hint: hint,
      paused: 0,
      refreshes: 0,
      last_success_at: null,
      last_used_at: null,
      ends_at: null,
      consent_trouble: null,
      created_at: now,
      updated_at: now,
      owner,
      former_owner: null,
      former_owner_name: null,
      unconfirmed: 0,
      subject: null,
      told: null,
    }
    await this.#db.insertInto('accounts').values(row).execute()
    return row
  }

  async patch(id: string, { name, login_hint, paused }: AccountPatch): Promise<void> {
    await this.update(id, {
      ...(name === undefined ? {} : { name: name.trim() }),
      ...(login_hint === undefined ? {} : { login_hint: login_hint.trim() || null }),
      ...(paused === undefined ? {} : { paused: paused ? 1 : 0 }),
    })
    await this.sorted(id)
  }

  async update(id: string, change: Updateable<AccountTable>): Promise<void> {
    const values = { ...change, updated_at: this.#deps.clock.now() }
    await this.#db.updateTable('accounts').set(values).where('id', '=', id).execute()
  }

  /** Brings its place in lists, and how it is found in them, up to what its grant tells now. */
  async sorted(id: string): Promise<void> {
    const [row, grant] = await Promise.all([this.get(id), this.#deps.store.get(id)])
    if (isInPlace(row, grant)) return
    await this.#db.updateTable('accounts').set(placeOf(row, grant)).where('id', '=', id).execute()
  }

  /** Says when refresh-ahead has to look at it; null: not until something happens. */
  async lookAt(id: string, look_at: number | null): Promise<void> {
    await this.#db.updateTable('accounts').set({ look_at }).where('id', '=', id).execute()
  }

  /** A program was given a token, which is due for renewal then. */
  async used(id: string, due: number | undefined): Promise<void> {
    const { coalesce } = this.#db.fn
    await this.#db
      .updateTable('accounts')
      .set({ last_used_at: this.#deps.clock.now() })
      .$if(due !== undefined, (update) =>
        update.set((of) => ({
          look_at: of
            .case()
            .when(coalesce('look_at', of.lit(Number.MAX_SAFE_INTEGER)), '>', due ?? 0)
            .then(due ?? 0)
            .else(of.ref('look_at'))
            .end(),
        })),
      )
      .where('id', '=', id)
      .execute()
  }

  /** Counts a refresh; two at once count as two. */
  async refreshed(id: string, look_at: number | null): Promise<void> {
    const now = this.#deps.clock.now()
    await this.#db
      .updateTable('accounts')
      .set((of) => ({ refreshes: of('refreshes', '+', 1), last_success_at: now, updated_at: now, look_at }))
      .where('id', '=', id)
      .execute()
  }

  /** Keeps when a grant is predicted to end. To the day, so that a grant that is used writes it at most once a day. */
  async noteEnd({ id, ends_at }: Pick<AccountRow, 'id' | 'ends_at'>, grant: GrantSummary): Promise<void> {
    const end = predictedEnd(grant, await providerDefinition(grant.provider))
    const at = end === undefined || !grant.refreshable ? null : dayOf(end.at)
    if (at === ends_at) return
    await this.#db.updateTable('accounts').set({ ends_at: at }).where('id', '=', id).execute()
  }

  /** Ids of accounts whose grants are predicted to end before that moment, the soonest first; and how many there are. */
  async endingBefore(at: number, most: number): Promise<{ readonly ids: string[]; readonly total: number }> {
    const ending = this.#db.selectFrom('accounts').where('ends_at', '<', at)
    const [rows, count] = await Promise.all([
      ending.select('id').orderBy('ends_at').orderBy('id').limit(most).execute(),
      ending.select((of) => of.fn.countAll().as('total')).executeTakeFirstOrThrow(),
    ])
    return { ids: rows.map(({ id }) => id), total: Number(count.total) }
  }

  /** @param told what is told of it, in the same transaction @param replaced_by the account that has its grant now */
  async remove(id: string, told: (db: Transaction<Tables>) => Promise<void>, replaced_by?: string): Promise<void> {
    await this.#outbox.change(async (db) => {
      const gone = await db.deleteFrom('accounts').where('id', '=', id).returning('id').execute()
      if (gone.length > 0) await told(db)
    })
    this.#deps.changes?.tell({ of: 'account_removed', id })
    const gone = { id, state: removed.state }
    this.#hub.publish('account_removed', replaced_by === undefined ? gone : { ...gone, replaced_by })
  }

  of(connection: string): Promise<AccountRow[]> {
    return this.#db.selectFrom('accounts').selectAll().where('connection_id', '=', connection).execute()
  }

  async view(id: string): Promise<Account> {
    const row = await this.get(id)
    const [connection, stored, pending, owners] = await Promise.all([
      this.#connections.get(row.connection_id),
      this.#deps.store.get(id),
      this.#pending([id]),
      this.#owners(row.owner),
    ])
    return this.#view(row, connection, stored && summary(stored), pending.has(id), owners)
  }

  /** All accounts, or those of the given ids, of one owner or of one connection, in order of their names. */
  async list({ ids, owner, connection }: Wanted = {}): Promise<Account[]> {
    const rows = await this.#db
      .selectFrom('accounts')
      .selectAll()
      .$if(owner !== undefined, (query) => query.where('owner', '=', owner ?? ''))
      .$if(connection !== undefined, (query) => query.where('connection_id', '=', connection ?? ''))
      .execute()
    const wanted = ids === undefined ? rows : rows.filter(({ id }) => ids.has(id))
    const connections = new Map((await this.#connections.list()).map((row) => [row.id, row]))
    const all = rows.length === wanted.length && connection === undefined && owner === undefined
    const grants = await this.#summaries(wanted, all)
    const [pending, owners] = await Promise.all([this.#pending(), this.#owners()])
    const views = wanted.map((row) => {
      const connection = connections.get(row.connection_id)
      return connection && this.#view(row, connection, grants.get(row.id), pending.has(row.id), owners)
    })
    const found = (await Promise.all(views)).filter((view) => view !== undefined)
    return found.sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1))
  }

  /** How many accounts are in each state, by connection. */
  async stateCounts(): Promise<StateCount[]> {
    return countsByConnection(await groupsOf(this.#asked(), {}))
  }

  /** How many of those that are meant are in each state and have each flag. */
  async counts(filter: AccountFilter = {}): Promise<AccountCounts> {
    return accountCounts(await groupsOf(this.#asked(), filter))
  }

  /** So many accounts in an order, after a cursor. */
  async page({ limit, cursor, sort = 'name', ...filter }: Paging): Promise<AccountList> {
    const { rows, next } = await accountPage(this.#asked(), filter, { sort, limit, cursor })
    const connections = new Map((await this.#connections.list()).map((row) => [row.id, row]))
    const [pending, grants, owners] = await Promise.all([
      this.#pending(rows.map(({ id }) => id)),
      this.#summaries(rows, false),
      this.#owners(),
    ])
    const views = rows.map(async (row) => {
      const of = connections.get(row.connection_id)
      const grant = grants.get(row.id)
      // Left by an older server, or the provider calls its person otherwise now.
      if (!isInPlace(row, grant)) await this.sorted(row.id)
      return of && this.#view(row, of, grant, pending.has(row.id), owners)
    })
    const accounts = (await Promise.all(views)).filter((view) => view !== undefined)
    return { accounts, ...(next === undefined ? {} : { next }) }
  }

  async connectionView(row: ConnectionRow): Promise<Connection> {
    const [view] = await this.connectionViews([row])
    if (view === undefined) throw new Refusal('NOT_FOUND', 'There is no such connection.')
    return view
  }

  async connectionViews(rows: readonly ConnectionRow[]): Promise<Connection[]> {
    const counts = new Map<string, { total: number; ok: number }>()
    const only = rows.length === 1 ? { connection: rows[0]?.id } : {}
    for (const { connection, state, accounts } of countsByConnection(await groupsOf(this.#asked(), only))) {
      const { total, ok } = counts.get(connection) ?? { total: 0, ok: 0 }
      counts.set(connection, { total: total + accounts, ok: ok + (state === 'ok' ? accounts : 0) })
    }
    return Promise.all(
      rows.map((row) =>
        connectionView(row, this.#clients.redirectUri(row.id), counts.get(row.id) ?? { total: 0, ok: 0 }),
      ),
    )
  }

  /**
   * Tells the browsers how the account looks now, and the other servers that it changed. `settled`: it is known that there
   * is nothing in it for anybody outside.
   */
  async publish(id: string, settled = false): Promise<void> {
    this.#deps.changes?.tell({ of: 'account', id, checking: this.checking.has(id) })
    await this.#show(id)
    if (!settled) await this.#settle(id)
  }

  /** Another server changed it. */
  async heard(id: string, checking: boolean): Promise<void> {
    if (checking) this.#checkedElsewhere.set(id, this.#deps.clock.now() + LONGEST_CHECK)
    else this.#checkedElsewhere.delete(id)
    await this.#show(id)
  }

  /** Tells the browsers how a connection looks now, and with it all its accounts. */
  async publishConnection(row: ConnectionRow): Promise<void> {
    this.#deps.changes?.tell({ of: 'connection', id: row.id })
    await this.showConnection(row)
  }

  /** The same, after another server changed it. */
  async showConnection(row: ConnectionRow): Promise<void> {
    if (this.#hub.size === 0) return
    this.#hub.publish('connection', await this.connectionView(row))
    const { accounts, next } = await this.page({ connection: row.id, limit: MOST_TOLD })
    if (next !== undefined) return this.#hub.publish('accounts_changed', { connection: row.id })
    for (const account of accounts) this.#hub.publish('account', account)
  }

  /** Tells the browsers how many accounts a connection has: a little later, so that many changes are told once. */
  publishCounts(id: string): void {
    this.#deps.changes?.tell({ of: 'connection_counts', id })
    this.showCounts(id)
  }

  /** The same, after another server changed them. */
  showCounts(id: string): void {
    if (this.#hub.size === 0 || this.#counting.has(id)) return
    this.#counting.add(id)
    const show = async (): Promise<void> => {
      this.#counting.delete(id)
      if (this.#hub.size === 0) return
      this.#hub.publish('connection', await this.connectionView(await this.#connections.get(id)))
    }
    setTimeout(() => {
      show().catch((err: unknown) => this.#deps.logger.warn({ err, connection: id }, 'counts not shown'))
    }, GATHER).unref()
  }

  async #show(id: string): Promise<void> {
    if (this.#hub.size > 0) this.#hub.publish('account', await this.view(id))
  }

  #isChecking(id: string): boolean {
    return this.checking.has(id) || (this.#checkedElsewhere.get(id) ?? 0) > this.#deps.clock.now()
  }

  async #summaries(rows: readonly AccountRow[], all: boolean): Promise<ReadonlyMap<string, GrantSummary>> {
    if (!all)
      return grantSummaries(
        this.#db,
        rows.map(({ id }) => id),
      )
    const grants = new Map<string, GrantSummary>()
    for await (const grant of this.#deps.store.list()) grants.set(grant.id, grant)
    return grants
  }

  async #pending(ids?: readonly string[]): Promise<Set<string>> {
    let query = this.#db
      .selectFrom('pending_authorizations')
      .select('account_id')
      .where('expires_at', '>', this.#deps.clock.now())
    if (ids !== undefined) query = query.where('account_id', 'in', [...ids, ''])
    return new Set((await query.execute()).map(({ account_id }) => account_id))
  }

  /** Names of the users, or of one; nobody's name is not asked for. */
  async #owners(id?: string | null): Promise<ReadonlyMap<string, string>> {
    if (id === null) return new Map()
    const all = this.#db.selectFrom('users').select(['id', 'name'])
    const rows = await (id === undefined ? all : all.where('id', '=', id)).execute()
    return new Map(rows.map((row) => [row.id, row.name]))
  }

  #asked(): Asked {
    return { db: this.#db, now: this.#deps.clock.now(), checking: this.checking }
  }

  #view(
    row: AccountRow,
    connection: ConnectionRow,
    grant: GrantSummary | undefined,
    pending: boolean,
    owners: ReadonlyMap<string, string>,
  ): Promise<Account> {
    const { now } = this.#asked()
    const checking = this.#isChecking(row.id)
    return accountView(row, { now, connection, grant, pending, checking, owners, clients: this.#clients })
  }
}
