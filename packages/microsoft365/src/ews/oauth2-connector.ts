import {
  type AccessToken,
  type BegunAuthorization,
  bearerFetch,
  bearerMiddleware,
  beginAuthorization,
  type Client,
  type ClientAuthentication,
  ClientSecretBasic,
  ClientSecretPost,
  type ConsentHandler,
  clientCredentialsFlow,
  defineClient,
  finishAuthorization,
  type Grant,
  type GrantStore,
  type Http,
  isOAuthError,
  memoryStore,
  None,
  OAuthError,
  obtainConsent,
  type PendingAuthorization,
  type ProviderDefinition,
  providedTokenSource,
  type Subject,
  type TokenSource,
  tokenSource,
  type Want,
} from '@evergrant/core'
import { bySubject } from '../account-stores.ts'
import { assertRealTenant, providerFor } from '../definition.ts'
import { checkedWay, type OAuth2Settings, plain, type Target, targetOf, type Way } from './settings.ts'

/** Which of Microsoft's endpoints. */
export type EndpointVersion = 'v1' | 'v2'

/** What an {@link OAuth2Connector} takes beside its settings. */
export interface ConnectorOptions {
  /** Default: both, v1 first, as py-ews does. */
  readonly endpointVersion?: EndpointVersion | undefined
  /** Brings a person to the consent page, for the interactive flows: `consoleConsent`, `loopbackConsent`, or your own. */
  readonly prompt?: ConsentHandler | ((url: string) => Promise<string | undefined>) | undefined
  /**
   * How the client authenticates instead of by `client_secret`, such as `PrivateKeyJwt(key)` of a certificate. Then no
   * flow needs the secret.
   */
  readonly clientAuth?: ClientAuthentication | undefined
  /** Where grants are kept. Default: this process's memory. */
  readonly store?: GrantStore | undefined
  /** Authorization servers instead of the catalogue's. */
  readonly providers?: Readonly<Partial<Record<EndpointVersion, ProviderDefinition>>> | undefined
  readonly http?: Partial<Http> | undefined
}

/**
 * OAuth 2.0 for Exchange Web Services by py-ews' flow names, as a token source: a token is obtained once, kept, renewed
 * and shared by concurrent callers. Without `endpointVersion` the v1 endpoint is tried and then the v2 one; the error then
 * holds both. There is no second try when a person declined or went away.
 *
 * Scopes default to `EWS.AccessAsUser.All` for a person and to `/.default` for a program; on v1 the resource says it. A token
 * is for one API: the one that `resource` or the scopes name, else Exchange Online, at both endpoints.
 *
 * Several people may share a store if `username` says whom a connector is for; without it, it is for whoever consented
 * first. `WRONG_ACCOUNT` when somebody else consents.
 *
 * The constructor throws `INVALID_ARGUMENT` for an unknown flow or endpoint and for settings that name several APIs, and `MISSING_PARAMETER` with every property that is missing.
 *
 * Microsoft retires EWS in Exchange Online (https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/deprecation-of-ews-exchange-online):
 * use it with Exchange on premises, and Microsoft Graph for everything else.
 *
 * @example
 * ```ts
 * import { OAuth2Connector } from '@evergrant/microsoft365/ews'
 *
 * const connector = new OAuth2Connector({
 *   oauth2_authorization_type: 'client_credentials_grant',
 *   client_id: 'your_client_id',
 *   client_secret: 'your_client_secret',
 *   tenant_id: 'contoso.onmicrosoft.com',
 * })
 * const { access_token } = await connector.token()
 * ```
 */
export class OAuth2Connector implements TokenSource {
  readonly id: string
  readonly authorize: TokenSource['authorize']
  readonly fetch: TokenSource['fetch']
  readonly sending: TokenSource['sending']
  readonly #settings: OAuth2Settings
  readonly #options: ConnectorOptions
  readonly #store: GrantStore
  readonly #way: Way | undefined
  readonly #target: Target
  #current: TokenSource | undefined
  #obtaining: Promise<TokenSource> | undefined

  constructor(settings: OAuth2Settings, options: ConnectorOptions = {}) {
    const { access_token, tenant_id = '', client_id = '' } = settings
    assertVersion(options.endpointVersion)
    this.#settings = settings
    this.#options = options
    this.#store = options.store ?? memoryStore()
    if (access_token === undefined) {
      this.#way = checkedWay(settings, options.clientAuth !== undefined)
      if (this.#way.kind === 'app' || this.#way.kind === 'password')
        assertRealTenant(tenant_id, this.#way.type, 'tenant_id')
    } else this.#current = providedTokenSource({ token: given(access_token), clock: options.http?.clock })
    this.#target = targetOf(settings)
    this.id = this.#way === undefined ? 'provided' : ['ews', client_id, tenant_id, this.#way.type].join('/')
    this.sending = { clock: options.http?.clock, fetch: options.http?.fetch }
    this.authorize = bearerMiddleware(this)
    this.fetch = bearerFetch(this)
  }

  /** A valid token: obtained the first time, kept and renewed from then on. */
  async token(want?: Want): Promise<AccessToken> {
    const source = this.#current ?? (await this.#found())
    return source.token(want)
  }

  peek(): AccessToken | undefined {
    return this.#current?.peek()
  }

  forget(): void {
    this.#current?.forget()
  }

  /** Obtains a new grant, whatever is kept. Throws what `obtainConsent` or a token request throws. */
  async authenticate(): Promise<true> {
    this.#current = await this.#obtained()
    return true
  }

  /**
   * For a web application: the address of the consent page, and what {@link OAuth2Connector.requestToken} needs. The v2
   * endpoint, unless `endpointVersion` says otherwise.
   */
  async getAuthorizationUrl(): Promise<BegunAuthorization> {
    const version = this.#options.endpointVersion ?? 'v2'
    if (this.#way?.kind !== 'code') throw unsupported(this.#way)
    const { scope } = this.#asked(version)
    const { grant } = this.#consented(version)
    return beginAuthorization(await this.#client(version), {
      ...this.#hint,
      grant,
      scope,
      redirect_uri: this.#redirect(),
    })
  }

  /** Finishes what {@link OAuth2Connector.getAuthorizationUrl} began. When it resolves, the grant is stored. */
  async requestToken(
    callback: string | URL | URLSearchParams,
    { pending }: { readonly pending: PendingAuthorization },
  ): Promise<true> {
    const version = this.#options.endpointVersion ?? 'v2'
    const client = await this.#client(version)
    const { store } = this.#consented(version)
    this.#assertMeant(version, await finishAuthorization(client, { callback, pending, store }))
    this.#current = this.#source(client, version)
    return true
  }

  #found(): Promise<TokenSource> {
    this.#obtaining ??= this.#kept()
      .then((kept) => kept ?? this.#obtained())
      .then((source) => {
        this.#current = source
        return source
      })
      .finally(() => {
        this.#obtaining = undefined
      })
    return this.#obtaining
  }

  /** What an earlier run left in the store, if it can still be used. */
  async #kept(): Promise<TokenSource | undefined> {
    for (const version of this.#versions) {
      if (version === undefined) continue
      const grant = await this.#store.get(this.#grant(version))
      if (grant !== undefined && grant.standing.state !== 'revoked' && this.#covers(grant, version))
        return this.#source(await this.#client(version), version)
    }
    return undefined
  }

  /** Whether a person has consented to all that is asked for; a program has no say in what it gets. */
  #covers({ requested_scope = '' }: Grant, version: EndpointVersion): boolean {
    const consented = requested_scope.split(' ')
    return this.#way?.kind === 'app' || this.#asked(version).scope.every((name) => consented.includes(name))
  }

  async #obtained(): Promise<TokenSource> {
    const [first, second] = this.#versions
    try {
      return await this.#obtain(first)
    } catch (error) {
      if (second === undefined || !mayTryAgain(error)) throw error
      return this.#obtain(second).catch((last: unknown) => {
        throw isOAuthError(last) ? both(error, last) : last
      })
    }
  }

  get #versions(): readonly [EndpointVersion, EndpointVersion?] {
    const { endpointVersion } = this.#options
    return endpointVersion === undefined ? ['v1', 'v2'] : [endpointVersion]
  }

  async #obtain(version: EndpointVersion): Promise<TokenSource> {
    const client = await this.#client(version)
    const { username = '', password = '' } = this.#settings
    const asked = this.#asked(version)
    const to = { ...asked, store: this.#store }
    const source = this.#source(client, version)
    switch (this.#way?.kind) {
      case 'app':
        await source.token({ force: true })
        return source
      case 'password': {
        const { authorizeWithPassword } = await import('@evergrant/core/legacy')
        await authorizeWithPassword(client, { ...to, username, password })
        return source
      }
      case 'implicit':
        await this.#implicitly(client, asked)
        return source
      default: {
        const consent = this.#prompt()
        const redirect_uri = this.#redirect(consent)
        const where = this.#consented(version)
        const { scope } = asked
        const grant = await obtainConsent(client, { ...this.#hint, ...where, scope, redirect_uri, consent }).catch(
          (error: unknown) => {
            throw isOAuthError(error) && error.code === 'ABORTED' ? nobody(error) : error
          },
        )
        this.#assertMeant(version, grant)
        return source
      }
    }
  }

  async #implicitly(
    client: Client,
    asked: { readonly grant: string; readonly scope: readonly string[] },
  ): Promise<void> {
    const { beginImplicitAuthorization, finishImplicitAuthorization } = await import('@evergrant/core/legacy')
    const { url, pending } = await beginImplicitAuthorization(client, { ...asked, redirect_uri: this.#redirect() })
    const callback = await this.#prompt()(url)
    if (callback === undefined || callback.trim() === '') throw nobody()
    await finishImplicitAuthorization(client, { callback, pending, store: this.#store })
  }

  #prompt(): (url: string) => Promise<string | undefined> {
    if (this.#options.prompt !== undefined) return this.#options.prompt
    const message = `${this.#way?.type} needs a person once: give prompt, or send the person to getAuthorizationUrl() and the callback to requestToken.`
    throw new OAuthError('GRANT_NOT_FOUND', message, { outcome: 'not_sent' })
  }

  /** A prompt that listens says where; else it is as registered. */
  #redirect(prompt?: object): string {
    const listening = prompt !== undefined && 'redirectUri' in prompt ? prompt.redirectUri : undefined
    return typeof listening === 'string' ? listening : (this.#settings.redirect_uri ?? '')
  }

  /** By endpoint, API and person, so that nobody gets a token that is another one's or for another API. */
  #grant(version: EndpointVersion, username: string | undefined = this.#settings.username): string {
    const api = encodeURIComponent(plain(this.#target.resource))
    return [this.id, version, api, ...(username === undefined ? [] : [username.trim().toLowerCase()])].join('/')
  }

  /** Where a consent goes: to whoever consented, if a person was named. */
  #consented(version: EndpointVersion): { readonly grant: string; readonly store: GrantStore } {
    const { username } = this.#settings
    if (username === undefined) return { grant: this.#grant(version), store: this.#store }
    const nobody = this.#grant(version, '#nobody')
    const ofSubject = (subject: Subject | undefined): string => this.#grant(version, subject?.username ?? username)
    return { grant: nobody, store: bySubject(this.#store, { nobody, ofSubject }) }
  }

  /** Throws `WRONG_ACCOUNT` when another person consented than the one that was named; that grant is kept as that person's. */
  #assertMeant(version: EndpointVersion, { id, subject }: Grant): void {
    if (id === this.#grant(version)) return
    const message = `${subject?.username} consented, and this connector is for ${this.#settings.username}. Sign in with that account.`
    throw new OAuthError('WRONG_ACCOUNT', message, { grant: id })
  }

  /** What is asked for: on v2 a scope, on v1 nothing, because the resource stands in the request. */
  #asked(version: EndpointVersion): { readonly grant: string; readonly scope: readonly string[] } {
    const grant = this.#grant(version)
    if (version === 'v1') return { grant, scope: [] }
    const { resource, scope } = this.#target
    const usual = this.#way?.kind === 'app' ? '.default' : 'EWS.AccessAsUser.All'
    return { grant, scope: scope.length > 0 ? scope : [`${plain(resource)}/${usual}`] }
  }

  /** The consent page knows whom it is for. */
  get #hint(): { readonly login_hint?: string } {
    const { username } = this.#settings
    return username === undefined ? {} : { login_hint: username }
  }

  #source(client: Client, version: EndpointVersion): TokenSource {
    const { grant, scope } = this.#asked(version)
    const flow = this.#way?.kind === 'app' ? clientCredentialsFlow({ scope }) : undefined
    return tokenSource(grant, { client, store: this.#store, flow })
  }

  async #client(version: EndpointVersion): Promise<Client> {
    const { client_id = '', client_secret = '', tenant_id = '' } = this.#settings
    const { resource } = this.#target
    const secret = this.#way?.secret
    return defineClient({
      provider: await providerFor(tenant_id, this.#options.providers?.[version], version, { resource }),
      client_id,
      client_auth:
        this.#options.clientAuth ??
        (secret === 'basic'
          ? ClientSecretBasic(client_secret)
          : secret === 'body'
            ? ClientSecretPost(client_secret)
            : None()),
      http: this.#options.http,
    })
  }
}

function assertVersion(version: string | undefined): void {
  if (version === undefined || version === 'v1' || version === 'v2') return
  const message = `There is no endpointVersion "${version}"; there are v1 and v2, and both in turn without it.`
  throw new OAuthError('INVALID_ARGUMENT', message, { outcome: 'not_sent' })
}

/** Not when a person declined or went away, and not when the mistake is this program's or its store's. */
function mayTryAgain(error: unknown): boolean {
  if (
    !isOAuthError(error) ||
    ['ACCESS_DENIED', 'ABORTED', 'AUTHORIZATION_EXPIRED', 'GRANT_NOT_FOUND'].includes(error.code)
  )
    return false
  return error.class !== 'storage' && error.class !== 'request'
}

function both(first: unknown, last: OAuthError): OAuthError {
  const before = first instanceof Error ? first.message : String(first)
  const message = `Both endpoints refused. v1: ${before} v2: ${last.message}`
  return new OAuthError(last.code, message, { ...last, cause: new AggregateError([first, last], 'v1, v2') })
}

/** The prompt came back with nothing. */
function nobody(cause?: OAuthError): OAuthError {
  const guidance = { class: 'consent', who: 'person', advice: 'Sign in at Microsoft and allow the access.' } as const
  return new OAuthError('ABORTED', cause?.message ?? 'Nobody consented.', { ...cause, cause, guidance })
}

function unsupported(way: Way | undefined): OAuthError {
  const message = `${way?.type ?? 'A given access_token'} has no consent page with a code.`
  return new OAuthError('NOT_SUPPORTED', message, { outcome: 'not_sent' })
}

/** A given token with its end, where it is a JWT that tells it; it is not verified, because it is only sent. */
function given(access_token: string): AccessToken {
  const whole = { access_token, token_type: 'Bearer', raw: {} }
  try {
    const payload = (access_token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
    const { exp } = JSON.parse(atob(payload)) as { exp?: unknown }
    return typeof exp === 'number' ? { ...whole, expires_at: exp } : whole
  } catch {
    return whole
  }
}
