import type { Kysely } from 'kysely'
import { providerName } from '../connections/connection-view.ts'
import type { Connections } from '../connections/connections.ts'
import type { ConnectRequest, NewConnectLink } from '../contract/index.ts'
import type { Tables } from '../db/tables.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../problem.ts'
import { hashed, randomSecret } from '../security/secret.ts'

const LIFETIME = 3 * 86_400

/** A link that was opened in the right browser. */
export interface OpenedLink {
  readonly token_hash: string
  readonly account_id: string
}

/**
 * Links by which people without a user here connect an account for somebody who has one. A link works once, and in the
 * first browser that opened it: whoever finds it later, in a mailbox or a log, can do nothing with it. What comes of it is
 * pending until the one who made the link has confirmed that it was the right person.
 */
export class ConnectLinks {
  readonly #deps: Deps
  readonly #db: Kysely<Tables>
  readonly #connections: Connections

  constructor(deps: Deps, connections: Connections) {
    this.#deps = deps
    this.#db = deps.db
    this.#connections = connections
  }

  /** Makes a link. Earlier ones of the account end. */
  async create(
    account_id: string,
    created_by: string,
    { note, lifetime = LIFETIME }: NewConnectLink,
  ): Promise<{ readonly token: string; readonly expires_at: number }> {
    const token = randomSecret()
    const now = this.#deps.clock.now()
    const expires_at = now + lifetime
    const row = { token_hash: hashed(token), account_id, created_by, note: note?.trim() || null, browser_hash: null }
    await this.#db.transaction().execute(async (db) => {
      await db.deleteFrom('connect_links').where('account_id', '=', account_id).execute()
      await db
        .insertInto('connect_links')
        .values({ ...row, created_at: now, expires_at })
        .execute()
    })
    return { token, expires_at }
  }

  /** Binds the link to this browser if it is the first, in one statement; refused to any other. */
  async open(token: string, browser: string): Promise<OpenedLink> {
    const token_hash = hashed(token)
    const browser_hash = hashed(browser)
    const now = this.#deps.clock.now()
    const [bound] = await this.#db
      .updateTable('connect_links')
      .set({ browser_hash })
      .where('token_hash', '=', token_hash)
      .where('expires_at', '>', now)
      .where((where) => where.or([where('browser_hash', 'is', null), where('browser_hash', '=', browser_hash)]))
      .returning('account_id')
      .execute()
    if (bound !== undefined) return { token_hash, account_id: bound.account_id }
    const known = this.#db.selectFrom('connect_links').select('expires_at').where('token_hash', '=', token_hash)
    const found = await known.executeTakeFirst()
    if (found !== undefined && found.expires_at > now) {
      throw new Refusal('CONNECT_LINK_TAKEN', 'This link was opened in another browser before.')
    }
    throw new Refusal('CONNECT_LINK_INVALID', 'This link is not known here, was used already, or is too old.')
  }

  /** What the link asks for. */
  async look({ token_hash }: OpenedLink): Promise<ConnectRequest> {
    const row = await this.#db
      .selectFrom('connect_links')
      .innerJoin('accounts', 'accounts.id', 'connect_links.account_id')
      .innerJoin('users', 'users.id', 'connect_links.created_by')
      .select(['users.name as asked_by', 'connect_links.note', 'connect_links.created_at', 'connect_links.expires_at'])
      .select(['accounts.connection_id', 'accounts.login_hint'])
      .where('token_hash', '=', token_hash)
      .executeTakeFirstOrThrow()
    const connection = await this.#connections.get(row.connection_id)
    const definition = await this.#connections.definition(connection.id)
    const scopes = [
      definition.default_scopes ?? [],
      connection.scope.split(' '),
      definition.offline_scopes ?? [],
    ].flat()
    const asked = new Set(scopes)
    return {
      asked_by: row.asked_by,
      ...(row.note === null ? {} : { note: row.note }),
      provider_name: providerName(definition, connection),
      scope: [...asked].filter((scope) => scope !== '').join(' '),
      features: (definition.features ?? [])
        .filter(({ scopes }) => scopes.length > 0 && scopes.every((scope) => asked.has(scope)))
        .map(({ id, title, scopes }) => ({ id, title, scopes: [...scopes] })),
      ...(row.login_hint === null ? {} : { login_hint: row.login_hint }),
      server: this.#deps.publicUrl,
      created_at: row.created_at,
      expires_at: Math.floor(row.expires_at),
    }
  }

  /** Name of whoever made a link and is to confirm what comes of it; undefined when it is not there any more. */
  async madeBy(token_hash: string): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom('connect_links')
      .innerJoin('users', 'users.id', 'connect_links.created_by')
      .select('users.name')
      .where('token_hash', '=', token_hash)
      .executeTakeFirst()
    return row?.name
  }

  async reap(): Promise<void> {
    await this.#db.deleteFrom('connect_links').where('expires_at', '<=', this.#deps.clock.now()).execute()
  }
}
