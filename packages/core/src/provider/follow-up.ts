import type { Path } from './answer-rules.ts'

/** A request after consent that finds what the token answer does not tell: tenant, account, base address. */
export interface Lookup {
  /** Asked by GET; `{token}` is filled in. */
  readonly url: string
  /** `bearer` (default): the access token goes as in other API requests. `none`: it stands in the address. */
  readonly authentication?: 'bearer' | 'none'
  readonly headers?: Readonly<Record<string, string>>
  /** Names in the grant's `metadata` to places in the answer. */
  readonly gives: Readonly<Record<string, Path>>
}

/** The step after the code: the token that came lives for hours and is exchanged for one that lives for weeks. */
export interface LongLivedExchange {
  readonly endpoint: string
  readonly method?: 'POST' | 'GET'
  readonly grant_type: string
  /** Under which name the short-lived token is sent. */
  readonly token_parameter: string
  readonly params?: Readonly<Record<string, string>>
}

/** How a token is ended where it is not RFC 7009. */
export interface RevocationRules {
  /** `{token}` and `{client_id}` are filled in. */
  readonly endpoint: string
  /** Default POST. */
  readonly method?: 'GET' | 'POST' | 'DELETE'
  /** Which token the provider takes. Default: any. */
  readonly token?: 'access_token' | 'refresh_token'
  /** `client` (default): as at the token endpoint. `basic`, `post`: so, whatever is usual. `bearer`: by the token. */
  readonly authentication?: 'client' | 'basic' | 'post' | 'bearer' | 'none'
  /** `{token}`, `{client_id}` and `{client_secret}` are filled in. */
  readonly headers?: Readonly<Record<string, string>>
  /** How `params` go. Default form; without `params` there is no body. */
  readonly format?: 'form' | 'json'
  /** `{token}`, `{client_id}` and the names of the grant's `metadata` are filled in. */
  readonly params?: Readonly<Record<string, string>>
}

/** How the provider's APIs want the access token, where it is not `Authorization: Bearer` (RFC 6750 §2.1). */
export interface ApiRules {
  /** Instead of `Bearer`. */
  readonly scheme?: string
  /** Instead of `Authorization`; the token then goes without a scheme, unless one is given. */
  readonly header?: string
  /** In the query, under this name. */
  readonly query_parameter?: string
  /** Headers that every request needs; `{client_id}` is filled in. */
  readonly headers?: Readonly<Record<string, string>>
}
