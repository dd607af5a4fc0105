import type { ClientAuthMethod } from './definition.ts'

/** The RFC's parameter names to the names that are sent; `null`: the parameter is not sent. */
export type ParameterNames = Readonly<Record<string, string | null>>

/** How a provider's authorization request differs from RFC 6749 §4.1.1. */
export interface AuthorizationRequestRules {
  /** For example `{ "client_id": "app_id", "response_type": null }`. */
  readonly parameter_names?: ParameterNames
  /** Appended to the address as its fragment, without `#`. */
  readonly fragment?: string
  /** The scope separator goes as it is, not percent-encoded. */
  readonly literal_scope_separator?: boolean
  /** A second list of scopes (those of the person beside those of the program) goes under this name. */
  readonly second_scope_param?: string
  /** `always`: sent without `openid` too. `never`: neither sent nor compared, because the id_token does not repeat it. */
  readonly nonce?: 'always' | 'never'
}

/** Which redirect URIs a provider takes. */
export interface RedirectUriRules {
  /** Regular expression that the whole redirect URI must match. */
  readonly pattern?: string
  /** The rule in words, for the error. */
  readonly help?: string
  /** Used when a caller gives none, where the provider has a page of its own for programs without a server. */
  readonly default?: string
  /** Sent instead of the redirect URI, such as a name that stands for it in the provider's console: `{name}`. */
  readonly sent_as?: string
}

/** How a provider's token requests differ from RFC 6749 §3.2. */
export interface TokenRequestRules {
  /** How the parameters go: form (default), JSON body, or in the query with an empty body. */
  readonly format?: 'form' | 'json' | 'query'
  /** Default POST. With GET the parameters go in the query. */
  readonly method?: 'POST' | 'GET'
  /** For example `{ "client_id": "appid", "grant_type": null }`. */
  readonly parameter_names?: ParameterNames
  /** Further headers; `{client_id}` is filled in. One whose parameter has no value is not sent. */
  readonly headers?: Readonly<Record<string, string>>
}

/** How a refresh differs from the provider's other token requests. What is absent is as there. */
export interface RefreshRequestRules extends TokenRequestRules {
  /** Instead of `refresh_token`. */
  readonly grant_type?: string
  /** Fixed extra parameters; they win over `token_params`. */
  readonly params?: Readonly<Record<string, string>>
  /** How the client authenticates at a refresh; the registered client's own secret is used. */
  readonly client_auth?: Extract<ClientAuthMethod, 'client_secret_basic' | 'client_secret_post' | 'none'>
  /** The redirect URI of the consent is repeated. */
  readonly redirect_uri?: boolean
}

/** How the client's own token is asked for where it is not RFC 6749 §4.4. What is absent is as in other token requests. */
export interface ClientCredentialsRules extends TokenRequestRules {
  /**
   * What stands behind an API's address in the one scope that a client can ask for on its own behalf. A scope of people at
   * that API is replaced by it.
   */
  readonly app_scope?: string
  /** Values of parameters that are for people only, such as a tenant that means any. */
  readonly refuses?: Readonly<Record<string, readonly string[]>>
  readonly endpoint?: string
  /** Instead of `client_credentials`. */
  readonly grant_type?: string
  /** Fixed extra parameters; they win over `token_params`. */
  readonly params?: Readonly<Record<string, string>>
  readonly client_auth?: Extract<ClientAuthMethod, 'client_secret_basic' | 'client_secret_post' | 'none'>
}

/** How a provider's device flow differs from RFC 8628. */
export interface DeviceRules {
  /** Instead of `urn:ietf:params:oauth:grant-type:device_code`. */
  readonly grant_type?: string
  /** Name of `device_code` in the token request. */
  readonly code_parameter?: string
  /** The user code is sent with each poll. */
  readonly send_user_code?: boolean
  /** Path of the device code in the answer of the device authorization endpoint. */
  readonly code_field?: string
}
