import * as oauth from 'oauth4webapi'
import { lifetime } from '../answer/lifetime.ts'
import { at } from '../answer/path.ts'
import { refusal, text } from '../answer/refusal.ts'
import type { Client } from '../client/client.ts'
import { exchange } from '../http/exchange.ts'
import { assertSecureUrl } from '../http/secure-url.ts'
import { scopeNames } from '../protocol/scope.ts'
import { askToken } from '../protocol/token-request.ts'
import { quietly } from '../redacted.ts'
import { type AwaitOptions, assertBegunBy, awaitConsent, intervalOf } from './await-consent.ts'
import type { Grant } from './grant.ts'

/** The grant type of RFC 8628 §3.4. */
const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'

/** What {@link beginDeviceAuthorization} needs. */
export interface DeviceOptions {
  /** Id of the grant that the consent is for: an existing one is renewed in place. */
  readonly grant: string
  /** Scopes to ask for beside the provider's default ones. */
  readonly scope?: string | readonly string[] | undefined
  /** Resource indicator (RFC 8707). */
  readonly resource?: string | undefined
  /** Extra parameters of the device authorization request. */
  readonly params?: Readonly<Record<string, string>> | undefined
}

/**
 * A device authorization that has begun (RFC 8628 §3.2): show the person `verification_uri` and `user_code`, and name
 * your program beside it, so that nobody consents to a code that a stranger sent (§5.4). JSON-safe. The device code in
 * it is a secret.
 */
export interface DeviceAuthorization {
  readonly device_code: string
  readonly user_code: string
  readonly verification_uri: string
  /** The same address with the code in it, for a QR code. */
  readonly verification_uri_complete?: string
  /** Seconds between two requests. */
  readonly interval: number
  readonly provider: string
  readonly client_id: string
  readonly grant: string
  readonly scope?: string
  readonly resource?: string
  /** Epoch seconds. */
  readonly created_at: number
  readonly expires_at: number
}

/** What {@link pollDeviceAuthorization} needs. */
export interface DevicePollOptions extends AwaitOptions<DeviceAuthorization> {}

/**
 * Begins a device authorization (RFC 8628 §3.1), for programs without a browser of their own. One request; nothing is
 * stored. Throws `MISSING_ENDPOINT`, and what a token request throws.
 *
 * @example
 * ```ts
 * import { beginDeviceAuthorization, type Client, type GrantStore, pollDeviceAuthorization } from '@evergrant/core'
 *
 * async function login(client: Client, store: GrantStore): Promise<void> {
 *   const pending = await beginDeviceAuthorization(client, { grant: 'alice', scope: 'mail.read' })
 *   console.log(`Open ${pending.verification_uri} and enter ${pending.user_code}`)
 *   await pollDeviceAuthorization(client, { pending, store })
 * }
 * ```
 */
export async function beginDeviceAuthorization(client: Client, options: DeviceOptions): Promise<DeviceAuthorization> {
  const { provider, http, registration } = client
  const as = await client.metadata()
  const names = [...(provider.default_scopes ?? []), ...scopeNames(options.scope), ...(provider.offline_scopes ?? [])]
  const scope = scopeNames(names)
  const parameters = new URLSearchParams({ ...provider.device_params, ...options.params })
  if (scope.length > 0) parameters.set('scope', scope.join(provider.scope_separator ?? ' '))
  if (options.resource !== undefined) parameters.set('resource', options.resource)
  const now = http.clock.now()
  const body = await exchange(client, (request, { apply }) =>
    oauth.deviceAuthorizationRequest(as, registration, apply, parameters, request),
  )
  const { fields } = body
  const device_code = text(at(fields, provider.device?.code_field ?? 'device_code'))
  const user_code = text(fields?.['user_code'])
  // The drafts of RFC 8628 said `verification_url`, and some still do.
  const address = text(fields?.['verification_uri']) ?? text(fields?.['verification_url'])
  if (fields === undefined || device_code === undefined || user_code === undefined || address === undefined)
    throw refusal(body, provider)
  const complete = text(fields['verification_uri_complete']) ?? text(fields['verification_url_complete'])
  for (const one of [address, complete])
    if (one !== undefined) assertSecureUrl(one, `${provider.name}: verification_uri`)
  return quietly<DeviceAuthorization>({
    device_code,
    user_code,
    verification_uri: address,
    ...(complete === undefined ? {} : { verification_uri_complete: complete }),
    interval: intervalOf(fields['interval']),
    provider: provider.id,
    client_id: client.client_id,
    grant: options.grant,
    ...(scope.length > 0 ? { scope: scope.join(' ') } : {}),
    ...(options.resource === undefined ? {} : { resource: options.resource }),
    created_at: now,
    expires_at: now + (lifetime(fields, now) ?? 900),
  })
}

/**
 * Waits until the person has answered, then writes the grant as `finishAuthorization` does. Goes on through `slow_down`
 * and through times when the provider cannot be reached. When this rejects, nothing stored has changed.
 *
 * Throws `ACCESS_DENIED`, `AUTHORIZATION_EXPIRED`, `ABORTED`, `CODE_REFUSED`, `ID_TOKEN_INVALID`, `WRONG_ACCOUNT`, and
 * what a token request throws that will not pass.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8628#section-3.4
 */
export async function pollDeviceAuthorization(client: Client, options: DevicePollOptions): Promise<Grant> {
  const { pending, signal } = options
  assertBegunBy(client, pending, 'device authorization')
  const as = await client.metadata(signal)
  const { device_code, user_code, resource } = pending
  const { grant_type = DEVICE_CODE, code_parameter = 'device_code', send_user_code } = client.provider.device ?? {}
  const parameters = { [code_parameter]: device_code, user_code: send_user_code === true ? user_code : undefined }
  return awaitConsent(client, options, (key) => askToken(client, as, { grant_type, parameters, resource }, key))
}
