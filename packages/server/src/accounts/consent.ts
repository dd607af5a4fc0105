import {
  beginAuthorization,
  type Client,
  finishAuthorization,
  type Grant,
  OAuthError,
  type PendingAuthorization,
  type Subject,
  summary,
} from '@evergrant/core'
import { isAboutSettings } from '../connections/about-settings.ts'
import type { ConnectionClients } from '../connections/connection-clients.ts'
import type { ConnectionNews } from '../connections/connection-news.ts'
import type { Connections } from '../connections/connections.ts'
import { sealedPlaces } from '../db/sealed-places.ts'
import type { Deps } from '../deps.ts'
import type { ConnectLinks } from '../links/connect-links.ts'
import { hashed } from '../security/secret.ts'
import type { AccountRow, Accounts } from './accounts.ts'
import { addedFor } from './added-for.ts'
import { callbackState } from './callback-state.ts'
import type { History } from './history.ts'
import { type Already, type SamePerson, subjectKey } from './same-person.ts'
import type { ConsentTrouble } from './state.ts'
import { asOAuthError, type Tokens } from './tokens.ts'

const LIFETIME = 600

/** What became of a callback. */
export type Consent =
  | {
      readonly outcome: 'connected'
      readonly account: AccountRow
      readonly grant: Grant
      /** The same person has another account of the connection; what is to become of them. */
      readonly already?: Already | undefined
      /** It was begun with a connect link, which this person made: they are to confirm it. */
      readonly link?: { readonly by: string } | undefined
    }
  | { readonly outcome: 'other_browser'; readonly account: string }
  | {
      readonly outcome: 'failed'
      readonly account: string | undefined
      readonly error: OAuthError
      /** It was begun with a connect link, which can be used again. */
      readonly byLink: boolean
    }

/** Takes a person to the provider and back. */
export class Consents {
  readonly #deps: Deps
  readonly #connections: Connections
  readonly #clients: ConnectionClients
  readonly #news: ConnectionNews
  readonly #accounts: Accounts
  readonly #tokens: Tokens
  readonly #history: History
  readonly #samePerson: SamePerson
  readonly #links: ConnectLinks

  constructor(
    deps: Deps,
    connections: Connections,
    clients: ConnectionClients,
    news: ConnectionNews,
    accounts: Accounts,
    tokens: Tokens,
    history: History,
    samePerson: SamePerson,
    links: ConnectLinks,
  ) {
    this.#deps = deps
    this.#connections = connections
    this.#clients = clients
    this.#news = news
    this.#accounts = accounts
    this.#tokens = tokens
    this.#history = history
    this.#samePerson = samePerson
    this.#links = links
  }

  /**
   * Begins a consent that only the browser with this secret can finish. Several may be under way. `link`: hash of the
   * connect link that it is begun with; the account is then unconfirmed afterwards.
   */
  async begin(
    id: string,
    browser: string,
    link?: string,
  ): Promise<{ readonly url: string; readonly expires_at: number }> {
    const { clock, cipher, db, store } = this.#deps
    const account = await this.#accounts.get(id)
    const connection = await this.#connections.get(account.connection_id)
    const client = await this.#clients.of(connection)
    const held = await store.get(id)
    // Whoever may lack the refresh token is asked for consent in full: some providers give one only then.
    const hasRefreshToken = held?.refresh_token !== undefined && held.standing.state !== 'revoked'
    // Where somebody else is connected than it was added for, that one is asked for again.
    const login_hint =
      addedFor(account.login_hint, held?.subject) ?? held?.subject?.username ?? account.login_hint ?? undefined
    const { url, pending } = await beginAuthorization(client, {
      grant: id,
      redirect_uri: this.#clients.redirectUri(connection.id),
      scope: connection.scope,
      login_hint,
      hasRefreshToken,
      // What the provider wanted proved when it refused to renew.
      claims: held === undefined || held.standing.state === 'active' ? undefined : held.standing.trouble?.claims,
      lifetime: LIFETIME,
    })
    const state_hash = hashed(pending.state)
    await db
      .insertInto('pending_authorizations')
      .values({
        state_hash,
        browser_hash: hashed(browser),
        connection_id: connection.id,
        account_id: id,
        pending: await cipher.seal(JSON.stringify(pending), sealedPlaces.pendingAuthorization(state_hash)),
        created_at: clock.now(),
        expires_at: pending.expires_at,
        link_hash: link ?? null,
      })
      .execute()
    await this.#accounts.publish(id)
    return { url, expires_at: Math.floor(pending.expires_at) }
  }

  /** Finishes what the callback belongs to. Redeems nothing unless it comes from the browser that began. */
  async finish(connectionId: string, callback: URLSearchParams, browser: string | undefined): Promise<Consent> {
    let account: string | undefined
    let byLink = false
    try {
      const state_hash = hashed(
        await callbackState({ connections: this.#connections, clients: this.#clients }, connectionId, callback),
      )
      const row = await this.#deps.db
        .selectFrom('pending_authorizations')
        .select(['account_id', 'browser_hash', 'connection_id', 'link_hash'])
        .where('state_hash', '=', state_hash)
        .executeTakeFirst()
      if (row === undefined) throw unknown()
      // Each connection has a redirect URI of its own: an answer at another one came from another provider (RFC 9700 §4.4).
      if (row.connection_id !== connectionId) throw misdirected()
      account = row.account_id
      byLink = row.link_hash !== null
      if (browser === undefined || hashed(browser) !== row.browser_hash) return { outcome: 'other_browser', account }
      return await this.#redeem(connectionId, account, state_hash, callback, browser)
    } catch (thrown) {
      const error = asOAuthError(thrown)
      if (error !== thrown) this.#deps.logger.error({ err: thrown }, 'callback failed')
      return { outcome: 'failed', account, error, byLink }
    }
  }

  async reap(): Promise<void> {
    // Kept for a while beyond their end, so that a late callback is told that it is late.
    const before = this.#deps.clock.now() - LIFETIME * 6
    await this.#deps.db.deleteFrom('pending_authorizations').where('expires_at', '<', before).execute()
  }

  async #redeem(
    connectionId: string,
    id: string,
    state_hash: string,
    callback: URLSearchParams,
    browser: string,
  ): Promise<Consent> {
    const { accounts, deps } = { accounts: this.#accounts, deps: this.#deps }
    // One statement takes it: of two callbacks at once, one redeems.
    const [taken] = await deps.db
      .deleteFrom('pending_authorizations')
      .where('state_hash', '=', state_hash)
      .returning(['pending', 'link_hash'])
      .execute()
    if (taken === undefined) throw unknown()
    accounts.checking.add(id)
    try {
      await accounts.publish(id)
      const pending = JSON.parse(
        await deps.cipher.open(taken.pending, sealedPlaces.pendingAuthorization(state_hash)),
      ) as PendingAuthorization
      const client = await this.#clients.of(await this.#connections.get(connectionId))
      const [held, before] = await Promise.all([deps.store.get(id), accounts.get(id)])
      // Whoever has the account may put somebody else in the place of a person whom nobody has taken for the right one yet.
      const unsure = before.unconfirmed === 1 || addedFor(before.login_hint, held?.subject) !== undefined
      const allowOtherSubject = unsure && taken.link_hash === null
      const finish = (): Promise<Grant> =>
        finishAuthorization(client, { callback, pending, store: deps.store, allowOtherSubject })
      const link = taken.link_hash === null ? undefined : { by: (await this.#links.madeBy(taken.link_hash)) ?? '' }
      const grant = await (taken.link_hash === null ? finish() : this.#byLink(id, taken.link_hash, finish))
      // The account may have been removed while its person consented: then nobody could see or end the grant.
      await accounts.get(id).catch(async (gone) => {
        await deps.store.delete(id)
        throw gone
      })
      if (link === undefined && before.unconfirmed === 1) await accounts.update(id, { unconfirmed: 0 })
      await this.#connected(connectionId, id, grant, client)
      const account = await accounts.get(id)
      const { subject } = grant
      const another =
        held?.subject !== undefined && subject !== undefined && subjectKey(held.subject) !== subjectKey(subject)
      if (another) await this.#samePerson.left(held)
      // An account that is connected again stays what it is; of one that came by a link its owner is asked.
      const isNew = (another || held?.subject === undefined) && link === undefined
      const already = isNew && subject ? await this.#asked(account, subject, browser) : undefined
      return { outcome: 'connected', account, grant, already, link }
    } catch (thrown) {
      const error = asOAuthError(thrown)
      await this.#failed(connectionId, id, error).catch((err: unknown) => deps.logger.error({ err }, 'not noted'))
      throw thrown
    } finally {
      accounts.checking.delete(id)
      await accounts.publish(id).catch(() => undefined)
    }
  }

  /** A question that cannot be asked is none: the account is connected. */
  async #asked(account: AccountRow, subject: Subject, browser: string): Promise<Already | undefined> {
    return this.#samePerson.ask(account, subject, browser).catch((err: unknown) => {
      this.#deps.logger.error({ err, account: account.id }, 'not asked what is to become of the account')
      return undefined
    })
  }

  /**
   * Finishes a consent that was begun with a connect link. Before the grant is written the account is closed: nobody gets
   * a token until its owner has looked who that was. A consent that fails changes nothing, and the link can be used again.
   */
  async #byLink(id: string, link: string, finish: () => Promise<Grant>): Promise<Grant> {
    const { db } = this.#deps
    const { unconfirmed } = await this.#accounts.get(id)
    const close = async (to: number): Promise<void> => {
      await this.#accounts.update(id, { unconfirmed: to })
      await this.#tokens.changed(id)
    }
    await close(1)
    try {
      const grant = await finish()
      await db.deleteFrom('connect_links').where('token_hash', '=', link).execute()
      return grant
    } catch (error) {
      await close(unconfirmed)
      throw error
    }
  }

  async #connected(connectionId: string, id: string, grant: Grant, client: Client): Promise<void> {
    const { subject, look_up_failed: missing } = grant
    await this.#accounts.update(id, {
      consent_trouble: null,
      last_success_at: this.#deps.clock.now(),
      subject: subject === undefined ? null : subjectKey(subject),
    })
    await this.#accounts.noteEnd(await this.#accounts.get(id), summary(grant))
    await this.#tokens.changed(id)
    await this.#accounts.sorted(id)
    const who = subject?.username ?? client.provider.name
    const detail = missing === undefined ? who : `${who}. A look-up after it failed: ${missing.trouble.message}`
    await this.#history.add(id, { type: 'authorized', detail })
    const connection = await this.#connections.get(connectionId)
    if (await this.#news.note(connection, undefined)) await this.#accounts.publishConnection(connection)
  }

  async #failed(connectionId: string, id: string, error: OAuthError): Promise<void> {
    const { code, message, username } = error
    await this.#history.add(id, { type: 'authorization_failed', code, detail: message })
    const trouble: ConsentTrouble = {
      code,
      message,
      ...(error.error === undefined ? {} : { error: error.error }),
      ...(error.guidance === undefined ? {} : { guidance: error.guidance }),
      ...(username === undefined ? {} : { username }),
      at: this.#deps.clock.now(),
    }
    // An account that works goes on working; that the consent failed is told beside its state.
    await this.#accounts.update(id, { consent_trouble: JSON.stringify(trouble) })
    if (!isAboutSettings(error)) return
    const connection = await this.#connections.get(connectionId)
    if (await this.#news.note(connection, error)) await this.#accounts.publishConnection(connection)
  }
}

function unknown(): OAuthError {
  return new OAuthError(
    'AUTHORIZATION_NOT_FOUND',
    'No consent is waiting for this answer: it was finished already, or it is not known here.',
  )
}

function misdirected(): OAuthError {
  return new OAuthError(
    'STATE_MISMATCH',
    "This answer came to another connection's address than the one that the consent was begun for.",
  )
}
