// Long because: a change of the settings, the client made of them and what is told of both hold each other.

import type { LookupFunction } from 'node:net'
import {
  type Client,
  type ClientAuthentication,
  defineClient,
  EitherProof,
  type Guidance,
  isLoopback,
  isOAuthError,
  OAuthError,
  type Provider,
  type ProviderDefinition,
  secretAuthentication,
} from '@evergrant/core'
import { provider, providerDefinition } from '@evergrant/providers'
import type { Kysely, Selectable } from 'kysely'
import type { ClientAuth, ConnectionPatch, NewConnection, SignInRules } from '../contract/index.ts'
import type { ConnectionTable, Tables } from '../db/tables.ts'
import type { Deps } from '../deps.ts'
import type { NewNotice, Notices } from '../notices/notices.ts'
import type { Outbox } from '../outbox/outbox.ts'
import { Refusal } from '../problem.ts'
import { addressesOf, isPractice, practiceIssuers } from '../sandbox/practice-provider.ts'
import { type AddressPolicy, assertPublicAddress, assertReachable, guardedFetch } from '../security/address-policy.ts'
import { pinnedLookup } from '../security/pinned-lookup.ts'
import { randomId } from '../security/secret.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import { assertSettings } from './assert-settings.ts'
import { ClientSecrets, NO_SECRETS, type Taken, withoutFormer } from './client-secrets.ts'
import { parameterNames } from './provider-view.ts'

export type ConnectionRow = Selectable<ConnectionTable>

/** What is known to be wrong with a connection's settings. */
export interface ConnectionTrouble {
  readonly code: string
  readonly message: string
  readonly guidance?: Guidance
  readonly at: number
}

/** Which secret the provider has taken, of a connection that has two. */
export interface SecretTaken {
  readonly id: string
  readonly revision: number
  readonly taken: Taken
}

interface Made {
  readonly revision: number
  readonly client: Promise<Client>
}

/** The clients that administrators stored: their rows, and the engine's view of them. */
export class Connections {
  readonly #deps: Deps
  readonly #db: Kysely<Tables>
  readonly #secrets: ClientSecrets
  readonly #outbox: Outbox
  readonly #webhooks: Webhooks
  readonly #notices: Notices
  readonly #onTaken: (taken: SecretTaken) => void
  readonly #made = new Map<string, Made>()

  /** `onTaken` hears which of two secrets a provider has taken, when that is news for this process. */
  constructor(
    deps: Deps,
    outbox: Outbox,
    webhooks: Webhooks,
    notices: Notices,
    onTaken: (taken: SecretTaken) => void = () => undefined,
  ) {
    this.#deps = deps
    this.#outbox = outbox
    this.#webhooks = webhooks
    this.#notices = notices
    this.#db = deps.db
    this.#secrets = new ClientSecrets(deps.cipher, deps.clock)
    this.#onTaken = onTaken
  }

  list(): Promise<ConnectionRow[]> {
    return this.#db.selectFrom('connections').selectAll().orderBy('name').orderBy('id').execute()
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
  async create(wanted: NewConnection): Promise<ConnectionRow> {
    const now = this.#deps.clock.now()
    const { id = randomId() } = wanted
    const row: ConnectionRow = {
      id,
      name: wanted.name.trim(),
      provider: wanted.provider,
      client_id: wanted.client_id.trim(),
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
      sign_in: rulesText(wanted.sign_in),
    }
    assertSettings(row, this.addresses)
    await assertKnownParameters(row)
    const { provider: made } = await this.#make(row)
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

  async update(id: string, patch: ConnectionPatch): Promise<ConnectionRow> {
    const before = await this.get(id)
    const { name, client_id, client_auth, client_secret, parameters, scope } = patch
    const addresses = Object.fromEntries(
      (['issuer', 'authorization_endpoint', 'token_endpoint'] as const)
        .filter((field) => patch[field] !== undefined)
        .map((field) => [field, patch[field]?.trim() || null]),
    )
    assertSettings({ client_id: client_id?.trim() ?? '', scope: scope?.trim() ?? '', ...addresses }, this.addresses)
    const moved = Object.entries(addresses).some(([field, address]) => address !== before[field as keyof typeof before])
    const settings = Object.keys(patch).some((field) => !ABOUT_NO_SETTING.has(field))
    const secrets = await this.#secrets.changed(before, patch)
    const wished: ConnectionRow = {
      ...before,
      ...(name === undefined ? {} : { name: name.trim() }),
      ...(client_id === undefined ? {} : { client_id: client_id.trim() }),
      ...(client_auth === undefined ? {} : { client_auth }),
      ...secrets,
      ...(parameters === undefined ? {} : { parameters: JSON.stringify(parameters) }),
      ...(scope === undefined ? {} : { scope: scope.trim() }),
      ...(patch.sign_in === undefined ? {} : { sign_in: rulesText(patch.sign_in) }),
      ...addresses,
      // Changed settings are given the benefit of the doubt.
      ...(settings ? { trouble: null } : {}),
      revision: before.revision + 1,
      updated_at: this.#deps.clock.now(),
    }
    // What was stored before a parameter went out of the catalogue does not stand in the way of another change.
    if (parameters !== undefined) await assertKnownParameters(wished)
    const { provider: asked } = await this.#make(wished)
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
      const restored = stored !== undefined && settings && (await this.#notices.clear(brokenKey(id), db))
      // Of the end of another secret it is told anew.
      const renewed = stored !== undefined && said.has('secret_told') && (await this.#notices.clear(endKey(id), db))
      return { stored, mended: restored || renewed }
    })
    if (mended) this.#notices.told()
    // Somebody else changed it meanwhile: their change is the ground for ours.
    return stored === undefined ? this.update(id, patch) : next
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
    this.#notices.told()
    this.#made.delete(id)
  }

  /** The engine's client; made once per change of the settings, so that discovery is done once. */
  client(row: ConnectionRow): Promise<Client> {
    const made = this.#made.get(row.id)
    if (made?.revision === row.revision) return made.client
    const client = this.#make(row)
    this.#made.set(row.id, { revision: row.revision, client })
    client.catch(() => this.#made.delete(row.id))
    return client
  }

  /** A client that shares nothing with the cached one, for a check from the ground up. */
  freshClient(row: ConnectionRow, onTaken?: (taken: Taken) => void): Promise<Client> {
    return this.#make(row, onTaken)
  }

  redirectUri(id: string): string {
    return `${this.#deps.publicUrl}/oauth/callback/${id}`
  }

  /**
   * How requests reach a provider: the given fetch, or the global one as it is at that moment; to addresses that the
   * operator allows.
   */
  get fetch(): typeof fetch {
    return guardedFetch(this.#deps.fetch ?? ((input, init) => fetch(input, init)), this.addresses)
  }

  /** Throws `PRIVATE_ADDRESS` for an address that is where the operator allows no provider, as it stands. */
  assertPublic(address: string): void {
    assertPublicAddress(address, this.addresses)
  }

  /** Throws `PRIVATE_ADDRESS` for a mail server that is where the operator allows no provider. */
  assertMailHost(host: string): Promise<void> {
    return assertReachable(`https://${host}`, this.addresses)
  }

  /** Resolves names of mail servers, at the moment of connecting, to addresses that the operator allows. */
  get mailLookup(): LookupFunction {
    return pinnedLookup(this.addresses)
  }

  /** Where providers and mail servers may be. */
  get addresses(): AddressPolicy {
    const { addresses, publicUrl } = this.#deps
    return addresses ?? { loopback: isLoopback(new URL(publicUrl).hostname), allowed: [] }
  }

  /** Notes what a provider said about the settings; undefined: all is well. True when that is news. */
  async note(row: ConnectionRow, error: OAuthError | undefined): Promise<boolean> {
    const before = troubleOf(row)
    if (before?.code === error?.code) return false
    const trouble: ConnectionTrouble | null =
      error === undefined
        ? null
        : {
            code: error.code,
            message: error.message,
            ...(error.guidance === undefined ? {} : { guidance: error.guidance }),
            at: this.#deps.clock.now(),
          }
    const news = await this.#outbox.change(async (db) => {
      const changed = await db
        .updateTable('connections')
        .set({ trouble: trouble === null ? null : JSON.stringify(trouble) })
        .where('id', '=', row.id)
        .where('revision', '=', row.revision)
        // Of many accounts that meet it at once, one tells.
        .where('trouble', row.trouble === null ? 'is' : '=', row.trouble)
        .returning('id')
        .execute()
      if (changed.length === 0) return false
      if (trouble === null) await this.#notices.clear(brokenKey(row.id), db)
      else await this.#notices.raise(broken(row.id, trouble.code), db)
      return true
    })
    if (news) this.#notices.told()
    return news
  }

  /** Tells of connections in trouble that nobody told of, and takes back what is over: an older server tells nothing. */
  async tellTroubles(): Promise<void> {
    const open = this.#db.selectFrom('notices').select('connection_id').where('kind', '=', 'connection_broken')
    const found = await this.#db
      .selectFrom('connections')
      .select(['id', 'trouble'])
      .where((of) =>
        of.or([
          of.and([of('trouble', 'is not', null), of('id', 'not in', open)]),
          of.and([of('trouble', 'is', null), of('id', 'in', open)]),
        ]),
      )
      .execute()
    for (const row of found) {
      const code = troubleOf(row)?.code
      if (code === undefined) await this.#notices.clear(brokenKey(row.id))
      else await this.#notices.raise(broken(row.id, code))
    }
  }

  /** Notes which of two secrets the provider takes. The row as it is then when that is news, undefined when it is not. */
  async noteTaken({ id, revision, taken }: SecretTaken): Promise<ConnectionRow | undefined> {
    const now = this.#deps.clock.now()
    const { row, cleared } = await this.#outbox.change(async (db) => {
      const known = db
        .updateTable('connections')
        .where('id', '=', id)
        .where('revision', '=', revision)
        .where('former_secret', 'is not', null)
      const [row] = await (taken === 'older'
        ? known.set({ secret_refused_at: now, secret_told: null }).where('secret_refused_at', 'is', null)
        : known
            .set({ secret_taken_at: now, secret_refused_at: null, secret_told: null })
            .where((of) => of.or([of('secret_taken_at', 'is', null), of('secret_refused_at', 'is not', null)]))
      )
        .returningAll()
        .execute()
      return { row, cleared: row !== undefined && (await this.#notices.clear(endKey(id), db)) }
    })
    if (cleared) this.#notices.told()
    return row
  }

  /** Tells that a connection's secret ends in so many days, or less; false: somebody was first, or it was changed. */
  async tellEnd({ id, revision, secret_told }: ConnectionRow, expires_at: number, days: number): Promise<boolean> {
    const news = await this.#outbox.change(async (db) => {
      const [told] = await db
        .updateTable('connections')
        .set({ secret_told: days })
        .where('id', '=', id)
        .where('revision', '=', revision)
        .where('secret_told', secret_told === null ? 'is' : '=', secret_told)
        .returning('id')
        .execute()
      if (told === undefined) return false
      // Each of them is told anew, also to those who put the one before away.
      await this.#notices.clear(endKey(id), db)
      return this.#notices.raise(
        { key: endKey(id), kind: 'secret_expiring', connection: id, detail: { expires_at } },
        db,
      )
    })
    if (news) this.#notices.told()
    return news
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
    const { provider } = await this.client(row)
    return isPractice(await practiceIssuers(this.#db), addressesOf(provider))
  }

  async #assertProves(provider: Provider): Promise<void> {
    if (!isPractice(await practiceIssuers(this.#db), addressesOf(provider))) return
    throw new Refusal('SETTING_INVALID', NO_SIGN_IN_BY_PRACTICE, { field: 'sign_in' })
  }

  async #make(row: ConnectionRow, onTaken?: (taken: Taken) => void): Promise<Client> {
    const { id, revision } = row
    const { newer, older } = await this.#secrets.opened(row)
    const client_auth = (row.client_auth as ClientAuth | null) ?? undefined
    const { issuer, authorization_endpoint, token_endpoint } = row
    const given = {
      ...(issuer === null ? {} : { issuer }),
      ...(authorization_endpoint === null ? {} : { authorization_endpoint }),
      ...(token_endpoint === null ? {} : { token_endpoint }),
    }
    // Providers whose address only the administrator knows have it as a parameter of their definition.
    const values = { ...(issuer === null ? {} : { issuer }), ...parametersOf(row) }
    const chosen = await provider(row.provider, values, given)
    const { authorization_endpoint: consent, token_endpoint: token } = chosen
    // Said when it is entered, and not when a person is waiting.
    for (const address of [chosen.issuer, consent, token]) {
      if (address !== undefined) assertPublicAddress(address, this.addresses)
    }
    const proof = (secret: string): ClientAuthentication => secretAuthentication(chosen, secret, client_auth)
    const heard = (taken: Taken): void => {
      onTaken?.(taken)
      this.#onTaken({ id, revision, taken })
    }
    return defineClient({
      provider: chosen,
      client_id: row.client_id,
      client_secret: newer,
      client_auth:
        newer === undefined || older === undefined
          ? client_auth
          : EitherProof(proof(newer), proof(older), { onTaken: heard }),
      redirect_uris: [this.redirectUri(id)],
      http: { fetch: this.fetch, clock: this.#deps.clock },
    })
  }

  /** Whether a connection as it is stored goes to every host of a provider already: parameters are parts of hosts, too. */
  async #reaches(before: ConnectionRow, next: Provider): Promise<boolean> {
    // One whose settings have become invalid goes nowhere.
    const now = await this.#make(before).then(
      (client) => origins(client.provider),
      () => new Set<string>(),
    )
    return [...origins(next)].every((origin) => now.has(origin))
  }
}

const message =
  'The built-in practice provider lets anybody be anybody, without a password: nobody can sign in here with it.'
/** Also said to whoever comes from there. */
export const NO_SIGN_IN_BY_PRACTICE: string = message

const brokenKey = (id: string): string => `connection/${id}`
const endKey = (id: string): string => `secret/${id}`

const broken = (id: string, code: string): NewNotice => ({
  key: brokenKey(id),
  kind: 'connection_broken',
  connection: id,
  detail: { code },
})

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

export function troubleOf(row: Pick<ConnectionRow, 'trouble'>): ConnectionTrouble | undefined {
  return row.trouble === null ? undefined : (JSON.parse(row.trouble) as ConnectionTrouble)
}

/** Who may sign in with the connection; undefined: nobody. */
export function signInRules(row: Pick<ConnectionRow, 'sign_in'>): SignInRules | undefined {
  return row.sign_in === null ? undefined : (JSON.parse(row.sign_in) as SignInRules)
}

function rulesText(rules: SignInRules | null | undefined): string | null {
  if (rules === undefined || rules === null) return null
  return JSON.stringify({ ...rules, domains: rules.domains.map((domain) => domain.toLowerCase()) })
}

export function parametersOf(row: Pick<ConnectionRow, 'parameters'>): Record<string, string> {
  return JSON.parse(row.parameters) as Record<string, string>
}

/** Whether an error tells that the client's registration or settings are wrong, so that all its accounts are affected. */
export function isAboutSettings(error: unknown): error is OAuthError {
  return isOAuthError(error) && error.class === 'configuration' && !ABOUT_ONE_REQUEST.has(error.code)
}

/** Fields whose change makes no refused client accepted. */
const ABOUT_NO_SETTING = new Set(['name', 'scope', 'secret_expires_at', 'sign_in', 'former_secret'])

/** These may be about one request or one bad hour, whatever their class says. */
const ABOUT_ONE_REQUEST = new Set(['TOKEN_REQUEST_REFUSED', 'DISCOVERY_FAILED'])
