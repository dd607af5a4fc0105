import {
  type AccessToken,
  bearerFetch,
  bearerMiddleware,
  beginAuthorization,
  type Client,
  clientCredentialsFlow,
  defineClient,
  finishAuthorization,
  type Grant,
  type GrantStore,
  isExpired,
  isOAuthError,
  memoryStore,
  OAuthError,
  obtainConsent,
  refreshFlow,
  type Sending,
  systemClock,
  type TokenSource,
  type TokenSources,
  tokenSources,
  type Want,
} from '@evergrant/core'
import { assertOwnScopes, programmed } from './account-checks.ts'
import { AccountGrants } from './account-grants.ts'
import type {
  AccountOptions,
  AuthenticateOptions,
  BegunAuthorization,
  CallbackOptions,
  ConsentRequest,
} from './account-options.ts'
import { bySubject, keeping, type PartlyStored, partlyStored } from './account-stores.ts'
import { withAdminConsentLink } from './admin-consent.ts'
import { Connection } from './connection.ts'
import { type AuthFlowType, type CheckedCredentials, type Credentials, checkedCredentials } from './credentials.ts'
import { assertRealTenant, providerFor } from './definition.ts'
import { Directory } from './directory/directory.ts'
import { User } from './directory/user.ts'
import { type GrantIds, grantIds } from './grant-ids.ts'
import { MSGraphProtocol } from './protocol/graph.ts'
import type { Protocol } from './protocol/protocol.ts'

/**
 * A registration's way to Microsoft 365: consent, tokens that stay valid, and the API. One object serves the several people
 * of one store, one at a time: {@link Account.username} says whom.
 *
 * Throws what `checkedCredentials` throws, and `MISSING_PARAMETER` when the flow needs a real tenant.
 *
 * @example
 * ```ts
 * import { consoleConsent } from '@evergrant/core'
 * import { terminalDialog } from '@evergrant/core/node'
 * import { Account } from '@evergrant/microsoft365'
 *
 * const account = new Account(['your_client_id', 'your_client_secret'])
 * const handleConsent = consoleConsent(terminalDialog(process.stdin, process.stderr))
 * if (await account.authenticate({ requestedScopes: ['Mail.Read'], handleConsent })) {
 *   const user = await account.getCurrentUser()
 *   console.log(`Authenticated as ${user.displayName}`)
 * }
 * ```
 */
export class Account {
  readonly authFlowType: AuthFlowType
  readonly tenantId: string
  readonly protocol: Protocol
  /** What paths are about; empty for a program that acts on its own behalf. */
  readonly mainResource: string
  /** The HTTP session, which sends as {@link Account.username}. */
  readonly connection: Connection
  /** The same as a token source, for the official Graph client, Azure's libraries and everything else. */
  readonly source: TokenSource
  readonly #options: AccountOptions
  readonly #credentials: CheckedCredentials
  readonly #ids: GrantIds
  readonly #store: GrantStore
  readonly #working: PartlyStored
  readonly #grants: AccountGrants
  #client: Promise<Client> | undefined
  #sources: Promise<TokenSources> | undefined
  #username: string | undefined
  /** The source of the present account, once it is known. */
  #current: TokenSource | undefined

  constructor(credentials: Credentials, options: AccountOptions = {}) {
    const { authFlowType = 'authorization', tenantId = 'common', protocol = new MSGraphProtocol() } = options
    this.#credentials = checkedCredentials(credentials, authFlowType)
    const alone = authFlowType === 'credentials' || authFlowType === 'password'
    if (tenantId.trim() === '') {
      const message = 'tenantId is empty. Give the id or a domain of the directory, or leave it away for common.'
      throw new OAuthError('INVALID_ARGUMENT', message, { outcome: 'not_sent' })
    }
    if (alone) assertRealTenant(tenantId, `authFlowType ${authFlowType}`)
    this.authFlowType = authFlowType
    this.tenantId = tenantId
    this.protocol = protocol
    const resource = options.mainResource ?? protocol.defaultResource
    this.mainResource = authFlowType === 'credentials' && resource === 'me' ? '' : resource
    this.#options = options
    this.#username = options.username
    this.#ids = grantIds(this.#credentials.clientId, tenantId, protocol)
    this.#store = options.store ?? memoryStore()
    const { storeTokenAfterRefresh = true } = options
    this.#working = partlyStored(this.#store, !storeTokenAfterRefresh)
    this.#grants = new AccountGrants(this.#working, this.#ids)
    const clock = options.http?.clock ?? systemClock
    const sending: Sending = { clock, ...(options.http?.fetch === undefined ? {} : { fetch: options.http.fetch }) }
    const basic = { id: this.#ids.prefix, token: (want?: Want) => this.#token(want), sending }
    this.source = {
      ...basic,
      peek: () => this.#current?.peek(),
      forget: () => this.#current?.forget(),
      authorize: bearerMiddleware(basic),
      fetch: bearerFetch(basic),
    }
    this.connection = new Connection(this.source, { ...options, protocol, clock })
  }

  /** Whose tokens are used; undefined until somebody consented, was chosen, or was found in the store. */
  get username(): string | undefined {
    return this.#username
  }

  /** Chooses another account of the store. Requests that are under way go on with the former. */
  set username(name: string | undefined) {
    if (name === this.#username) return
    this.#username = name
    this.#current = undefined
  }

  /**
   * Gets a grant: by a person's consent, or with the credentials alone. Resolves to true when it is there and stored, and
   * to false when nobody consented (the handler came back with nothing). Afterwards this object acts for whoever consented.
   *
   * Throws an `AuthenticationError` when Microsoft or the person refused, `InvalidCredentialsError` among them;
   * `MISSING_PARAMETER` for scopes that are not given, and what `obtainConsent` throws.
   */
  async authenticate(options: AuthenticateOptions = {}): Promise<boolean> {
    const store = this.#target(options.storeToken)
    if (this.authFlowType === 'credentials') {
      this.#assertAppScope(options)
      if (options.storeToken === false) this.#working.keep(this.#ids.app)
      this.#current = undefined
      await this.#token({ force: true })
      return true
    }
    if (this.authFlowType === 'password') {
      this.#settle(await this.#byPassword(options, store), options.storeToken)
      return true
    }
    const { handleConsent } = options
    if (handleConsent === undefined) {
      const message =
        'authenticate needs handleConsent, which brings the person to the consent page: consoleConsent, loopbackConsent, or a function of your own. A web application calls getAuthorizationUrl and requestToken instead.'
      throw programmed(message)
    }
    const client = await this.#registered()
    const brought = 'redirectUri' in handleConsent ? handleConsent.redirectUri : undefined
    try {
      const asked = this.#asked(options)
      const redirect_uri = options.redirectUri ?? brought ?? nativeRedirect(client)
      const grant = await withAdminConsentLink(client, { scope: asked.scope, redirect_uri }, () =>
        obtainConsent(client, { ...asked, redirect_uri, store: bySubject(store, this.#ids), consent: handleConsent }),
      )
      this.#settle(grant, options.storeToken)
      return true
    } catch (error) {
      if (isOAuthError(error) && error.code === 'ABORTED') return false
      throw error
    }
  }

  /**
   * The address of the consent page, and what {@link Account.requestToken} needs: JSON-safe, to be kept between two
   * requests of a web application. No request is made.
   */
  async getAuthorizationUrl(request: ConsentRequest): Promise<BegunAuthorization> {
    const client = await this.#registered()
    return beginAuthorization(client, {
      ...this.#asked(request),
      redirect_uri: request.redirectUri ?? nativeRedirect(client),
    })
  }

  /**
   * Finishes what {@link Account.getAuthorizationUrl} began, with the callback as it came. When this resolves, the grant
   * is stored and this object acts for whoever consented. Throws what `finishAuthorization` throws.
   */
  async requestToken(callback: string | URL | URLSearchParams, options: CallbackOptions): Promise<true> {
    const { pending, storeToken } = options
    const store = bySubject(this.#target(storeToken), this.#ids)
    const client = await this.#registered()
    // What was asked for is in what was kept, which may be a store's; the app's own list stands for it.
    const asked = { scope: this.protocol.appScope, redirect_uri: nativeRedirect(client) }
    const grant = await withAdminConsentLink(client, asked, () =>
      finishAuthorization(client, { callback, pending, store }),
    )
    this.#settle(grant, storeToken)
    return true
  }

  /**
   * Whether a token can be had without a person: one is valid, or a refresh token is there that Microsoft has not refused.
   * Asks the store alone; only Microsoft knows whether a refresh token that nobody used for long still lives.
   */
  async isAuthenticated(): Promise<boolean> {
    const id = await this.#id()
    return id !== undefined && this.#lives(await this.#working.get(id))
  }

  /** The usernames in the store that {@link Account.isAuthenticated} holds for. */
  async getAuthenticatedUsernames(): Promise<string[]> {
    const names: string[] = []
    for (const name of await this.#grants.names())
      if (this.#lives(await this.#working.get(await this.#grants.idOf(name)))) names.push(name)
    return names
  }

  /**
   * Deletes what is stored for this registration, tenant and API: of everybody, or of one person. Nothing is told to
   * Microsoft.
   */
  async clearTokenCache({ username }: { readonly username?: string | undefined } = {}): Promise<void> {
    const ids = await this.#grants.idsOf(username)
    for (const id of ids) {
      await this.#working.delete(id)
      const sources = await this.#sources
      sources?.get(id).forget()
      sources?.evict(id)
    }
    if (username === undefined || this.#username?.toLowerCase() === username.toLowerCase()) this.username = undefined
    this.#current = undefined
  }

  /** Whoever consented, with the profile. Throws `NOT_SUPPORTED` where nobody did. */
  getCurrentUser(select?: readonly string[]): Promise<User> {
    return this.directory().getCurrentUser(select)
  }

  /** A user by id or address, of whom nothing else is known yet. No request is made. */
  newUser(user: string): User {
    return new User(this.connection, { userPrincipalName: user })
  }

  /** The directory of the tenant. */
  directory(): Directory {
    return new Directory(this.connection, this.mainResource)
  }

  /** The address of a path below the main resource, or below another one. */
  url(path: string, resource: string = this.mainResource): string {
    return this.protocol.url(path, resource)
  }

  /** Waits for what is under way and writes what is not written yet. */
  async close(): Promise<void> {
    await (await this.#sources)?.close()
  }

  #token(want?: Want): Promise<AccessToken> {
    // The hot path: nothing is looked up and nothing allocated once the account is known.
    return this.#current === undefined ? this.#found(want) : this.#current.token(want)
  }

  async #found(want: Want | undefined): Promise<AccessToken> {
    const id = await this.#id()
    if (id === undefined) {
      const message = 'Nobody has consented yet. Call authenticate first.'
      throw new OAuthError('GRANT_NOT_FOUND', message, { outcome: 'not_sent' })
    }
    const source = (await this.#engine()).get(id)
    // Somebody may have chosen another account while the store was asked.
    if ((await this.#id()) === id) this.#current = source
    return source.token(want)
  }

  #engine(): Promise<TokenSources> {
    this.#sources ??= this.#registered().then((client) =>
      tokenSources({
        store: this.#working,
        client,
        flow:
          this.authFlowType === 'credentials' ? clientCredentialsFlow({ scope: this.protocol.appScope }) : refreshFlow,
        onEvent: this.#options.onEvent,
      }),
    )
    return this.#sources
  }

  #registered(): Promise<Client> {
    this.#client ??= this.#define().catch((error: unknown) => {
      this.#client = undefined
      throw error
    })
    return this.#client
  }

  async #define(): Promise<Client> {
    const { clientId, secret, authentication } = this.#credentials
    return defineClient({
      provider: await providerFor(this.tenantId, this.#options.provider),
      client_id: clientId,
      client_secret: secret?.reveal(),
      client_auth: authentication ?? (secret === undefined ? 'none' : 'client_secret_post'),
      http: this.#options.http,
    })
  }

  /** The grant of the present account; the first one there is when nobody was chosen. */
  async #id(): Promise<string | undefined> {
    if (this.authFlowType === 'credentials') return this.#ids.app
    this.#username ??= await this.#grants.firstName()
    return this.#username === undefined ? undefined : this.#grants.idOf(this.#username)
  }

  #lives(grant: Grant | undefined): boolean {
    if (grant === undefined || grant.standing.state === 'revoked') return false
    const token = grant.access['']
    const now = this.#options.http?.clock?.now() ?? systemClock.now()
    return grant.refresh_token !== undefined || (token !== undefined && !isExpired(token, now))
  }

  #target(storeToken = true): GrantStore {
    return storeToken ? this.#store : keeping(this.#working)
  }

  /** From now on this object acts for whoever has just consented. */
  #settle(grant: Grant, storeToken: boolean | undefined): void {
    if (storeToken !== false) this.#working.forget(grant.id)
    this.#username = grant.subject?.username ?? grant.id.slice(this.#ids.prefix.length)
    this.#current = undefined
    void this.#sources?.then((sources) => sources.get(grant.id).forget())
  }

  #asked(request: ConsentRequest) {
    const scopes = request.requestedScopes ?? request.scopes
    const scope = this.protocol.scopes(scopes ?? [])
    if (scope.length === 0) {
      const message =
        'Say which permissions are needed: requestedScopes, such as ["basic", "message_all"] or ["Mail.Read"]. Nothing is asked for by default.'
      throw programmed(message)
    }
    assertOwnScopes(scope, this.protocol)
    return {
      grant: this.#ids.nobody,
      scope,
      ...(this.#username === undefined ? {} : { login_hint: this.#username }),
      ...(request.params === undefined ? {} : { params: request.params }),
    }
  }

  #assertAppScope(request: ConsentRequest): void {
    const scopes = request.requestedScopes ?? request.scopes
    if (scopes === undefined) return
    const asked = this.protocol.scopes(scopes)
    if (asked.length === 1 && asked[0] === this.protocol.appScope) return
    const message = `A program on its own behalf asks for ${this.protocol.appScope} and nothing else; an administrator grants the permissions of the application. Leave requestedScopes away.`
    throw new OAuthError('INVALID_ARGUMENT', message, { outcome: 'not_sent' })
  }

  async #byPassword(request: ConsentRequest, store: GrantStore): Promise<Grant> {
    const { password } = this.#options
    const username = this.#username
    if (username === undefined || password === undefined) {
      const missing = [username === undefined ? 'username' : '', password === undefined ? 'password' : '']
      const message = `authFlowType password needs ${missing.filter((name) => name !== '').join(' and ')}.`
      throw new OAuthError('MISSING_PARAMETER', message, { outcome: 'not_sent' })
    }
    // What RFC 9700 advises against is loaded by those who use it alone.
    const { authorizeWithPassword } = await import('@evergrant/core/legacy')
    const scopes = request.requestedScopes ?? request.scopes
    const scope = scopes === undefined ? [this.protocol.appScope] : this.protocol.scopes(scopes)
    assertOwnScopes(scope, this.protocol)
    const client = await this.#registered()
    const grant = this.#ids.of(username)
    return withAdminConsentLink(client, { scope, redirect_uri: nativeRedirect(client) }, () =>
      authorizeWithPassword(client, { grant, store, username, password, scope }),
    )
  }
}

/**
 * Where Microsoft's sign-in ends for programs that have no page of their own: the person copies the address from there.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/reply-url
 */
function nativeRedirect({ provider }: Client): string {
  const { origin } = new URL(provider.authorization_endpoint ?? provider.issuer ?? '')
  return `${origin}/common/oauth2/nativeclient`
}
