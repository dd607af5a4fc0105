import * as oauth from 'oauth4webapi'
import { isInvalidGrant } from '../answer/refusal.ts'
import type { TokenAnswer } from '../answer/token-answer.ts'
import type { Client } from '../client/client.ts'
import { isOAuthError, OAuthError } from '../errors.ts'
import { verifyIdToken } from '../protocol/id-token.ts'
import { requestToken } from '../protocol/token-request.ts'
import { callbackParameters } from './callback.ts'
import { checkedCallback } from './callback-checks.ts'
import type { Grant } from './grant.ts'
import type { PendingAuthorization, PendingStore } from './pending-authorization.ts'
import { type ConsentTarget, recordConsent } from './record-consent.ts'
import { openedResponse } from './signed-response.ts'

/** What {@link finishAuthorization} needs. */
export interface CallbackOptions extends ConsentTarget {
  /** The callback as it came: a URL, its query, a form body, or the text that a person pasted. */
  readonly callback: string | URL | URLSearchParams
  /** What {@link beginAuthorization} returned, or the store it was put in. */
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
  const received = callbackParameters(options.callback, ['code', 'response'])
  const signed = received.has('response')
  const parameters = signed ? await openedResponse(client, received) : received
  const { pending, as } = await checkedCallback(client, parameters, options.pending)
  if (!signed && pending.response_mode?.endsWith('jwt')) {
    const message = `${client.provider.name} was asked for a signed answer, but this callback is not signed.`
    throw new OAuthError('CALLBACK_INVALID', message, { provider: client.provider.id, grant: pending.grant })
  }
  const sent = client.http.clock.now()
  const answer = await redeem(client, as, parameters, pending)
  const subject = await verifyIdToken(client, answer, {
    nonce: pending.nonce,
    code: parameters.get('code') ?? undefined,
  })
  return recordConsent(client, options, pending, { answer, subject, sent })
}

async function redeem(
  client: Client,
  as: oauth.AuthorizationServer,
  parameters: URLSearchParams,
  pending: PendingAuthorization,
): Promise<TokenAnswer> {
  const { provider } = client
  const known =
    provider.issuer === undefined || provider.issuer_rule === 'tenant'
      ? { ...as, authorization_response_iss_parameter_supported: false }
      : as
  const validated = validatedResponse(known, client, parameters, pending)
  const [code, ...more] = validated.getAll('code')
  if (!code || more.length > 0) {
    const message = `The callback of ${provider.name} cannot be used: it holds ${code ? 'several codes' : 'no code'}.`
    throw new OAuthError('CALLBACK_INVALID', message, { provider: provider.id, grant: pending.grant })
  }
  try {
    const { redirect_uri, code_verifier, resource } = pending
    const parameters = { code, redirect_uri, code_verifier }
    return await requestToken(client, { grant_type: 'authorization_code', parameters, resource })
  } catch (error) {
    if (!isOAuthError(error)) throw error
    if (!isInvalidGrant(error)) throw error.forGrant(pending.grant)
    const words = error.error_description ?? error.error
    const message = `${provider.name} did not accept the authorization code: ${words}`
    throw new OAuthError('CODE_REFUSED', message, { ...error, cause: error, grant: pending.grant })
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
