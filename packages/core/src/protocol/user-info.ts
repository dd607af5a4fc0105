import * as oauth from 'oauth4webapi'
import { refusal, text } from '../answer/refusal.ts'
import type { Client } from '../client/client.ts'
import { isOAuthError, OAuthError } from '../errors.ts'
import { apiFetch } from '../http/api-middleware.ts'
import { exchange } from '../http/exchange.ts'
import { withProviderKeys } from './provider-keys.ts'

/** Claims about a person (OpenID Connect Core §5.1), as the provider sent them. */
export interface UserInfo {
  readonly sub: string
  readonly name?: string
  readonly preferred_username?: string
  readonly email?: string
  readonly [claim: string]: unknown
}

/**
 * Who the person is, from the provider's userinfo endpoint (OpenID Connect Core §5.3). `subject`: the `sub` of the
 * verified id_token, which the answer must repeat; without one, the answer says only whom the token belongs to. A
 * signed answer is verified with the provider's keys.
 *
 * Throws `MISSING_ENDPOINT`, `WRONG_ACCOUNT` for another person's claims, `ID_TOKEN_INVALID` for a signed answer that
 * does not verify, and what a token request throws.
 */
export async function userInfo(client: Client, accessToken: string, subject?: string): Promise<UserInfo> {
  const { provider, registration } = client
  const as = await client.metadata()
  let type = 'application/json'
  const asked = { ...client, http: { ...client.http, fetch: apiFetch(client) } }
  const body = await exchange(asked, async (options) => {
    const response = await oauth.userInfoRequest(as, registration, accessToken, options)
    type = response.headers.get('content-type') ?? type
    return response
  })
  const signed = body.status === 200 && /^application\/jwt\b/i.test(type)
  const claims = signed ? await verified(client, as, body.text) : body.fields
  const sub = text(claims?.['sub'])
  if (body.status !== 200 || claims === undefined || sub === undefined) throw refusal(body, provider)
  if (subject !== undefined && sub !== subject) {
    const message = `${provider.name} answered with the claims of ${sub}, not of ${subject} (OpenID Connect Core §5.3.2).`
    throw new OAuthError('WRONG_ACCOUNT', message, { provider: provider.id })
  }
  return { ...claims, sub }
}

async function verified(client: Client, as: oauth.AuthorizationServer, jwt: string): Promise<Record<string, unknown>> {
  const response = new Response(jwt, { headers: { 'content-type': 'application/jwt' } })
  try {
    const claims = await oauth.processUserInfoResponse(as, client.registration, oauth.skipSubjectCheck, response)
    await withProviderKeys(client, as, (from, options) =>
      oauth.validateApplicationLevelSignature(from, response, options),
    )
    return claims
  } catch (error) {
    if (isOAuthError(error)) throw error
    const words = error instanceof Error ? error.message : String(error)
    const message = `The signed userinfo of ${client.provider.name} did not verify: ${words}.`
    throw new OAuthError('ID_TOKEN_INVALID', message, { provider: client.provider.id })
  }
}
