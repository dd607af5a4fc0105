import * as oauth from 'oauth4webapi'
import type { TokenAnswer } from '../answer/token-answer.ts'
import type { Client } from '../client/client.ts'
import { OAuthError } from '../errors.ts'
import { verifyIdToken } from '../protocol/id-token.ts'
import { exactIssuer } from '../provider/issuer.ts'
import { callbackParameters } from './callback.ts'
import { checkedCallback } from './callback-checks.ts'
import { concludeConsent, redeemCode } from './conclude-consent.ts'
import type { Grant } from './grant.ts'
import type { PendingAuthorization, PendingStore } from './pending-authorization.ts'
import type { ConsentTarget } from './record-consent.ts'
import { openedResponse } from './signed-response.ts'

/** What {@link finishAuthorization} needs. */
export interface CallbackOptions extends ConsentTarget {
  /** The callback as it came: a URL, its query, a form body, or the text that a person pasted. */
  readonly callback: string | URL | URLSearchParams
  /**
   * What {@link beginAuthorization} returned, or the store it was put in. It works once: a store gives it out once to all
   * processes, and the client of this process remembers one that is handed in directly, or a copy of it. Another process
   * that has a copy too must be kept from it by you: a code that comes twice makes the provider end the grant.
   */
  readonly pending: PendingAuthorization | PendingStore
}

/**
 * Finishes an authorization: checks state, `iss` (RFC 9207) and age, redeems the code once, verifies the id_token,
 * and writes the grant. When this resolves, the grant is stored; when it rejects, whatever was stored before is
 * unchanged. An existing grant keeps its id, and its refresh token if the provider gave no new one to the same
 * subject.
 *
 * Throws `CALLBACK_INVALID`, `AUTHORIZATION_NOT_FOUND`, `AUTHORIZATION_EXPIRED`, `STATE_MISMATCH`, `ISSUER_MISMATCH`,
 * `ACCESS_DENIED`, `AUTHORIZATION_REFUSED`, `CODE_REFUSED`, `ID_TOKEN_INVALID`, `WRONG_ACCOUNT`, and what a token
 * request throws.
 */
export async function finishAuthorization(client: Client, options: CallbackOptions): Promise<Grant> {
  const { callback: rules = {}, hooks = [] } = client.provider
  const received = callbackParameters(options.callback, ['code', 'response'], rules.parameter_names)
  const signed = received.has('response')
  const parameters = signed ? await openedResponse(client, received) : received
  const asItCame = hooks.length === 0 ? parameters : new URLSearchParams(parameters)
  // A name that was given for another is not part of what the provider sent, and may have signed.
  if (asItCame !== parameters)
    for (const [name, arrived] of Object.entries(rules.parameter_names ?? {}))
      if (name !== arrived) asItCame.delete(name)
  const { pending, as } = await checkedCallback(client, parameters, options.pending)
  if (!signed && pending.response_mode?.endsWith('jwt')) {
    const message = `${client.provider.name} was asked for a signed answer, but this callback is not signed.`
    throw new OAuthError('CALLBACK_INVALID', message, { provider: client.provider.id, grant: pending.grant })
  }
  for (const hook of hooks) await hook.callback?.(asItCame, client)
  const metadata = keptParameters(client, parameters, pending)
  const sent = client.http.clock.now()
  const answer = await redeem(client, as, parameters, pending, metadata)
  const subject = await verifyIdToken(client, answer, {
    nonce: pending.nonce,
    code: parameters.get('code') ?? undefined,
  })
  return concludeConsent(client, options, pending, { answer, subject, sent, metadata })
}

/** What the definition says is to be kept of a callback, and what later requests repeat. */
function keptParameters(
  { provider }: Client,
  parameters: URLSearchParams,
  { redirect_uri }: PendingAuthorization,
): Readonly<Record<string, unknown>> | undefined {
  const { metadata = [], repeated = [], endpoints } = provider.callback ?? {}
  const names = [...metadata, ...repeated, ...(endpoints === undefined ? [] : [endpoints.parameter])]
  const kept: Record<string, unknown> = provider.refresh_request?.redirect_uri ? { redirect_uri } : {}
  for (const name of names) if (parameters.has(name)) kept[name] = parameters.get(name)
  return Object.keys(kept).length === 0 ? undefined : kept
}

async function redeem(
  client: Client,
  as: oauth.AuthorizationServer,
  parameters: URLSearchParams,
  pending: PendingAuthorization,
  metadata: Readonly<Record<string, unknown>> | undefined,
): Promise<TokenAnswer> {
  const { provider } = client
  const inexact = exactIssuer(provider) === undefined
  const known = inexact ? { ...as, authorization_response_iss_parameter_supported: false } : as
  // Where one comes beside the code it is not used: the id_token of the token endpoint counts.
  if (provider.authorization_params?.['response_type']?.includes('id_token')) parameters.delete('id_token')
  const validated = validatedResponse(known, client, parameters, pending)
  const [code, ...more] = validated.getAll('code')
  if (!code || more.length > 0) {
    const message = code
      ? `The callback of ${provider.name} cannot be used: it holds several codes.`
      : `The callback of ${provider.name} cannot be used: it holds no code.`
    throw new OAuthError('CALLBACK_INVALID', message, { provider: provider.id, grant: pending.grant })
  }
  if (!client.redeemed.take(pending, client.http.clock.now())) {
    const message = 'This authorization was finished already; its code is not sent a second time.'
    throw new OAuthError('AUTHORIZATION_NOT_FOUND', message, { provider: provider.id, grant: pending.grant })
  }
  try {
    return await redeemCode(client, {
      ...pending,
      code: provider.callback?.decode_code ? decoded(code) : code,
      metadata,
    })
  } catch (error) {
    // A code that the provider has not seen, or has not taken, may be sent again.
    const untaken = error instanceof OAuthError && error.code !== 'CODE_REFUSED' && error.outcome === 'refused'
    const unseen = error instanceof OAuthError && error.outcome === 'not_sent'
    if (provider.long_lived === undefined && (untaken || unseen)) client.redeemed.free(pending)
    throw error
  }
}

/** Decoded once more; as it is when it turns out not to be encoded. */
function decoded(code: string): string {
  try {
    return decodeURIComponent(code)
  } catch {
    return code
  }
}

/** The response as the protocol layer accepts it. Its own errors hold the parameters, and with them the code. */
function validatedResponse(
  as: oauth.AuthorizationServer,
  { registration, provider }: Client,
  parameters: URLSearchParams,
  pending: PendingAuthorization,
): URLSearchParams {
  try {
    return oauth.validateAuthResponse(as, registration, parameters, pending.state)
  } catch (error) {
    const message = `The callback of ${provider.name} cannot be used: ${error instanceof Error ? error.message : error}.`
    throw new OAuthError('CALLBACK_INVALID', message, { provider: provider.id, grant: pending.grant })
  }
}
