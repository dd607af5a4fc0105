import * as oauth from 'oauth4webapi'
import { lifetime } from '../answer/lifetime.ts'
import { refusal, text } from '../answer/refusal.ts'
import type { Client } from '../client/client.ts'
import { OAuthError } from '../errors.ts'
import { exchange } from '../http/exchange.ts'
import { scopeNames } from '../protocol/scope.ts'
import { quietly } from '../redacted.ts'
import { type AwaitOptions, assertBegunBy, awaitConsent, intervalOf } from './await-consent.ts'
import type { Grant } from './grant.ts'

/** What {@link beginBackchannelAuthentication} needs: exactly one hint says whom to ask. */
export interface BackchannelOptions {
  /** Id of the grant that the consent is for. */
  readonly grant: string
  readonly login_hint?: string | undefined
  readonly login_hint_token?: string | undefined
  readonly id_token_hint?: string | undefined
  /** Shown on both devices, so that the person sees that they belong together. */
  readonly binding_message?: string | undefined
  readonly scope?: string | readonly string[] | undefined
  /**
   * Asks the provider to say when the person has answered (ping mode, for clients registered so): it sends this to the
   * client's notification endpoint, see `backchannelPing`. Unguessable, 1024 characters at most; a secret.
   */
  readonly client_notification_token?: string | undefined
  /** Extra parameters of the request, such as `user_code` and `requested_expiry`. */
  readonly params?: Readonly<Record<string, string>> | undefined
}

/** A backchannel authentication that has begun. JSON-safe; `auth_req_id` is a secret. */
export interface BackchannelAuthentication {
  readonly auth_req_id: string
  readonly interval: number
  readonly provider: string
  readonly client_id: string
  readonly grant: string
  readonly scope?: string
  /** With ping mode: what the provider's ping must bring. */
  readonly client_notification_token?: string
  /** Epoch seconds. */
  readonly created_at: number
  readonly expires_at: number
}

/** What {@link pollBackchannelAuthentication} needs. */
export interface BackchannelPollOptions extends AwaitOptions<BackchannelAuthentication> {}

/**
 * Asks a person on their own device, without a browser here (OpenID Connect CIBA §7, poll and ping mode). One request; nothing
 * is stored. Throws `MISSING_ENDPOINT`, `INVALID_ARGUMENT` without exactly one hint, and what a token request throws.
 */
export async function beginBackchannelAuthentication(
  client: Client,
  options: BackchannelOptions,
): Promise<BackchannelAuthentication> {
  const { provider, http, registration } = client
  const { login_hint, login_hint_token, id_token_hint, binding_message, client_notification_token } = options
  const hints = Object.entries({ login_hint, login_hint_token, id_token_hint }).filter(([, hint]) => hint !== undefined)
  if (hints.length !== 1) {
    const message = `Exactly one of login_hint, login_hint_token and id_token_hint must be given; ${hints.length} were.`
    throw new OAuthError('INVALID_ARGUMENT', message, { provider: provider.id })
  }
  const as = await client.metadata()
  const scope = scopeNames(['openid', ...(provider.default_scopes ?? []), ...scopeNames(options.scope)])
  const parameters = new URLSearchParams({ ...options.params, scope: scope.join(' ') })
  for (const [name, hint] of hints) parameters.set(name, hint ?? '')
  if (binding_message !== undefined) parameters.set('binding_message', binding_message)
  if (client_notification_token !== undefined) parameters.set('client_notification_token', client_notification_token)
  const now = http.clock.now()
  const body = await exchange(client, (request, { apply }) =>
    oauth.backchannelAuthenticationRequest(as, registration, apply, parameters, request),
  )
  const auth_req_id = text(body.fields?.['auth_req_id'])
  if (body.fields === undefined || auth_req_id === undefined) throw refusal(body, provider)
  return quietly<BackchannelAuthentication>({
    auth_req_id,
    interval: intervalOf(body.fields['interval']),
    provider: provider.id,
    client_id: client.client_id,
    grant: options.grant,
    scope: scope.join(' '),
    ...(client_notification_token === undefined ? {} : { client_notification_token }),
    created_at: now,
    expires_at: now + (lifetime(body.fields, now) ?? 120),
  })
}

/**
 * Waits until the person has answered, then writes the grant; as `pollDeviceAuthorization`, with the same errors.
 *
 * @see https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#rfc.section.10.1
 */
export async function pollBackchannelAuthentication(client: Client, options: BackchannelPollOptions): Promise<Grant> {
  const { pending, signal } = options
  const { provider, registration } = client
  assertBegunBy(client, pending, 'authentication')
  const as = await client.metadata(signal)
  const additionalParameters = { ...provider.token_params }
  return awaitConsent(client, options, (key) =>
    exchange(
      client,
      (request, { apply }) =>
        oauth.backchannelAuthenticationGrantRequest(as, registration, apply, pending.auth_req_id, {
          ...request,
          additionalParameters,
        }),
      key,
    ),
  )
}
