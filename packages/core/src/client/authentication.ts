import type * as oauth from 'oauth4webapi'
import { OAuthError } from '../errors.ts'
import type { ClientAuthMethod, ProviderDefinition } from '../provider/definition.ts'
import { Redacted } from '../redacted.ts'
import type { Attempts } from './attempts.ts'

/** How a client proves who it is at the token endpoint (RFC 6749 §2.3). A value, made by one of the functions below. */
export interface ClientAuthentication {
  readonly method: ClientAuthMethod
  /** The secret, for scrubbing it from errors; undefined for public clients. */
  readonly secret: Redacted | undefined
  readonly apply: oauth.ClientAuth
  /** Of a client that has more than one proof. */
  readonly attempts?: Attempts
}

/** HTTP Basic with the form-encoded client id and secret (RFC 6749 §2.3.1). */
export function ClientSecretBasic(secret: string): ClientAuthentication {
  return {
    method: 'client_secret_basic',
    secret: new Redacted(secret),
    apply: (_as, { client_id }, _body, headers) => basic(headers, formEncoded(client_id), formEncoded(secret)),
  }
}

/** Client id and secret in the request body (RFC 6749 §2.3.1). */
export function ClientSecretPost(secret: string): ClientAuthentication {
  return {
    method: 'client_secret_post',
    secret: new Redacted(secret),
    apply(_as, { client_id }, body) {
      body.set('client_id', client_id)
      body.set('client_secret', secret)
    },
  }
}

/** A public client: only its client id is sent (RFC 6749 §2.1). */
export function None(): ClientAuthentication {
  return { method: 'none', secret: undefined, apply: (_as, { client_id }, body) => body.set('client_id', client_id) }
}

/**
 * HTTP Basic with client id and secret as they are, without the form-encoding of RFC 6749 §2.3.1: for providers that
 * do not decode it. Other characters than ASCII go as UTF-8 (RFC 7617 §2.1).
 */
export function ClientSecretBasicRaw(secret: string): ClientAuthentication {
  return {
    method: 'client_secret_basic_raw',
    secret: new Redacted(secret),
    apply: (_as, { client_id }, _body, headers) => basic(headers, client_id, secret),
  }
}

/** Basic with the secret as user name and nothing else, for providers that know the client by its secret. */
export function ClientSecretUsername(secret: string): ClientAuthentication {
  return {
    method: 'client_secret_username',
    secret: new Redacted(secret),
    apply: (_as, _client, _body, headers) => basic(headers, secret, ''),
  }
}

/** A public client of a provider that wants Basic from everybody: its id, and an empty password. */
export function NoneBasic(): ClientAuthentication {
  return {
    method: 'none_basic',
    secret: undefined,
    apply: (_as, { client_id }, _body, headers) => basic(headers, formEncoded(client_id), ''),
  }
}

function basic(headers: Headers, user: string, password: string): void {
  const bytes = new TextEncoder().encode(`${user}:${password}`)
  headers.set('authorization', `Basic ${btoa(String.fromCharCode(...bytes))}`)
}

/** As RFC 6749 appendix B says; what it leaves open is encoded too, because every server decodes that. */
function formEncoded(text: string): string {
  return encodeURIComponent(text)
    .replace(/[-_.!~*'()]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}

/** The methods that need nothing but a secret: what {@link secretAuthentication} makes by name. */
const BY_SECRET: Partial<Record<ClientAuthMethod, (secret: string) => ClientAuthentication>> = {
  client_secret_basic: ClientSecretBasic,
  client_secret_basic_raw: ClientSecretBasicRaw,
  client_secret_post: ClientSecretPost,
  client_secret_username: ClientSecretUsername,
}

/** The methods of public clients. */
const WITHOUT_SECRET: Partial<Record<ClientAuthMethod, () => ClientAuthentication>> = {
  none: None,
  none_basic: NoneBasic,
}

/**
 * Chooses among the methods that need nothing but a secret: the given one, else the provider's default, else post with
 * a secret and none without one. The others, which bring code for keys and signatures, are chosen by
 * `clientAuthentication`, or made by their own functions.
 *
 * Throws `SECRET_FOR_PUBLIC_CLIENT` when a secret comes with `none`, `MISSING_CLIENT_SECRET` when a method that needs
 * one comes without, and `NOT_SUPPORTED` for a method that needs a key.
 */
export function secretAuthentication(
  provider: Pick<ProviderDefinition, 'id' | 'name' | 'client_auth'>,
  secret?: string,
  method?: ClientAuthMethod,
): ClientAuthentication {
  const about = { provider: provider.id }
  const bySecret = provider.client_auth?.find((known) => known in BY_SECRET)
  const isPublic = provider.client_auth?.find((known) => known in WITHOUT_SECRET)
  const usual = secret ? bySecret : (isPublic ?? provider.client_auth?.[0])
  const chosen = method ?? usual ?? (secret ? 'client_secret_post' : 'none')
  const publicly = WITHOUT_SECRET[chosen]
  if (publicly !== undefined) {
    if (!secret) return publicly()
    const message = `A public client of ${provider.name} has no client secret, but one was given. ${provider.name} would refuse it.`
    throw new OAuthError('SECRET_FOR_PUBLIC_CLIENT', message, about)
  }
  const make = BY_SECRET[chosen]
  if (make !== undefined && secret) return make(secret)
  if (make !== undefined || chosen === 'client_secret_jwt')
    throw new OAuthError('MISSING_CLIENT_SECRET', `${provider.name} needs a client secret for ${chosen}.`, about)
  const message = `${provider.name}: give the client authentication ${chosen} as a value, made by the function of that name.`
  throw new OAuthError('NOT_SUPPORTED', message, about)
}
