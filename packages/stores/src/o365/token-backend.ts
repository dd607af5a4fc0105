import {
  type AccessToken,
  accessKey,
  type Clock,
  firstVersion,
  type Grant,
  type GrantStore,
  type GrantSummary,
  grant,
  isExpired,
  OAuthError,
  type ProvidedTokenSource,
  providedTokenSource,
  summary,
  systemClock,
  type TokenManager,
  type TokenSources,
  type Want,
} from '@evergrant/core'
import { type AccountQuery, accountOf, accountWords } from './account-query.ts'
import { nextToken, type ShouldRefreshToken } from './next-token.ts'

/** Choices of a {@link TokenBackend}. */
export interface TokenBackendOptions {
  /** Only the grants of this client id, for a store that several applications share. Default: all. */
  readonly client?: string | undefined
  /** Who refreshes a token that has ended; see {@link ShouldRefreshToken}. Default: the caller, always. */
  readonly shouldRefreshToken?: ShouldRefreshToken | undefined
  readonly clock?: Clock | undefined
}

/** Which of an account's access tokens: for a resource (RFC 8707), a narrower scope, or both. Default: the one for neither. */
export type TokenQuery = Pick<Want, 'resource' | 'scope'>

/** OpenID Connect's own, which say nothing about an API: python-o365 does not let its users ask for them. */
const RESERVED: ReadonlySet<string> = new Set(['openid', 'profile', 'offline_access'])

/**
 * The accounts in a store, with the calls of python-o365's token backends. What was loaded stays in memory until it is
 * loaded again; what was added is written by `saveToken`, over exactly the version that was loaded, so that nothing
 * newer is ever replaced. Refreshing is the engine's: see {@link TokenBackend.source}.
 *
 * Where one account is meant, `undefined` is enough while there is only one; with several it is `INVALID_ARGUMENT`, and
 * never the first. Fails with the store's errors, and `NOT_SUPPORTED` for a store that cannot list.
 *
 * @example
 * ```ts
 * import { type Client, tokenSources } from '@evergrant/core'
 * import { fileSystemTokenBackend, TokenBackend } from '@evergrant/stores/o365'
 *
 * async function read(client: Client): Promise<Response> {
 *   const store = fileSystemTokenBackend({ tokenPath: './tokens' })
 *   const backend = new TokenBackend(store)
 *   await backend.loadToken()
 *   console.log(backend.getAllAccounts().map(({ subject }) => subject?.username))
 *   return backend.source(tokenSources({ client, store }), 'alice@example.com').fetch('https://api.example/me')
 * }
 * ```
 */
export class TokenBackend {
  readonly store: GrantStore
  readonly #client: string | undefined
  readonly #shouldRefresh: ShouldRefreshToken
  readonly #clock: Clock
  readonly #loaded = new Map<string, Grant>()
  readonly #changed = new Map<string, Grant>()

  constructor(store: GrantStore, options: TokenBackendOptions = {}) {
    const { client, shouldRefreshToken = () => true, clock = systemClock } = options
    if (!store.traits.list) throw new OAuthError('NOT_SUPPORTED', 'This store cannot list its grants.')
    this.store = store
    this.#client = client
    this.#shouldRefresh = shouldRefreshToken
    this.#clock = clock
  }

  /** Whether any account is in memory. */
  get hasData(): boolean {
    return this.#grants().length > 0
  }

  /** Reads all accounts; whether there are any. What was added and not saved stays. */
  async loadToken(): Promise<boolean> {
    const found: Grant[] = []
    for await (const id of this.#ids()) {
      const one = await this.store.get(id)
      if (one !== undefined) found.push(one)
    }
    this.#loaded.clear()
    for (const one of found) this.#loaded.set(one.id, one)
    return this.hasData
  }

  /**
   * Writes what was added since it was loaded; with `force` all of it, but for grants that a refresh is working on.
   * True without a write when nothing was. False when there is no account, or when another process had written one
   * meanwhile: then its record stays, and is in memory from now on.
   */
  async saveToken({ force = false }: { readonly force?: boolean } = {}): Promise<boolean> {
    const due = force ? this.#grants().filter(({ spending }) => spending === undefined) : [...this.#changed.values()]
    let whole = true
    for (const one of due) {
      const expected = this.#loaded.get(one.id)?.version ?? 0
      const stored = await this.store.put(one, expected)
      const now = stored.ok ? stored.grant : stored.current
      // What was added while this was written is still to be saved.
      if (this.#changed.get(one.id) === one) this.#changed.delete(one.id)
      if (now === undefined) this.#loaded.delete(one.id)
      else this.#loaded.set(one.id, now)
      whole &&= stored.ok
    }
    return whole && this.hasData
  }

  /** Adds an account or replaces the one of its id, in memory; `saveToken` writes it. */
  add(next: Grant): void {
    const before = this.#loaded.get(next.id)
    const version = before?.version ?? (next.version > 0 ? next.version : firstVersion())
    const after = grant({ ...next, version })
    if (JSON.stringify(after) === JSON.stringify(before)) this.#changed.delete(next.id)
    else this.#changed.set(next.id, after)
  }

  /** Whether something was added that is not saved. */
  get hasChanged(): boolean {
    return this.#changed.size > 0
  }

  /** Removes all accounts, from the store too; whether there were any in it. */
  async deleteToken(): Promise<boolean> {
    const ids: string[] = []
    for await (const id of this.#ids()) ids.push(id)
    for (const id of ids) await this.store.delete(id)
    this.#loaded.clear()
    this.#changed.clear()
    return ids.length > 0
  }

  /** Whether the store has any account. Reads no token. */
  async checkToken(): Promise<boolean> {
    for await (const _ of this.#ids()) return true
    return false
  }

  /** One account; undefined when there is none. `INVALID_ARGUMENT` when several are meant. Carries no token. */
  getAccount(who: AccountQuery): GrantSummary | undefined {
    const found = this.#find(who)
    return found === undefined ? undefined : summary(found)
  }

  /** All accounts, without tokens. */
  getAllAccounts(): readonly GrantSummary[] {
    return this.#grants().map(summary)
  }

  /** The names of those who need not consent again, as far as is known. */
  getAuthenticatedUsernames(): string[] {
    const now = this.#clock.now()
    const able = ({ standing, refresh_token, access }: Grant): boolean => {
      const token = access['']
      const alive = token !== undefined && !isExpired(token, now)
      return alive || (refresh_token !== undefined && standing.state !== 'revoked')
    }
    return this.#grants().flatMap((one) => (able(one) && one.subject?.username ? [one.subject.username] : []))
  }

  /** The access token that is stored, also when it has ended. */
  getAccessToken(who?: AccountQuery, which: TokenQuery = {}): AccessToken | undefined {
    return this.#find(who)?.access[accessKey(which)]
  }

  getRefreshToken(who?: AccountQuery): string | undefined {
    return this.#find(who)?.refresh_token
  }

  getIdToken(who?: AccountQuery): string | undefined {
    return this.#find(who)?.access['']?.id_token
  }

  /** What was granted or, where the provider did not say, asked for. Undefined when nobody knows. */
  getTokenScopes(
    who?: AccountQuery,
    { removeReserved = false, ...which }: TokenQuery & { readonly removeReserved?: boolean } = {},
  ): string[] | undefined {
    const found = this.#find(who)
    const scope =
      found?.access[accessKey(which)]?.scope ?? which.scope ?? found?.granted_scope ?? found?.requested_scope
    const names = scope?.split(/\s+/).filter((name) => name !== '')
    return removeReserved ? names?.filter((name) => !RESERVED.has(name)) : names
  }

  /** Epoch seconds; undefined when there is no access token, or its end is not known. */
  tokenExpirationDatetime(who?: AccountQuery, which?: TokenQuery): number | undefined {
    return this.getAccessToken(who, which)?.expires_at
  }

  /** Whether there is no access token, or it has ended. No margin is taken. */
  tokenIsExpired(who?: AccountQuery, which?: TokenQuery): boolean {
    const token = this.getAccessToken(who, which)
    return token === undefined || isExpired(token, this.#clock.now())
  }

  /** Whether it can renew itself: it has a refresh token. */
  tokenIsLongLived(who?: AccountQuery): boolean {
    return this.getRefreshToken(who) !== undefined
  }

  /** Removes one account, from the store too, and leaves the others; whether there was one. Its permission is not revoked. */
  async removeData(who: AccountQuery): Promise<boolean> {
    const found = this.#find(who)
    if (found === undefined) return false
    await this.store.delete(found.id)
    this.#loaded.delete(found.id)
    this.#changed.delete(found.id)
    return true
  }

  /**
   * The tokens of one account, for its default resource unless `which` says another: the stored one while it lives, then as
   * `shouldRefreshToken` says, whose manager asks for the same resource and scope. Whoever refreshes, the engine of `sources` spends, and it has to work on the same store. `GRANT_NOT_FOUND`: no such
   * account was loaded.
   */
  source(sources: Pick<TokenSources, 'get'>, who?: AccountQuery, which: TokenQuery = {}): ProvidedTokenSource {
    const found = this.#find(who)
    if (found === undefined)
      throw new OAuthError('GRANT_NOT_FOUND', `There is no account ${accountWords(who)} among those that were loaded.`)
    const { id } = found
    const [clock, shouldRefresh] = [this.#clock, this.#shouldRefresh]
    const inner = sources.get(id)
    const manager: TokenManager = {
      id,
      sending: inner.sending,
      token: (want) => inner.token({ ...which, ...want }),
    }
    const reload = async (): Promise<Grant | undefined> => {
      const now = await this.store.get(id)
      if (now === undefined) this.#loaded.delete(id)
      else this.#loaded.set(id, now)
      return now
    }
    const provider = (last: AccessToken | undefined): Promise<AccessToken> =>
      nextToken(last, { account: summary(found), key: accessKey(which), manager, clock, shouldRefresh, reload })
    return providedTokenSource({ manager, clock, provider })
  }

  #grants(): Grant[] {
    return [...new Map([...this.#loaded, ...this.#changed]).values()]
  }

  #find(who: AccountQuery | undefined): Grant | undefined {
    return accountOf(this.#grants(), who)
  }

  async *#ids(): AsyncIterable<string> {
    for await (const { id, client } of this.store.list())
      if (this.#client === undefined || client === this.#client) yield id
  }
}
