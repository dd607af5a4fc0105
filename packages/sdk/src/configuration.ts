import type { Clock, Http, HttpHooks } from '@evergrant/core'
import type { Requirement } from '@evergrant/core/api'
import type { Credentials } from './auth/credentials.ts'
import type { ApiDescription } from './description/api-description.ts'

/** Credentials by the name of the scheme; absent or `undefined`: not configured. */
export type Auth = Readonly<Record<string, Credentials | undefined>>

/** How a client behaves, whatever API it calls. */
export interface Configuration<A = Auth> {
  readonly auth?: A | undefined
  /** Which of the document's servers: a name, or an index. Default: the first, and what operations name themselves. */
  readonly server?: string | number | undefined
  /** Values for the variables of the server's address. */
  readonly variables?: Readonly<Record<string, string>> | undefined
  /** An address instead of the document's servers. */
  readonly baseUrl?: string | undefined
  /** What every call needs, instead of what the document says; `false`: nothing. */
  readonly security?: Requirement | false | undefined
  /** Makes the requests to the API and for tokens. Default: the global `fetch`. */
  readonly fetch?: typeof fetch | undefined
  /** Settings of the token requests. */
  readonly http?: Partial<Http> | undefined
  /** Retries of requests that are safe to repeat. Default 0. */
  readonly retries?: number | undefined
  /** Seconds for one attempt. Default: no limit. */
  readonly timeout?: number | undefined
  /** Headers of every request that has none of that name. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Told about every request and every retry, before credentials are attached. */
  readonly hooks?: HttpHooks | undefined
  /** Default: the machine's. */
  readonly clock?: Clock | undefined
}

/** What a client is made of: the API, and its configuration. */
export interface ClientOptions<A = Auth> extends Configuration<A> {
  /** A parsed OpenAPI 3.0, 3.1 or 3.2 document. */
  readonly openapi?: unknown
  /** What `describeApi` made of one; generated code carries it. */
  readonly api?: ApiDescription | undefined
}
