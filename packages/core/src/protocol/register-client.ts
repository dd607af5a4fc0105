import * as oauth from 'oauth4webapi'
import type { AnswerBody } from '../answer/answer-body.ts'
import { refusal, text } from '../answer/refusal.ts'
import { None } from '../client/authentication.ts'
import { exchange } from '../http/exchange.ts'
import { type Http, http } from '../http/http.ts'
import type { Provider } from '../provider/resolve.ts'
import { quietly } from '../redacted.ts'
import { discover } from './discovery.ts'

/** What a client says about itself (RFC 7591 §2). */
export interface ClientMetadata {
  readonly client_name?: string
  readonly redirect_uris?: readonly string[]
  readonly grant_types?: readonly string[]
  readonly response_types?: readonly string[]
  readonly token_endpoint_auth_method?: string
  readonly scope?: string
  readonly [field: string]: unknown
}

/** A registration as the provider made it (RFC 7591 §3.2.1). JSON-safe; prints without its secrets. */
export interface RegisteredClient {
  readonly client_id: string
  readonly client_secret?: string
  /** Epoch seconds; 0: never. */
  readonly client_secret_expires_at?: number
  /** For reading and changing the registration (RFC 7592). */
  readonly registration_access_token?: string
  readonly registration_client_uri?: string
  /** What the provider registered; it may differ from what was asked for. */
  readonly raw: Readonly<Record<string, unknown>>
}

/** What {@link registerClient} needs. */
export interface RegistrationOptions {
  /** A token that allows registering, when the provider wants one. */
  readonly initial_access_token?: string | undefined
  readonly http?: Partial<Http> | undefined
}

/**
 * Registers a client at a provider that lets programs do so (RFC 7591). Keep the answer: a client secret is told once.
 * Throws `MISSING_ENDPOINT`, and what a token request throws; the provider's `error` says what it did not accept.
 *
 * @example
 * ```ts
 * import { defineClient, type Provider, registerClient } from '@evergrant/core'
 *
 * async function registered(provider: Provider, redirect_uri: string) {
 *   const { client_id, client_secret } = await registerClient(provider, { redirect_uris: [redirect_uri] })
 *   return defineClient({ provider, client_id, client_secret, redirect_uris: [redirect_uri] })
 * }
 * ```
 */
export async function registerClient(
  provider: Provider,
  metadata: ClientMetadata,
  options: RegistrationOptions = {},
): Promise<RegisteredClient> {
  const transport = http(options.http)
  const as = await discover(provider, transport)
  const { initial_access_token } = options
  const body = await exchange({ provider, http: transport, authentication: None() }, (request) =>
    oauth.dynamicClientRegistrationRequest(
      as,
      metadata as Partial<oauth.OmitSymbolProperties<oauth.Client>>,
      {
        ...request,
        ...(initial_access_token === undefined ? {} : { initialAccessToken: initial_access_token }),
      } as oauth.DynamicClientRegistrationRequestOptions,
    ),
  )
  return registrationOf(body, provider)
}

/** What the provider says of a registration (RFC 7591 §3.2.1). Throws what the answer refuses with. */
export function registrationOf(body: AnswerBody, provider: Provider): RegisteredClient {
  const { fields } = body
  const client_id = text(fields?.['client_id'])
  if (body.status > 299 || fields === undefined || client_id === undefined) throw refusal(body, provider)
  const words = ['client_secret', 'registration_access_token', 'registration_client_uri'] as const
  const told = words.flatMap((name) => (text(fields[name]) === undefined ? [] : [[name, fields[name]]]))
  const { client_secret_expires_at } = fields
  return quietly<RegisteredClient>({
    client_id,
    ...(Object.fromEntries(told) as Record<string, string>),
    ...(typeof client_secret_expires_at === 'number' ? { client_secret_expires_at } : {}),
    raw: fields,
  })
}
