import type { AssertionRules } from '../client/assertion-rules.ts'

/** A value that a provider's addresses or parameters need from the administrator, such as a tenant. */
export interface ProviderParameter {
  /** What the provider calls it: "Tenant ID", "Project ID". */
  readonly title: string
  /** Where to find it, in one sentence. */
  readonly help?: string
  /** Regular expression that the whole value must match. */
  readonly pattern?: string
  readonly default?: string
  /** Without a value, the addresses that need it are left out. */
  readonly optional?: boolean
  readonly example?: string
}

/** How a client can authenticate at the token endpoint (RFC 7591 §2, `token_endpoint_auth_method`). */
export type ClientAuthMethod =
  | 'client_secret_basic'
  /** Basic without the form-encoding of RFC 6749 §2.3.1; our own name for what some providers expect. */
  | 'client_secret_basic_raw'
  | 'client_secret_post'
  | 'client_secret_jwt'
  | 'private_key_jwt'
  | 'tls_client_auth'
  | 'self_signed_tls_client_auth'
  | 'none'

/** A named set of scopes that a person understands: "Read mail by IMAP". */
export interface ScopeFeature {
  readonly id: string
  readonly title: string
  readonly scopes: readonly string[]
}

/** What is known about a provider's refresh tokens. Durations in seconds. */
export interface RefreshRules {
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
}

/**
 * A provider as data: endpoints, parameters and deviations of one authorization server. `{name}` in an address is
 * filled from {@link ProviderDefinition.parameters}. Endpoint names are those of RFC 8414.
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
  readonly revocation_endpoint?: string
  readonly introspection_endpoint?: string
  readonly userinfo_endpoint?: string
  readonly device_authorization_endpoint?: string
  readonly jwks_uri?: string
  readonly registration_endpoint?: string
  readonly backchannel_authentication_endpoint?: string
  readonly pushed_authorization_request_endpoint?: string
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
  /** Parameters that make a JWT bearer request one on behalf of the assertion's subject. */
  readonly on_behalf_of_params?: Readonly<Record<string, string>>
  /** How clients authenticate; the first is the default. */
  readonly client_auth?: readonly ClientAuthMethod[]
  /** How signed client assertions must look. */
  readonly client_assertion?: AssertionRules
  /** `S256` unless the provider rejects it. */
  readonly pkce?: 'S256' | 'off'
  /** `tenant`: the published issuer holds `{tenantid}`, and the id_token's `tid` claim fills it. */
  readonly issuer_rule?: 'exact' | 'tenant'
  readonly refresh?: RefreshRules
  /** The provider's console and documentation, for people. */
  readonly docs?: string
  readonly console?: string
  /** The provider's page where a person sees what programs were allowed, and ends it. */
  readonly consents?: string
  /** When the facts were last checked, ISO date. */
  readonly verified?: string
}
