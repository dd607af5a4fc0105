import type { LookupFunction } from 'node:net'
import {
  type Cipher,
  type Client,
  defineClient,
  type Guidance,
  isLoopback,
  isOAuthError,
  OAuthError,
  type Provider,
  type ProviderDefinition,
} from '@evergrant/core'
import { provider, providerDefinition } from '@evergrant/providers'
import type { Kysely, Selectable } from 'kysely'
import type { ClientAuth, ConnectionPatch, NewConnection, SignInRules } from '../contract/index.ts'
import { sealedPlaces } from '../db/sealed-places.ts'
import type { ConnectionTable, Tables } from '../db/tables.ts'
import type { Deps } from '../deps.ts'
import type { NewNotice, Notices } from '../notices/notices.ts'
import type { Outbox } from '../outbox/outbox.ts'
import { Refusal } from '../problem.ts'
import { type AddressPolicy, assertPublicAddress, assertReachable, guardedFetch } from '../security/address-policy.ts'
import { pinnedLookup } from '../security/pinned-lookup.ts'
import { randomId } from '../security/secret.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import { assertSettings } from './assert-settings.ts'
import { parameterNames } from './provider-view.ts'

export type ConnectionRow = Selectable<ConnectionTable>

/** What is known to be wrong with a connection's settings. */
export interface ConnectionTrouble {
  readonly code: string
  readonly message: string
  readonly guidance?: Guidance
  readonly at: number
}

/** A secret shorter than this would be given away by its last four characters. */
const HINTED_FROM = 16

interface Made {
  readonly revision: number
  readonly client: Promise<Client>
}

/** The clients that administrators stored: their rows, and the engine's view of them. */
export class Connections {
  readonly #deps: Deps
  readonly #db: Kysely<Tables>
  readonly #cipher: Cipher
  readonly #outbox: Outbox
  readonly #webhooks: Webhooks
  readonly #notices: Notices
  readonly #made = new Map<string, Made>()

  constructor(deps: Deps, outbox: Outbox, webhooks: Webhooks, notices: Notices) {
    this.#deps = deps
    this.#outbox = outbox
    this.#webhooks = webhooks
    this.#notices = notices
    this.#db = deps.db
    this.#cipher = deps.cipher
  }

  list(): Promise<ConnectionRow[]> {
    return this.#db.selectFrom('connections').selectAll().orderBy('name').orderBy('id').execute()
  }

  async get(id: string): Promise<ConnectionRow> {
    const row = await this.#db.selectFrom('connections').selectAll().where('id', '=', id).executeTakeFirst()
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
      ...(await this.#secret(id, wanted.client_secret ?? '')),
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
    assertSettings(row, this.#addresses)
    await assertKnownParameters(row)
    await this.#make(row)
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
    const { name, client_id, client_auth, client_secret, secret_expires_at, parameters, scope } = patch
    const addresses = Object.fromEntries(
      (['issuer', 'authorization_endpoint', 'token_endpoint'] as const)
        .filter((field) => patch[field] !== undefined)
        .map((field) => [field, patch[field]?.trim() || null]),
    )
    assertSettings({ client_id: client_id?.trim() ?? '', scope: scope?.trim() ?? '', ...addresses }, this.#addresses)
    const moved = Object.entries(addresses).some(([field, address]) => address !== before[field as keyof typeof before])
    const settings = Object.keys(patch).some((field) => !ABOUT_NO_SETTING.has(field))
    const next: ConnectionRow = {
      ...before,
      ...(name === undefined ? {} : { name: name.trim() }),
      ...(client_id === undefined ? {} : { client_id: client_id.trim() }),
      ...(client_auth === undefined ? {} : { client_auth }),
      ...(client_secret === undefined ? {} : await this.#secret(id, client_secret)),
      // A new secret does not end when the former one does.
      ...(client_secret === undefined ? {} : { secret_expires_at: null }),
      ...(secret_expires_at === undefined ? {} : { secret_expires_at }),
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
    if (parameters !== undefined) await assertKnownParameters(next)
    const { provider: asked } = await this.#make(next)
    const kept = before.client_secret !== null && client_secret === undefined
    if (kept && (moved || (parameters !== undefined && !(await this.#reaches(before, asked))))) {
      const message = 'The address changes, and with it who gets the client secret. Enter the secret again.'
      throw new Refusal('INVALID_REQUEST', message, { field: 'client_secret' })
    }
    const { id: _, ...values } = next
    const { stored, mended } = await this.#outbox.change(async (db) => {
      const [stored] = await db
        .updateTable('connections')
        .set(values)
        .where('id', '=', id)
        .where('revision', '=', before.revision)
        .returning('id')
        .execute()
      const mended = stored !== undefined && settings && (await this.#notices.clear(brokenKey(id), db))
      return { stored, mended }
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
  freshClient(row: ConnectionRow): Promise<Client> {
    return this.#make(row, this.fetch)
  }

  redirectUri(id: string): string {
    return `${this.#deps.publicUrl}/oauth/callback/${id}`
  }

  /**
   * How requests reach a provider: the given fetch, or the global one as it is at that moment; to addresses that the
   * operator allows.
   */
  get fetch(): typeof fetch {
    return guardedFetch(this.#deps.fetch ?? ((input, init) => fetch(input, init)), this.#addresses)
  }

  /** Throws `PRIVATE_ADDRESS` for an address that is where the operator allows no provider, as it stands. */
  assertPublic(address: string): void {
    assertPublicAddress(address, this.#addresses)
  }

  /** Throws `PRIVATE_ADDRESS` for a mail server that is where the operator allows no provider. */
  assertMailHost(host: string): Promise<void> {
    return assertReachable(`https://${host}`, this.#addresses)
  }

  /** Resolves names of mail servers, at the moment of connecting, to addresses that the operator allows. */
  get mailLookup(): LookupFunction {
    return pinnedLookup(this.#addresses)
  }

  get #addresses(): AddressPolicy {
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

  async #make(row: ConnectionRow, fetching = this.fetch): Promise<Client> {
    const { id, client_auth, client_secret: sealed } = row
    const client_secret =
      sealed === null ? undefined : await this.#cipher.open(sealed, sealedPlaces.connectionSecret(id))
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
      if (address !== undefined) assertPublicAddress(address, this.#addresses)
    }
    return defineClient({
      provider: chosen,
      client_id: row.client_id,
      client_secret,
      ...(client_auth === null ? {} : { client_auth: client_auth as ClientAuth }),
      redirect_uris: [this.redirectUri(id)],
      http: { fetch: fetching, clock: this.#deps.clock },
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

  async #secret(
    id: string,
    secret: string,
  ): Promise<Pick<ConnectionRow, 'client_secret' | 'secret_hint' | 'secret_set_at'>> {
    // Pasted secrets come with white space around them; no provider issues one that has it.
    const clean = secret.trim()
    if (clean === '') return { client_secret: null, secret_hint: null, secret_set_at: null }
    return {
      client_secret: await this.#cipher.seal(clean, sealedPlaces.connectionSecret(id)),
      secret_hint: clean.length >= HINTED_FROM ? clean.slice(-4) : null,
      secret_set_at: this.#deps.clock.now(),
    }
  }
}

const brokenKey = (id: string): string => `connection/${id}`

const broken = (id: string, code: string): NewNotice => ({
  key: brokenKey(id),
  kind: 'connection_broken',
  connection: id,
  detail: { code },
})

/** Where a provider is: the origins of all addresses in its definition. */
function origins(provider: Provider): Set<string> {
  const addresses = Object.entries(provider).filter(([field]) => /^issuer$|_endpoint$|^jwks_uri$/.test(field))
  return new Set(addresses.map(([, address]) => new URL(String(address)).origin))
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

/** When its client secret ends, by what the administrator entered. */
export function expiryOf(row: Pick<ConnectionRow, 'client_secret' | 'secret_expires_at'>): number | undefined {
  return row.client_secret === null ? undefined : (row.secret_expires_at ?? undefined)
}

export function parametersOf(row: Pick<ConnectionRow, 'parameters'>): Record<string, string> {
  return JSON.parse(row.parameters) as Record<string, string>
}

/** Whether an error tells that the client's registration or settings are wrong, so that all its accounts are affected. */
export function isAboutSettings(error: unknown): error is OAuthError {
  return isOAuthError(error) && error.class === 'configuration' && !ABOUT_ONE_REQUEST.has(error.code)
}

/** Fields whose change makes no refused client accepted. */
const ABOUT_NO_SETTING = new Set(['name', 'scope', 'secret_expires_at', 'sign_in'])

/** These may be about one request or one bad hour, whatever their class says. */
const ABOUT_ONE_REQUEST = new Set(['TOKEN_REQUEST_REFUSED', 'DISCOVERY_FAILED'])
