import type { DeviceAuthorization, PollProgress, TokenSource } from '@evergrant/core'
import type { FlowName } from '../description/api-description.ts'
import type { Parameters } from './credentials.ts'
import type { OAuthToken } from './oauth-token.ts'

/** Gets tokens for a token provider: what it returns is not kept until the provider returns it. */
export interface TokenAcquirer {
  /** A new token by the scheme's flow. `NOT_SUPPORTED` where that needs a person. */
  fetchToken(options?: { readonly params?: Parameters | undefined }): Promise<OAuthToken>
  /** The given token renewed; it keeps its refresh token when the server gives no other. */
  refreshToken(token: OAuthToken): Promise<OAuthToken>
}

/** Whether there is a token to use. */
export type TokenState = 'missing' | 'expired' | 'valid'

/** What every OAuth 2.0 scheme offers. */
export interface OAuthManager {
  readonly flow: FlowName
  /** The last token, also when it has ended. */
  readonly token: OAuthToken | undefined
  readonly tokenState: TokenState
  /** Valid tokens for other programs' requests: fetched and renewed as for this client's own. */
  readonly source: TokenSource
  /** Whether a token (default: the last) has ended, less the clock skew. Without an end, or without a token: false. */
  isTokenExpired(token?: OAuthToken): boolean
  /** Renews the token, also when it is still valid. The client uses the new one from now on. */
  refreshToken(): Promise<OAuthToken>
}

/** How the person is asked. */
export interface AuthorizationUrlOptions {
  /** A value of your own, unguessable and used once. Default: one that is made. */
  readonly state?: string | undefined
  /** Instead of those of the credentials. */
  readonly scopes?: readonly string[] | undefined
  /** Extra parameters of the address. */
  readonly params?: Parameters | undefined
}

/** Authorization code. */
export interface AuthorizationCodeManager extends OAuthManager {
  readonly flow: 'authorizationCode'
  /** The address to send the person to, with state and PKCE. */
  getAuthorizationUrl(options?: AuthorizationUrlOptions): Promise<string>
  /**
   * Exchanges the code for a token, which the client uses from now on. Give the whole callback, so that its state is
   * compared; with the bare code, you have compared it yourself, and `state` says which authorization it belongs to
   * (default: the last).
   */
  fetchToken(
    callback: string | URL | URLSearchParams,
    options?: { readonly state?: string | undefined; readonly params?: Parameters | undefined },
  ): Promise<OAuthToken>
}

/** Client credentials, and password. */
export interface DirectManager extends OAuthManager {
  readonly flow: 'clientCredentials' | 'password'
  /** A new token, which the client uses from now on. Calls that need one fetch it by themselves. */
  fetchToken(options?: { readonly params?: Parameters | undefined }): Promise<OAuthToken>
}

/** Implicit. */
export interface ImplicitManager extends OAuthManager {
  readonly flow: 'implicit'
  getAuthorizationUrl(options?: Omit<AuthorizationUrlOptions, 'state'>): Promise<string>
  /** Takes the token out of the callback, with its fragment. */
  fetchToken(callback: string | URL | URLSearchParams): Promise<OAuthToken>
}

/** Device authorization. */
export interface DeviceManager extends OAuthManager {
  readonly flow: 'deviceAuthorization'
  /** The code that the person types in, and where. */
  requestCode(options?: { readonly params?: Parameters | undefined }): Promise<DeviceAuthorization>
  /** Waits until the person has consented. */
  fetchToken(
    pending: DeviceAuthorization,
    options?: {
      readonly signal?: AbortSignal | undefined
      readonly onProgress?: ((progress: PollProgress) => void) | undefined
    },
  ): Promise<OAuthToken>
}

/** The manager of a flow. */
export interface FlowManagers {
  readonly authorizationCode: AuthorizationCodeManager
  readonly clientCredentials: DirectManager
  readonly password: DirectManager
  readonly implicit: ImplicitManager
  readonly deviceAuthorization: DeviceManager
}
