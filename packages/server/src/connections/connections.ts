import { OAuthError, type Provider, type ProviderDefinition } from '@evergrant/core'
import { providerDefinition } from '@evergrant/providers'
import { type Kysely, sql } from 'kysely'
import type { ConnectionPatch, NewConnection } from '../contract/index.ts'
import type { Tables } from '../db/tables.ts'
import type { Deps } from '../deps.ts'
import type { Outbox } from '../outbox/outbox.ts'
import { cursorFrom, cursorText } from '../page-cursor.ts'
import { Refusal } from '../problem.ts'
import { addressesOf, isPractice, practiceIssuers } from '../sandbox/practice-provider.ts'
import type { Reach } from '../security/reach.ts'
import { randomId } from '../security/secret.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import { assertSettings } from './assert-settings.ts'
import { ClientSecrets, NO_SECRETS, withoutFormer } from './client-secrets.ts'
import type { ConnectionClients } from './connection-clients.ts'
import type { ConnectionNews } from './connection-news.ts'
import { type ConnectionRow, parametersOf, signInRulesText } from './connection-row.ts'
import { parameterNames } from './provider-view.ts'

/** The settings that administrators stored, one row for each client registration. */
export class Connections {
  readonly #deps: Deps
  readonly #db: Kysely<Tables>
  readonly #secrets: ClientSecrets
  readonly #outbox: Outbox
  readonly #webhooks: Webhooks
  readonly #news: ConnectionNews
  readonly #clients: ConnectionClients
  readonly #reach: Reach

  constructor(
    deps: Deps,
    outbox: Outbox,
    webhooks: Webhooks,
    news: ConnectionNews,
    clients: ConnectionClients,
    reach: Reach,
  ) {
    this.#deps = deps
    this.#db = deps.db
    this.#secrets = new ClientSecrets(deps.cipher, deps.clock)
    this.#outbox = outbox
    this.#webhooks = webhooks
    this.#news = news
    this.#clients = clients
    this.#reach = reach
  }

  list(): Promise<ConnectionRow[]> {
    return this.#db.selectFrom('connections').selectAll().orderBy('name').orderBy('id').execute()
  }

  /** So many in order of their names, after a cursor. Of two with one name, the order is that of their ids. */
  async page(
    limit: number,
    cursor?: string,
  ): Promise<{ readonly rows: readonly ConnectionRow[]; readonly next?: string }> {
    const after = cursor === undefined ? undefined : cursorFrom(cursor, 'name')
    const found = await this.#db
      .selectFrom('connections')
      .selectAll()
      .$if(after !== undefined, (query) => query.where(sql<boolean>`(name, id) > (${after?.value}, ${after?.id})`))
      .orderBy('name')
      .orderBy('id')
      .limit(limit + 1)
      .execute()
    const rows = found.slice(0, limit)
    const last = found.length > limit ? rows.at(-1) : undefined
    return { rows, ...(last && { next: cursorText({ sort: 'name', part: 0, value: last.name, id: last.id }) }) }
  }

  find(id: string): Promise<ConnectionRow | undefined> {
    return this.#db.selectFrom('connections').selectAll().where('id', '=', id).executeTakeFirst()
  }

  async get(id: string): Promise<ConnectionRow> {
    const row = await this.find(id)
    if (row === undefined) throw new Refusal('NOT_FOUND', 'There is no such connection.')
    return row
  }

  /** What is known about the provider of a connection. */
  async definition(id: string): Promise<ProviderDefinition> {
    return providerDefinition((await this.get(id)).provider)
  }

  /**
   * Checks the settings as far as that goes without asking the provider, then stores them; under the id that is given, so
   * that its redirect URI can be entered at the provider before. An id that is taken is refused.
   */
  async create(wanted: Omit<NewConnection, 'password'>): Promise<ConnectionRow> {
    const now = this.#deps.clock.now()
    const { id = randomId() } = wanted
    const row: ConnectionRow = {
      id,
      name: wanted.name.trim(),
      provider: wanted.provider,
      client_id: wanted.client_id.trim(),
      first_client_id: wanted.client_id.trim(),
      client_auth: wanted.client_auth ?? null,
      ...NO_SECRETS,
      ...(await this.#secrets.sealed(id, wanted.client_secret ?? '')),
      secret_expires_at: wanted.secret_expires_at ?? null,
      parameters: JSON.stringify(wanted.parameters ?? {}),
      scope: wanted.scope?.trim() ?? '',
      issuer: wanted.issuer?.trim() || null,
      authorization_endpoint: wanted.authorization_endpoint?.trim() || null,
      token_endpoint: wanted.token_endpoint?.trim() || null,
      trouble: null,
      revision: 1,
      created_at: now,
      updated_at: now,
      sign_in: signInRulesText(wanted.sign_in),
    }
    assertSettings(row, this.#reach.policy)
    await assertKnownParameters(row)
    const { provider: made } = await this.#clients.fresh(row)
    if (row.sign_in !== null) await this.#assertProves(made)
    const inserted = await this.#db
      .insertInto('connections')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('id')
      .execute()
    if (inserted.length > 0) return row
    const message = 'There is a connection with this id already. It may be this one, saved a moment ago.'
    throw new Refusal('INVALID_REQUEST', message, { field: 'id' })
  }

  /** @param may - Throws when this patch must not be made to the connection as it is. */
  async update(
    id: string,
    patch: Omit<ConnectionPatch, 'password'>,
    may?: (before: ConnectionRow) => Promise<void>,
  ): Promise<ConnectionRow> {
    const before = await this.get(id)
    await may?.(before)
    const { name, client_id, client_auth, client_secret, parameters, scope } = patch
    const addresses = Object.fromEntries(
      (['issuer', 'authorization_endpoint', 'token_endpoint'] as const)
        .filter((field) => patch[field] !== undefined)
        .map((field) => [field, patch[field]?.trim() || null]),
    )
    assertSettings({ client_id: client_id?.trim() ?? '', scope: scope?.trim() ?? '', ...addresses }, this.#reach.policy)
    const moved = Object.entries(addresses).some(([field, address]) => address !== before[field as keyof typeof before])
    const settings = Object.keys(patch).some((field) => !ABOUT_NO_SETTING.has(field))
    const secrets = await this.#secrets.changed(before, patch)
    const wished: ConnectionRow = {
      ...before,
      ...(name === undefined ? {} : { name: name.trim() }),
      ...(client_id === undefined ? {} : clientOf(before, client_id.trim())),
      ...(client_auth === undefined ? {} : { client_auth }),
      ...secrets,
      ...(parameters === undefined ? {} : { parameters: JSON.stringify(parameters) }),
      ...(scope === undefined ? {} : { scope: scope.trim() }),
      ...(patch.sign_in === undefined ? {} : { sign_in: signInRulesText(patch.sign_in) }),
      ...addresses,
      // Changed settings are given the benefit of the doubt.
      ...(settings ? { trouble: null } : {}),
      revision: before.revision + 1,
      updated_at: this.#deps.clock.now(),
    }
    // What was stored before a parameter went out of the catalogue does not stand in the way of another change.
    if (parameters !== undefined) await assertKnownParameters(wished)
    const { provider: asked } = await this.#clients.fresh(wished)
    if (wished.sign_in !== null) await this.#assertProves(asked)
    const elsewhere = moved || (parameters !== undefined && !(await this.#reaches(before, asked)))
    if (elsewhere && before.client_secret !== null && client_secret === undefined) {
      const message = 'The address changes, and with it who gets the client secret. Enter the secret again.'
      throw new Refusal('INVALID_REQUEST', message, { field: 'client_secret' })
    }
    // It is of the registration before. An id that is corrected names no other one: nobody would enter its secret again.
    const other = wished.client_id !== before.client_id && client_secret !== undefined
    const next = elsewhere || other ? withoutFormer(wished) : wished
    // What was noted meanwhile stays, where this change says nothing about it.
    const said = new Set([...Object.keys(secrets), ...(settings ? ['trouble'] : [])])
    const values: Partial<ConnectionRow> = Object.fromEntries(
      Object.entries(next).filter(
        ([field, value]) => said.has(field) || value !== before[field as keyof ConnectionRow],
      ),
    )
    const { stored, mended } = await this.#outbox.change(async (db) => {
      const [stored] = await db
        .updateTable('connections')
        .set(values)
        .where('id', '=', id)
        .where('revision', '=', before.revision)
        .returning('id')
        .execute()
      const restored = stored !== undefined && settings && (await this.#news.settingsChanged(id, db))
      // Of the end of another secret it is told anew.
      const renewed = stored !== undefined && said.has('secret_told') && (await this.#news.secretChanged(id, db))
      return { stored, mended: restored || renewed }
    })
    if (mended) this.#news.told()
    // Somebody else changed it meanwhile: their change is the ground for ours.
    return stored === undefined ? this.update(id, patch, may) : next
  }

  /** The provider behind it has another address now and is the same: the secret stays. Unless somebody was faster. */
  async move(id: string, from: string, issuer: string): Promise<ConnectionRow> {
    await this.#db
      .updateTable('connections')
      .set((of) => ({ issuer, revision: of('revision', '+', 1), updated_at: this.#deps.clock.now() }))
      .where('id', '=', id)
      .where('issuer', '=', from)
      .execute()
    return this.get(id)
  }

  /** Removes it. Its accounts must be gone before. */
  async remove(id: string): Promise<void> {
    await this.#outbox.change(async (db) => {
      const [gone] = await db
        .deleteFrom('connections')
        .where('id', '=', id)
        .returning(['id', 'name', 'provider'])
        .execute()
      if (gone !== undefined) await this.#webhooks.announce(db, 'connection.removed', { connection: gone })
    })
    this.#news.told()
    this.#clients.forget(id)
  }

  /** Forgets the former secret of a connection, unless somebody changed it meanwhile. */
  async endFormer(row: ConnectionRow): Promise<ConnectionRow | undefined> {
    const values = withoutFormer({ revision: row.revision + 1, updated_at: this.#deps.clock.now() })
    const [ended] = await this.#db
      .updateTable('connections')
      .set(values)
      .where('id', '=', row.id)
      .where('revision', '=', row.revision)
      .returningAll()
      .execute()
    return ended
  }

  /** Whether it leads to the built-in practice provider, which lets anybody be anybody. */
  async isPractice(row: ConnectionRow): Promise<boolean> {
    const { provider } = await this.#clients.of(row)
    return isPractice(await practiceIssuers(this.#db), addressesOf(provider))
  }

  async #assertProves(provider: Provider): Promise<void> {
    if (!isPractice(await practiceIssuers(this.#db), addressesOf(provider))) return
    throw new Refusal('SETTING_INVALID', NO_SIGN_IN_BY_PRACTICE, { field: 'sign_in' })
  }

  /** Whether a connection as it is stored goes to every host of a provider already: parameters are parts of hosts, too. */
  async #reaches(before: ConnectionRow, next: Provider): Promise<boolean> {
    // One whose settings have become invalid goes nowhere.
    const now = await this.#clients.fresh(before).then(
      (client) => origins(client.provider),
      () => new Set<string>(),
    )
    return [...origins(next)].every((origin) => now.has(origin))
  }
}

/** Its grants may be of the client before from then on. */
function clientOf(before: ConnectionRow, client_id: string): Pick<ConnectionRow, 'client_id' | 'first_client_id'> {
  return { client_id, first_client_id: client_id === before.client_id ? before.first_client_id : null }
}

const message =
  'The built-in practice provider lets anybody be anybody, without a password: nobody can sign in here with it.'
/** Also said to whoever comes from there. */
export const NO_SIGN_IN_BY_PRACTICE: string = message

/** Where a provider is: the origins of all addresses in its definition. */
function origins(provider: Provider): Set<string> {
  return new Set(addressesOf(provider).map((address) => new URL(address).origin))
}

/** A parameter that the provider has not would be stored and never used: most likely another one was meant. */
async function assertKnownParameters(row: Pick<ConnectionRow, 'provider' | 'parameters'>): Promise<void> {
  const definition = await providerDefinition(row.provider)
  const known = parameterNames(definition)
  const unknown = Object.keys(parametersOf(row)).find((name) => !known.includes(name))
  if (unknown === undefined) return
  const have = known.length === 0 ? 'It has none.' : `Known are ${known.join(', ')}.`
  const field = unknown === 'issuer' ? ' The issuer is a field of its own.' : ''
  throw new OAuthError('INVALID_PARAMETER', `${definition.name} has no parameter "${unknown}". ${have}${field}`)
}

/** Fields whose change makes no refused client accepted. */
const ABOUT_NO_SETTING = new Set(['name', 'scope', 'secret_expires_at', 'sign_in', 'former_secret'])
