// Long because: rows, views and lists of accounts share what is read for them.
import { adminConsentUrl, type GrantSummary, isOAuthError, missingScopes, predictedEnd, summary } from '@evergrant/core'
import { providerDefinition } from '@evergrant/providers'
import { type Kysely, type Selectable, sql, type Transaction, type Updateable } from 'kysely'
import { connectionView, providerName } from '../connections/connection-view.ts'
import { type ConnectionRow, type Connections, troubleOf } from '../connections/connections.ts'
import type { Account, AccountList, AccountPatch, Connection, NewAccount } from '../contract/index.ts'
import type { AccountTable, Tables } from '../db/tables.ts'
import type { Deps } from '../deps.ts'
import type { EventHub } from '../events/event-hub.ts'
import type { Outbox } from '../outbox/outbox.ts'
import { Refusal } from '../problem.ts'
import { randomId } from '../security/secret.ts'
import { grantSummaries } from './grant-summaries.ts'
import { cursorFrom, cursorText } from './page-cursor.ts'
import { type ConsentTrouble, condition } from './state.ts'
import { type StateCount, stateCounts } from './state-counts.ts'

/** Seconds for which it is believed that another server redeems a code; no provider takes longer. */
const LONGEST_CHECK = 60
const DAY = 86_400

export type AccountRow = Selectable<AccountTable>

/** Which accounts are to be listed. */
interface Wanted {
  readonly ids?: ReadonlySet<string> | undefined
  readonly owner?: string | undefined
  readonly connection?: string | undefined
}

interface Paging {
  readonly limit: number
  readonly cursor: string | undefined
}

/** The accounts: their rows, and how they look with their grants and connections. */
export class Accounts {
  readonly #deps: Deps
  readonly #db: Kysely<Tables>
  readonly #connections: Connections
  readonly #hub: EventHub
  readonly #outbox: Outbox
  readonly #settle: (id: string) => Promise<void>
  /** Accounts whose code is being redeemed at this moment, by this process. */
  readonly checking = new Set<string>()
  /** The same by another one, and until when that is believed: it may have ended in the middle of it. */
  readonly #checkedElsewhere = new Map<string, number>()

  /** @param settle tells outside how an account is doing, when that has changed */
  constructor(
    deps: Deps,
    connections: Connections,
    hub: EventHub,
    outbox: Outbox,
    settle: (id: string) => Promise<void>,
  ) {
    this.#deps = deps
    this.#db = deps.db
    this.#connections = connections
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
      sort_name: sortName({ name: name?.trim() ?? '', login_hint: hint }, undefined),
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

  /** Brings its place in lists up to what it is called now. */
  async sorted(id: string): Promise<void> {
    const [row, grant] = await Promise.all([this.get(id), this.#deps.store.get(id)])
    const sort_name = sortName(row, grant)
    if (sort_name === row.sort_name) return
    await this.#db.updateTable('accounts').set({ sort_name }).where('id', '=', id).execute()
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
    const at = end === undefined || !grant.refreshable ? null : Math.floor(end.at / DAY) * DAY
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
    this.#hub.publish('account_removed', { id, ...(replaced_by === undefined ? {} : { replaced_by }) })
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
  stateCounts(): Promise<StateCount[]> {
    return stateCounts(this.#db, this.#deps.clock.now(), this.checking)
  }

  /** So many accounts in order of their names, after a cursor. What it costs does not grow with how many there are. */
  async page({ ids, owner, connection, limit, cursor }: Wanted & Paging): Promise<AccountList> {
    const after = cursor === undefined ? undefined : cursorFrom(cursor)
    const rows = await this.#db
      .selectFrom('accounts')
      .selectAll()
      .$if(connection !== undefined, (query) => query.where('connection_id', '=', connection ?? ''))
      .$if(owner !== undefined, (query) => query.where('owner', '=', owner ?? ''))
      .$if(ids !== undefined, (query) => query.where('id', 'in', [...(ids ?? []), '']))
      .$if(after !== undefined, (query) =>
        query.where(sql<boolean>`(sort_name, id) > (${after?.sortName}, ${after?.id})`),
      )
      .orderBy('sort_name')
      .orderBy('id')
      .limit(limit + 1)
      .execute()
    const shown = rows.slice(0, limit)
    const last = rows.length > limit ? shown.at(-1) : undefined
    const connections = new Map((await this.#connections.list()).map((row) => [row.id, row]))
    const pending = await this.#pending(shown.map(({ id }) => id))
    const [grants, owners] = await Promise.all([this.#summaries(shown, false), this.#owners()])
    const views = shown.map(async (row) => {
      const of = connections.get(row.connection_id)
      const grant = grants.get(row.id)
      // Left by an older server, or the provider calls its person otherwise now.
      if (sortName(row, grant) !== row.sort_name) await this.sorted(row.id)
      return of && this.#view(row, of, grant, pending.has(row.id), owners)
    })
    const accounts = (await Promise.all(views)).filter((view) => view !== undefined)
    return { accounts, ...(last && { next: cursorText({ sortName: last.sort_name, id: last.id }) }) }
  }

  async connectionView(row: ConnectionRow): Promise<Connection> {
    const [view] = await this.connectionViews([row])
    if (view === undefined) throw new Refusal('NOT_FOUND', 'There is no such connection.')
    return view
  }

  async connectionViews(rows: readonly ConnectionRow[]): Promise<Connection[]> {
    const counts = new Map<string, { total: number; ok: number }>()
    for (const { connection, state, accounts } of await this.stateCounts()) {
      const { total, ok } = counts.get(connection) ?? { total: 0, ok: 0 }
      counts.set(connection, { total: total + accounts, ok: ok + (state === 'ok' ? accounts : 0) })
    }
    return Promise.all(
      rows.map((row) =>
        connectionView(row, this.#connections.redirectUri(row.id), counts.get(row.id) ?? { total: 0, ok: 0 }),
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
    for (const account of await this.list({ connection: row.id })) this.#hub.publish('account', account)
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

  /** The page on which an administrator of the organisation allows the client, where the provider has one. */
  async #adminConsent(of: ConnectionRow): Promise<Pick<Account, 'admin_consent_url'>> {
    try {
      const options = { redirect_uri: this.#connections.redirectUri(of.id), scope: of.scope }
      return { admin_consent_url: adminConsentUrl(await this.#connections.client(of), options) }
    } catch (error) {
      // Most providers have none; what is wrong with the settings is told elsewhere.
      if (isOAuthError(error)) return {}
      throw error
    }
  }

  async #view(
    row: AccountRow,
    connection: ConnectionRow,
    grant: GrantSummary | undefined,
    pending: boolean,
    owners: ReadonlyMap<string, string>,
  ): Promise<Account> {
    const definition = await providerDefinition(connection.provider)
    const trouble = row.consent_trouble === null ? undefined : (JSON.parse(row.consent_trouble) as ConsentTrouble)
    const now = condition({
      now: this.#deps.clock.now(),
      paused: row.paused === 1,
      pending,
      checking: this.#isChecking(row.id),
      unconfirmed: row.unconfirmed === 1,
      grant,
      consentTrouble: trouble,
      connectionTrouble: troubleOf(connection),
      client: connection.client_id,
    })
    const { subject, requested_scope, granted_scope, expires_at, refresh_at } = grant ?? {}
    const end = grant && predictedEnd(grant, definition)
    return {
      id: row.id,
      name: row.name || subject?.username || row.login_hint || `New account at ${connection.name}`,
      ...(row.name || subject?.username || row.login_hint ? {} : { unnamed: true }),
      connection: {
        id: connection.id,
        name: connection.name,
        provider: connection.provider,
        provider_name: providerName(definition, connection),
      },
      ...(row.owner === null ? {} : { owner: { id: row.owner, name: owners.get(row.owner) ?? '' } }),
      ...(row.login_hint === null ? {} : { login_hint: row.login_hint }),
      ...(subject === undefined ? {} : { subject }),
      ...now,
      ...(now.state === 'blocked_by_admin' ? await this.#adminConsent(connection) : {}),
      ...(row.unconfirmed === 1 ? { unconfirmed: true } : {}),
      ...(requested_scope === undefined ? {} : { requested_scope }),
      ...(granted_scope === undefined ? {} : { granted_scope }),
      missing_scopes: missingScopes(grant?.requested_scope, grant?.granted_scope, definition),
      ...(expires_at === undefined ? {} : { expires_at: Math.floor(expires_at) }),
      // Nothing is planned for an account that needs a person first.
      ...(refresh_at === undefined || now.state === 'needs_consent' ? {} : { refresh_at: Math.floor(refresh_at) }),
      ...(end === undefined ? {} : { predicted_end: { ...end, at: Math.floor(end.at) } }),
      ...(row.last_success_at === null ? {} : { last_success_at: row.last_success_at }),
      refreshes: row.refreshes,
      created_at: row.created_at,
      updated_at: row.updated_at,
      version: grant?.version ?? 0,
    }
  }
}

/** The name that an account is shown under, for the order of lists. Cut: an index takes no longer ones. */
export function sortName(
  { name, login_hint }: Pick<AccountRow, 'name' | 'login_hint'>,
  grant: Pick<GrantSummary, 'subject'> | undefined,
): string {
  return (name || grant?.subject?.username || login_hint || '').toLowerCase().slice(0, 200)
}
