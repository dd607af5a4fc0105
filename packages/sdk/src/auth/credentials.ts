import type { AccessToken, ClientAuthentication, ClientAuthMethod, PendingStore, TokenSource } from '@evergrant/core'
import type { BasicCredentials, KeyCredentials, Scheme } from '@evergrant/core/api'
import type { FlowName } from '../description/api-description.ts'
import type { TokenAcquirer } from './managers.ts'
import type { OAuthToken } from './oauth-token.ts'

/** Extra form fields or parameters of a request. */
export type Parameters = Readonly<Record<string, string>>

/** What every OAuth 2.0 scheme takes, whatever its flow. */
export interface TokenCredentials<Scope extends string = string> {
  /** A token that is there already, whole or as plain text. */
  readonly token?: OAuthToken | string | undefined
  readonly scopes?: readonly Scope[] | undefined
  /**
   * Gets a token when there is none or it has ended, instead of what the flow would do: `last` is the one before,
   * `manager` fetches and refreshes.
   */
  readonly tokenProvider?:
    | ((
        last: OAuthToken | undefined,
        manager: TokenAcquirer,
      ) => OAuthToken | string | undefined | Promise<OAuthToken | string | undefined>)
    | undefined
  /**
   * Hears of every new token once, and not of one that was given. Awaited before the token is used. When it throws, the call
   * fails with `PROGRAM_ERROR`, and it is called again for the same token at the next use, until it has succeeded.
   */
  readonly onTokenUpdate?: ((token: OAuthToken) => void | Promise<void>) | undefined
  /** Seconds before its end from which a token counts as ended; a fraction or 0 is fine. Default 0. */
  readonly clockSkew?: number | undefined
  /** Renew an ended token with its refresh token. Default true; false: the call fails with `TOKEN_EXPIRED`. */
  readonly autoRefresh?: boolean | undefined
  /** Tokens of a grant in any store, so that many processes share one: the value of core's `tokenSource`. */
  readonly source?: TokenSource | undefined
  /** Sends the token in another way than `Authorization: Bearer`. */
  readonly setToken?: ((request: Request, token: AccessToken) => Request) | undefined
}

/** The registration at the authorization server. */
export interface ClientRegistration {
  readonly clientId?: string | undefined
  /** Leave out for a public client. */
  readonly clientSecret?: string | undefined
  /** How the client authenticates. Default `client_secret_basic`, and `none` without a secret. */
  readonly clientAuthentication?: ClientAuthMethod | ClientAuthentication | undefined
  /** Extra form fields of every token request. */
  readonly tokenParameters?: Parameters | undefined
}

/** Authorization code (RFC 6749 §4.1). */
export interface AuthorizationCodeCredentials<Scope extends string = string>
  extends TokenCredentials<Scope>,
    ClientRegistration {
  readonly flow?: 'authorizationCode' | undefined
  /** Exactly as registered. */
  readonly redirectUri?: string | undefined
  /** RFC 7636. Default `S256`; `off` for the rare server that refuses it. */
  readonly pkce?: 'S256' | 'plain' | 'off' | undefined
  /** Where authorizations wait for their callback. Default: this process, for all clients in it. */
  readonly pending?: PendingStore | undefined
}

/** Client credentials (RFC 6749 §4.4): tokens are fetched on the first call and when they end. */
export interface ClientCredentialsCredentials<Scope extends string = string>
  extends TokenCredentials<Scope>,
    ClientRegistration {
  readonly flow?: 'clientCredentials' | undefined
}

/** Password (RFC 6749 §4.3). */
export interface PasswordCredentials<Scope extends string = string>
  extends TokenCredentials<Scope>,
    ClientRegistration {
  readonly flow?: 'password' | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
}

/** Implicit (RFC 6749 §4.2). */
export interface ImplicitCredentials<Scope extends string = string>
  extends TokenCredentials<Scope>,
    ClientRegistration {
  readonly flow?: 'implicit' | undefined
  readonly redirectUri?: string | undefined
}

/** Device authorization (RFC 8628). */
export interface DeviceCredentials<Scope extends string = string> extends TokenCredentials<Scope>, ClientRegistration {
  readonly flow?: 'deviceAuthorization' | undefined
}

/** OAuth 2.0 and OpenID Connect: whatever the scheme's flows need. `flow` chooses where it offers several. */
export interface OAuthCredentials<Scope extends string = string> extends TokenCredentials<Scope>, ClientRegistration {
  readonly flow?: FlowName | undefined
  readonly redirectUri?: string | undefined
  readonly pkce?: 'S256' | 'plain' | 'off' | undefined
  readonly pending?: PendingStore | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
}

/** HTTP bearer: a token that somebody else made. */
export interface BearerCredentials {
  readonly token?: string | undefined
}

/** Mutual TLS: the `fetch` that holds the certificate, such as core's `certificateFetch`. It sends all requests. */
export interface CertificateCredentials {
  readonly fetch?: typeof fetch | undefined
}

/** Credentials of any scheme, or a scheme of your own (`customScheme`) in its place. */
export type Credentials =
  | OAuthCredentials
  | BasicCredentials
  | BearerCredentials
  | KeyCredentials
  | CertificateCredentials
  | Scheme
