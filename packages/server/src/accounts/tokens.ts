import {
  type AccessToken,
  type Client,
  type ErrorCode,
  endHere,
  errorCatalogue,
  type Grant,
  type GrantEvent,
  type GrantSummary,
  grant,
  holdsTokens,
  isOAuthError,
  lookUp,
  OAuthError,
  revokeGrant,
  type TokenSources,
  tokenSources,
  type Want,
} from '@evergrant/core'
import { providerDefinition } from '@evergrant/providers'
import { isAboutSettings } from '../connections/about-settings.ts'
import type { ConnectionClients } from '../connections/connection-clients.ts'
import type { ConnectionNews } from '../connections/connection-news.ts'
import type { Connections } from '../connections/connections.ts'
import type { Deps } from '../deps.ts'
import type { EventHub } from '../events/event-hub.ts'
import { nextLook } from '../jobs/next-look.ts'
import type { Metrics } from '../metrics.ts'
import { Refusal } from '../problem.ts'
import type { AccountRow, Accounts } from './accounts.ts'
import type { Activity } from './activity.ts'
import type { History } from './history.ts'
import type { Standings } from './standings.ts'
import { generationOf } from './token-result.ts'
import { TokenWatches } from './token-watches.ts'

/** For so long it is taken from memory that an account exists and is not paused. */
const GATE_REMEMBERED = 5
const MOST_GATES = 100_000
const USE_WRITTEN_EVERY = 60
const SIDE_BY_SIDE = 8

interface Gate {
  readonly until: number
  /** When its use has to be written down again. */
  useDue: number
  readonly paused: boolean
  readonly unconfirmed: boolean
}

/** Hands out access tokens, and notes what happens to the grants they come from. */
export class Tokens {
  readonly sources: TokenSources
  /** Who waits for another token of an account. */
  readonly watches: TokenWatches
  readonly #deps: Deps
  readonly #connections: Connections
  readonly #clients: ConnectionClients
  readonly #news: ConnectionNews
  readonly #accounts: Accounts
  readonly #standings: Standings
  readonly #history: History
  readonly #activity: Activity
  readonly #metrics: Metrics
  readonly #hub: EventHub
  /** What programs were told last about an account. */
  readonly #told = new Map<string, string>()
  readonly #gates = new Map<string, Gate>()
  /** Counts what was forgotten: a gate that was read before is not remembered after. */
  #forgotten = 0
  readonly #used = new Map<string, number>()
  /** Events that are being written down. */
  readonly #notes = new Set<Promise<void>>()

  constructor(
    deps: Deps,
    connections: Connections,
    clients: ConnectionClients,
    news: ConnectionNews,
    accounts: Accounts,
    standings: Standings,
    history: History,
    activity: Activity,
    metrics: Metrics,
    hub: EventHub,
  ) {
    this.watches = new TokenWatches(deps.clock)
    this.#hub = hub
    this.#deps = deps
    this.#connections = connections
    this.#clients = clients
    this.#news = news
    this.#accounts = accounts
    this.#standings = standings
    this.#history = history
    this.#activity = activity
    this.#metrics = metrics
    this.sources = tokenSources({
      store: deps.store,
      client: (id) => this.clientOf(id),
      clock: deps.clock,
      onEvent: (event) => {
        deps.telemetry?.onEvent(event)
        const note = this.#noted(event)
          .catch((err: unknown) => deps.logger.error({ err, account: event.grant.id }, 'event lost'))
          .finally(() => this.#notes.delete(note))
        this.#notes.add(note)
      },
    })
  }

  /**
   * The token that any program gets now, when that is known without asking anybody: one is held that need not be renewed,
   * and the account may be used. Never waits. Undefined: {@link hand} has to be asked.
   */
  held(id: string, now: number, minTtl = 0): AccessToken | undefined {
    const gate = this.#gates.get(id)
    if (gate === undefined || now >= gate.until || gate.paused || gate.unconfirmed) return undefined
    const token = this.sources.get(id).peek()
    const due = token?.refresh_at ?? token?.expires_at ?? Number.POSITIVE_INFINITY
    if (token === undefined || now + minTtl >= due) return undefined
    if (now >= gate.useDue) {
      gate.useDue = now + USE_WRITTEN_EVERY
      this.#noteUse(id, token)
    }
    return token
  }

  /** A valid token for a program. From memory when one is held there. */
  async hand(id: string, want?: Want): Promise<AccessToken> {
    const known = this.#gates.get(id)
    const gate = known !== undefined && this.#deps.clock.now() < known.until ? known : await this.#gate(id)
    if (gate.paused) throw new Refusal('ACCOUNT_PAUSED', 'This account is paused.')
    if (gate.unconfirmed) throw new Refusal('ACCOUNT_UNCONFIRMED', 'Nobody has confirmed who connected this account.')
    const token = await this.sources.get(id).token(want)
    this.#noteUse(id, token)
    return token
  }

  async clientOf(id: string): Promise<Client> {
    const { connection_id } = await this.#accounts.get(id)
    return this.#clients.of(await this.#connections.get(connection_id))
  }

  /** Scopes of sign-in and of offline access, which open no data: providers add them to whatever was asked for. */
  async harmlessScopes(id: string): Promise<string> {
    const { default_scopes = [], offline_scopes = [] } = (await this.clientOf(id)).provider
    return [...default_scopes, ...offline_scopes].join(' ')
  }

  /** Forgets what is in memory about an account that was changed, here and on other servers. */
  async changed(id: string): Promise<void> {
    this.forget(id)
    this.#deps.changes?.tell({ of: 'account', id })
    // What refresh-ahead planned for it may be wrong now.
    await this.#accounts.lookAt(id, 0)
  }

  /** Forgets what is in memory about an account: the next call reads the database. */
  forget(id: string): void {
    this.#forgotten++
    this.#gates.delete(id)
    this.sources.evict(id)
    this.#moved(id)
  }

  /** The same for all accounts. */
  forgetAll(): void {
    this.#forgotten++
    this.#gates.clear()
    this.sources.forgetAll()
    this.watches.movedAll()
  }

  /**
   * Ends the grant: at the provider as far as that works, unless it is to stay `there`, and here in any case. The reason
   * stays readable. Returns what the provider said when it did not work there.
   */
  async revoke(id: string, there = true): Promise<OAuthError | undefined> {
    const { store, clock } = this.#deps
    const found = await store.get(id)
    const trouble = there && found && holdsTokens(found) ? await this.revokeThere(found) : undefined
    await endHere(store, id, clock)
    await this.changed(id)
    await this.#history.add(id, { type: 'revoked', ...(trouble && { code: trouble.code, detail: trouble.message }) })
    return trouble
  }

  /**
   * Waits for requests under way and for what is still to be written. Rejects when the store does not take a token:
   * then it exists nowhere else.
   */
  async close(): Promise<void> {
    try {
      await this.sources.close()
    } finally {
      // Events come a turn after what they tell of.
      await new Promise((done) => setTimeout(done, 1))
      await Promise.all(this.#notes)
      await this.#activity.flush()
    }
  }

  /** The settings of a connection were mended: its grants that failed need not wait for their next attempt. */
  async retrySoon(connection: string): Promise<void> {
    const { store, clock } = this.#deps
    for (const { id } of await this.#accounts.of(connection)) {
      const current = await store.get(id)
      if (current?.standing.state !== 'failing') continue
      const standing = { ...current.standing, next_attempt: clock.now() }
      // Who is faster has something newer to say.
      await store.put(grant({ ...current, standing }), current.version)
      await this.changed(id)
    }
  }

  /** Removes the account, its grant and all that is known about it. */
  async remove(id: string, revoke: boolean): Promise<OAuthError | undefined> {
    // As it is called now: what is told of it afterwards has its name.
    const [row, view] = await Promise.all([this.#accounts.get(id), this.#accounts.view(id)])
    const trouble = revoke ? await this.revoke(id) : undefined
    await this.#deps.store.delete(id)
    await this.#accounts.remove(id, (db) => this.#standings.removed(view, row.told, db))
    this.forget(id)
    this.#used.delete(id)
    return trouble
  }

  /**
   * Removes all accounts of a connection. A provider that is away is not waited for again and again. Returns what did
   * not end there: the first trouble, and how many accounts it is about.
   */
  async removeAll(
    connection: string,
  ): Promise<{ readonly trouble: OAuthError; readonly accounts: number } | undefined> {
    const rows = await this.#accounts.of(connection)
    let away: OAuthError | undefined
    let first: OAuthError | undefined
    let accounts = 0
    for (let at = 0; at < rows.length; at += SIDE_BY_SIDE) {
      const before = away
      const part = rows.slice(at, at + SIDE_BY_SIDE).map(async ({ id }) => {
        if (before === undefined) return this.remove(id, true)
        const found = await this.#deps.store.get(id)
        await this.remove(id, false)
        return found && holdsTokens(found) ? before : undefined
      })
      const troubles = (await Promise.all(part)).filter((trouble) => trouble !== undefined)
      away ??= troubles.find((trouble) => trouble.class === 'transient')
      first ??= troubles[0]
      accounts += troubles.length
    }
    return first && { trouble: first, accounts }
  }

  /** Ends a grant at the provider alone. Returns what the provider said when it did not work. */
  async revokeThere(of: Grant): Promise<OAuthError | undefined> {
    try {
      const client = await this.clientOf(of.id)
      if (await revokeGrant(client, of)) return undefined
      const { id: provider, name } = client.provider
      return new OAuthError('NOT_SUPPORTED', `${name} offers no way to end a grant from here.`, { provider })
    } catch (error) {
      if (!isOAuthError(error)) throw error
      return error
    }
  }

  async #gate(id: string): Promise<Gate> {
    const now = this.#deps.clock.now()
    const before = this.#forgotten
    const { paused, unconfirmed } = await this.#accounts.get(id)
    if (this.#gates.size >= MOST_GATES) this.#gates.clear()
    const useDue = (this.#used.get(id) ?? Number.NEGATIVE_INFINITY) + USE_WRITTEN_EVERY
    const gate = { until: now + GATE_REMEMBERED, useDue, paused: paused === 1, unconfirmed: unconfirmed === 1 }
    if (before === this.#forgotten) this.#gates.set(id, gate)
    return gate
  }

  /** Written at most once a minute, and nobody waits for it. */
  #noteUse(id: string, { refresh_at, expires_at }: AccessToken): void {
    const now = this.#deps.clock.now()
    if (now - (this.#used.get(id) ?? Number.NEGATIVE_INFINITY) < USE_WRITTEN_EVERY) return
    if (this.#used.size >= MOST_GATES) this.#used.clear()
    this.#used.set(id, now)
    this.#accounts.used(id, refresh_at ?? expires_at).catch(() => this.#used.delete(id))
  }

  /** An account may have another token: whoever waits for it looks again, and programs that listen are told. */
  #moved(id: string): void {
    this.watches.moved(id)
    if (!this.#hub.hasPrograms) return
    this.#tell(id).catch((err: unknown) => this.#deps.logger.warn({ err, account: id }, 'token change not told'))
  }

  async #tell(account: string): Promise<void> {
    const token = (await this.#deps.store.get(account))?.access['']
    if (token === undefined) return
    const generation = generationOf(token)
    if (this.#told.get(account) === generation) return
    if (this.#told.size >= MOST_GATES) this.#told.clear()
    this.#told.set(account, generation)
    const { expires_at } = token
    const end = expires_at === undefined ? {} : { expires_at: Math.floor(expires_at) }
    this.#hub.publish('token', { account, generation, ...end })
  }

  /** When refresh-ahead has to look at an account after an event; not at once again. */
  async #nextLook({ paused, last_used_at }: AccountRow, of: GrantSummary): Promise<number | null> {
    const now = this.#deps.clock.now()
    const { refresh } = await providerDefinition(of.provider)
    const grant = {
      state: of.standing.state,
      refreshable: of.refreshable,
      due: of.refresh_at ?? of.expires_at ?? null,
      nextAttempt: of.standing.state === 'failing' ? of.standing.next_attempt : null,
      updated: of.updated_at,
    }
    const at = nextLook({ paused: paused === 1, lastUsed: last_used_at, grant, idle: refresh?.idle }, now)
    return at === null ? null : Math.max(at, now + 1)
  }

  async #noted(event: GrantEvent): Promise<void> {
    const { id } = event.grant
    const at = this.#deps.clock.now()
    const error = 'error' in event ? event.error : undefined
    this.#metrics.grantEvent(event)
    this.#moved(id)
    if (error !== undefined) this.#deps.logger.warn({ account: id, code: error.code }, error.message)
    const row = await this.#accounts.get(id).catch(() => undefined)
    if (row === undefined) return
    this.#activity.note(row.connection_id, event, at)
    const look = await this.#nextLook(row, event.grant)
    if (event.type === 'refreshed') {
      await this.#accounts.refreshed(id, look)
      await this.#lookUpAgain(event.grant)
    } else await this.#accounts.lookAt(id, look)
    await this.#history.add(id, {
      type: event.type,
      ...(error && { code: error.code, detail: error.message }),
      ...('seconds' in event && { seconds: event.seconds }),
    })
    await this.#accounts.noteEnd(row, event.grant)
    await this.#noteConnection(row.connection_id, event)
    await this.#accounts.publish(id, event.type === 'refreshed' && row.told === 'working')
  }

  /** What a provider in trouble could not be asked for after consent, it is asked for with the next token. */
  async #lookUpAgain({ id, look_up_failed }: GrantSummary): Promise<void> {
    if (look_up_failed === undefined || !isTransient(look_up_failed.trouble)) return
    try {
      await lookUp(await this.clientOf(id), this.#deps.store, id)
      await this.#accounts.sorted(id)
    } catch (error) {
      // The grant goes on to say so.
      if (!isOAuthError(error)) throw error
    }
  }

  /** A refused client is the connection's trouble, and so is everybody's; a success ends it. */
  async #noteConnection(id: string, event: GrantEvent): Promise<void> {
    const error = 'error' in event ? event.error : undefined
    if (event.type !== 'refreshed' && !isAboutSettings(error)) return
    const connection = await this.#connections.get(id)
    if (await this.#news.note(connection, error)) {
      await this.#accounts.publishConnection(await this.#connections.get(id))
    }
  }
}

/** Any error as one that has words for people. What is not the engine's comes from the database. */
export function asOAuthError(error: unknown): OAuthError {
  if (isOAuthError(error)) return error
  const message = 'The server could not do this. Its log tells why.'
  return new OAuthError('STORE_UNAVAILABLE', message, { cause: error })
}

function isTransient({ code, guidance }: NonNullable<GrantSummary['look_up_failed']>['trouble']): boolean {
  const kind = guidance?.class ?? (Object.hasOwn(errorCatalogue, code) ? errorCatalogue[code as ErrorCode].class : '')
  return kind === 'transient'
}
