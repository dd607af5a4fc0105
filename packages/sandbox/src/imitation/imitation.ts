/** Standard parameter names to the names a provider uses; null: it takes no such parameter. */
type Names = Readonly<Record<string, string | null>>
type Texts = Readonly<Record<string, string>>
type Path = string | readonly string[]
type Field =
  | 'access_token'
  | 'refresh_token'
  | 'id_token'
  | 'token_type'
  | 'scope'
  | 'expires_in'
  | 'expires_at'
  | 'refresh_expires_in'
  | 'refresh_expires_at'
type Places = { readonly [name in Field]?: Path }

/** How token requests must look. */
export interface RequestHabits {
  readonly format?: 'form' | 'json' | 'query'
  readonly method?: 'POST' | 'GET'
  readonly parameter_names?: Names
  readonly headers?: Texts
  readonly grant_type?: string
  readonly params?: Texts
  readonly client_auth?: string
  readonly endpoint?: string
  readonly redirect_uri?: boolean
}

/** Where the fields of an answer stand, and how errors look. */
export interface AnswerShape {
  readonly fields?: Places
  readonly time_unit?: 'seconds' | 'milliseconds'
  readonly scope_separator?: string
  readonly metadata?: readonly string[]
  readonly error?: {
    readonly code: string
    readonly success?: readonly unknown[]
    readonly name?: string
    readonly description?: string
    readonly codes?: Texts
  }
  readonly second?: { readonly name: string; readonly fields: Places }
}

/**
 * A provider to imitate: the fields of a provider definition that say how it differs from the RFCs, by the same names.
 * The sandbox then answers as that provider does, and refuses a client that does not do as that provider wants. Addresses
 * may be anywhere below the issuer.
 */
export interface Imitation {
  readonly authorization_endpoint?: string
  readonly token_endpoint?: string
  readonly refresh_endpoint?: string
  readonly device_authorization_endpoint?: string
  readonly scope_separator?: string
  readonly default_scopes?: readonly string[]
  readonly offline_scopes?: readonly string[]
  readonly authorization_params?: Texts
  readonly token_params?: Texts
  readonly device_params?: Texts
  readonly client_auth?: readonly string[]
  readonly client_assertion?: { readonly audience?: string | undefined; readonly issuer?: string | undefined }
  readonly pkce?: 'S256' | 'S256-hex' | 'plain' | 'opt-in' | 'off'
  readonly refresh?: { readonly send_scope?: boolean; readonly supported?: boolean }
  readonly redirect_uri?: { readonly sent_as?: string }
  readonly authorization_request?: {
    readonly parameter_names?: Names
    readonly fragment?: string
    readonly literal_scope_separator?: boolean
    readonly second_scope_param?: string
    readonly nonce?: 'always' | 'never'
  }
  readonly callback?: {
    readonly parameter_names?: Texts
    readonly metadata?: readonly string[]
    readonly repeated?: readonly string[]
    readonly decode_code?: boolean
    readonly state_in_redirect_uri?: boolean
    readonly declined?: readonly string[]
    readonly endpoints?: {
      readonly parameter: string
      readonly token_endpoint: string
      readonly refresh_endpoint?: string
    }
  }
  readonly token_request?: RequestHabits
  readonly refresh_request?: RequestHabits
  readonly client_credentials?: RequestHabits
  readonly device?: {
    readonly grant_type?: string
    readonly code_parameter?: string
    readonly send_user_code?: boolean
    readonly code_field?: string
  }
  readonly token_answer?: AnswerShape
  readonly long_lived?: {
    readonly endpoint: string
    readonly method?: 'POST' | 'GET'
    readonly grant_type: string
    readonly token_parameter: string
  }
  readonly follow_up?: readonly { readonly url: string; readonly authentication?: 'bearer' | 'none' }[]
  readonly revocation?: {
    readonly endpoint: string
    readonly method?: 'GET' | 'POST' | 'DELETE'
    readonly authentication?: 'client' | 'basic' | 'post' | 'bearer' | 'none'
    readonly headers?: Texts
    readonly format?: 'form' | 'json'
    readonly params?: Texts
  }
  readonly api?: {
    readonly scheme?: string
    readonly header?: string
    readonly query_parameter?: string
    readonly headers?: Texts
  }
  readonly deviations?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** What no definition needs to say, because every client has to cope with it. */
  readonly habits?: Habits
}

/** A refusal in the provider's own words. */
export interface Refusal {
  /** Regular expression that is looked for in the sandbox's own words: `error: description`. */
  readonly when: string
  readonly status?: number
  /** The fields of the answer; of a redirect, its parameters. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** What a provider does beside what a definition says. */
export interface Habits {
  /** How token answers are written. Default JSON. */
  readonly answer?: 'json' | 'form' | 'jsonp' | 'xml'
  /** HTTP status of a token answer. Default 200. */
  readonly status?: number
  /** Sent as a list, or with this between the scopes. */
  readonly scope_as?: 'list' | string
  /** Further parameters of the redirect to the client. */
  readonly callback?: Texts
  /** What answers tell beside the tokens, by path. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Told by the addresses that are looked up after consent. */
  readonly look_up?: unknown
  /** Request headers without which the token endpoint refuses. A value is a regular expression. */
  readonly needs_headers?: Texts
  /** Parameters without which the authorization endpoint refuses. A value is a regular expression. */
  readonly needs_params?: Texts
  /** A parameter that is there but empty is refused. */
  readonly refuses_empty?: boolean
  /** The word for a person who said no. */
  readonly denial?: string
  /** How refusals are written, the first that fits. */
  readonly refusals?: readonly Refusal[]
  /** The field of token answers that tells for how many seconds the refresh token is still good. */
  readonly refresh_end?: string
  /** A refresh token is given only to requests with this parameter. */
  readonly offline?: Texts
}
