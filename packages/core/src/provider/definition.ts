import type { AssertionRules } from '../client/assertion-rules.ts'
import type { TokenAnswerRules } from './answer-rules.ts'
import type { CallbackRules } from './callback-rules.ts'
import type { DeviationSettings } from './deviation.ts'
import type { ErrorAdvice } from './error-advice.ts'
import type { ApiRules, LongLivedExchange, Lookup, RevocationRules } from './follow-up.ts'
import type {
  AuthorizationRequestRules,
  ClientCredentialsRules,
  DeviceRules,
  RedirectUriRules,
  RefreshRequestRules,
  TokenRequestRules,
} from './request-rules.ts'

/** A value that a provider's addresses or parameters need from the administrator, such as a tenant. */
export interface ProviderParameter {
  /** What the provider calls it: "Tenant ID", "Project ID". */
  readonly title: string
  /** Where to find it, in one sentence. */
  readonly help?: string
  /** Regular expression that the whole value must match. */
  readonly pattern?: string
  /** The only values there are, such as regions. Counts beside `pattern`. */
  readonly values?: readonly string[]
  readonly default?: string
  /** Without a value, the addresses, parameters and headers that need it are left out. */
  readonly optional?: boolean
  readonly example?: string
}

/** How a client can authenticate at the token endpoint (RFC 7591 §2, `token_endpoint_auth_method`). */
export type ClientAuthMethod =
  | 'client_secret_basic'
  /** Basic without the form-encoding of RFC 6749 §2.3.1; our own name for what some providers expect. */
  | 'client_secret_basic_raw'
  | 'client_secret_post'
  /** The secret as user name of Basic, without a password and without the client id. */
  | 'client_secret_username'
  /** A short-lived JWT in the place of the secret, signed with the client's key. */
  | 'client_secret_signed'
  | 'client_secret_jwt'
  | 'private_key_jwt'
  | 'tls_client_auth'
  | 'self_signed_tls_client_auth'
  | 'none'
  /** A public client that has to send Basic with an empty password all the same. */
  | 'none_basic'

/** A named set of scopes that a person understands: "Read mail by IMAP". */
export interface ScopeFeature {
  readonly id: string
  readonly title: string
  readonly scopes: readonly string[]
}

/** What is known about a provider's refresh tokens. Durations in seconds. */
export interface RefreshRules {
  /** False: there are no refresh tokens. */
  readonly supported?: boolean
  /** Whether a refresh answers with a new refresh token that ends the old one. */
  readonly rotation?: 'always' | 'optional' | 'never'
  /** For how long the previous refresh token is still accepted after a rotation. */
  readonly grace?: number
  /** A refresh is refused earlier than so long before the access token's end. */
  readonly early?: number
  /** The grant ends when unused for so long. */
  readonly idle?: number
  /** The grant ends after so long, used or not. */
  readonly absolute?: number
  /** Lifetime of an access token when the answer does not tell. */
  readonly access_lifetime?: number
  /** Whether the refresh request must repeat the scope. */
  readonly send_scope?: boolean
  /** A refresh token that is told to live about so long belongs to a client that is not published yet. */
  readonly testing?: { readonly lifetime: number; readonly advice: string; readonly link?: string }
}

/**
 * A provider as data: endpoints, parameters and deviations of one authorization server. `{name}` in an address, a
 * parameter or a header is filled from {@link ProviderDefinition.parameters}; `{client_id}` is filled in by the client.
 * Endpoint names are those of RFC 8414. Every field that is absent means: as the RFC says.
 */
export interface ProviderDefinition {
  readonly id: string
  readonly name: string
  /** The definition fits many providers: once its addresses are known, it is called by their host instead of `name`. */
  readonly named_by_host?: boolean
  readonly issuer?: string
  /** Where the metadata is published: at the issuer per OIDC Discovery, per RFC 8414, or nowhere. */
  readonly discovery?: 'oidc' | 'oauth2' | 'none'
  readonly authorization_endpoint?: string
  readonly token_endpoint?: string
  /** Where refreshes go when it is not the token endpoint. */
  readonly refresh_endpoint?: string
  readonly revocation_endpoint?: string
  readonly introspection_endpoint?: string
  readonly userinfo_endpoint?: string
  readonly device_authorization_endpoint?: string
  readonly jwks_uri?: string
  readonly registration_endpoint?: string
  readonly backchannel_authentication_endpoint?: string
  readonly pushed_authorization_request_endpoint?: string
  /** Where an administrator of an organisation allows the client for everybody in it. */
  readonly admin_consent_endpoint?: string
  /**
   * Addresses whose origin was the token endpoint's before it moved. Grants that came from there are renewed at the
   * present one; without this they need consent again, because whoever changes an address would get their tokens.
   */
  readonly moved_from?: readonly string[]
  readonly parameters?: Readonly<Record<string, ProviderParameter>>
  readonly scope_separator?: string
  /** Scopes that are always asked for, such as `openid`. */
  readonly default_scopes?: readonly string[]
  /** Scopes that are asked for so that a refresh token is given, such as `offline_access`. */
  readonly offline_scopes?: readonly string[]
  readonly features?: readonly ScopeFeature[]
  /** Fixed extra parameters of the authorization request; a caller may override them. */
  readonly authorization_params?: Readonly<Record<string, string>>
  /** Sent in addition when no refresh token is held yet. */
  readonly first_consent_params?: Readonly<Record<string, string>>
  /** Fixed extra parameters of the device authorization request. */
  readonly device_params?: Readonly<Record<string, string>>
  /** Fixed extra parameters of every token request. */
  readonly token_params?: Readonly<Record<string, string>>
  /** Extra parameters that a caller may switch on by their names. */
  readonly optional_authorization_params?: Readonly<Record<string, string>>
  readonly optional_token_params?: Readonly<Record<string, string>>
  /** Parameters that make a JWT bearer request one on behalf of the assertion's subject. */
  readonly on_behalf_of_params?: Readonly<Record<string, string>>
  /** How clients authenticate; the first is the default. */
  readonly client_auth?: readonly ClientAuthMethod[]
  /** How signed client assertions must look. */
  readonly client_assertion?: AssertionRules
  /**
   * How the code is bound to the request (RFC 7636). `S256` (default); `S256-hex`: the challenge is the hash in
   * hexadecimal; `plain`: the only method the provider knows; `opt-in`: S256, when a caller says that it is switched on
   * for the client; `off`: the provider refuses the parameters.
   */
  readonly pkce?: 'S256' | 'S256-hex' | 'plain' | 'opt-in' | 'off'
  /** `tenant`: the published issuer holds `{tenantid}`, and the id_token's `tid` claim fills it. */
  readonly issuer_rule?: 'exact' | 'tenant'
  /** Which tenant was asked. When it is named by its number (a GUID), no other tenant's id_token counts. */
  readonly issuer_tenant?: string
  /** Regular expression that the whole issuer must match, where it differs from `issuer` by region or address. */
  readonly issuer_pattern?: string
  /**
   * `none`: id_tokens that come from the token endpoint are not signed, so that TLS stands in for the signature (OpenID
   * Connect Core §3.1.3.7). One that came through a browser is refused all the same.
   */
  readonly id_token_signed_response_alg?: 'none'
  readonly refresh?: RefreshRules
  readonly redirect_uri?: RedirectUriRules
  readonly authorization_request?: AuthorizationRequestRules
  readonly callback?: CallbackRules
  readonly token_request?: TokenRequestRules
  readonly refresh_request?: RefreshRequestRules
  readonly client_credentials?: ClientCredentialsRules
  readonly device?: DeviceRules
  readonly token_answer?: TokenAnswerRules
  /** The step that makes a short-lived token one that lasts. */
  readonly long_lived?: LongLivedExchange
  /** Asked once after consent, in this order. The consent stands when one fails; the grant says so: `look_up_failed`. */
  readonly follow_up?: readonly Lookup[]
  readonly revocation?: RevocationRules
  readonly api?: ApiRules
  /** What its errors mean, and who has to act. */
  readonly advice?: ErrorAdvice
  /** Named functions with their settings, for what the fields above cannot say. */
  readonly deviations?: Readonly<Record<string, DeviationSettings>>
  /** The provider's console and documentation, for people. */
  readonly docs?: string
  readonly console?: string
  /** The provider's page where a person sees what programs were allowed, and ends it. */
  readonly consents?: string
  /** When the facts were last checked, ISO date. */
  readonly verified?: string
}
