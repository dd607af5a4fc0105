import * as oauth from 'oauth4webapi'
import { parseFields } from '../answer/answer-body.ts'
import { refusal, text } from '../answer/refusal.ts'
import { None } from '../client/authentication.ts'
import type { Client } from '../client/client.ts'
import { openedKey } from '../client/dpop-key.ts'
import { isOAuthError, OAuthError } from '../errors.ts'
import type { AccessToken } from '../grant/access-token.ts'
import { apiFetch } from '../http/api-middleware.ts'
import { cannotProve, isBound } from '../http/bound-token.ts'
import { exchange } from '../http/exchange.ts'
import { decrypted } from './decrypted.ts'
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
 * Who the person is, from the provider's userinfo endpoint (OpenID Connect Core §5.3). `token`: as a source hands it
 * out; a bound one goes with a proof of its key (RFC 9449), and a plain text goes as a bearer token. `subject`: the `sub`
 * of the verified id_token, which the answer must repeat; without one, the answer says only whom the token belongs to. A
 * signed answer is verified with the provider's keys, an encrypted one is decrypted first.
 *
 * Throws `MISSING_ENDPOINT`, `NOT_SUPPORTED` for a bound token without its key, `WRONG_ACCOUNT` for another person's claims, `ID_TOKEN_INVALID` for a signed answer that
 * does not verify, and what a token request throws.
 */
export async function userInfo(client: Client, token: AccessToken | string, subject?: string): Promise<UserInfo> {
  const { provider, registration } = client
  const { access_token, dpop_key } = typeof token === 'string' ? { access_token: token } : token
  if (typeof token !== 'string' && dpop_key === undefined && isBound(token)) throw cannotProve('Its key is not known.')
  const key = dpop_key === undefined ? undefined : await (client.dpop?.key ?? openedKey)(dpop_key, registration)
  const as = await client.metadata()
  let type = 'application/json'
  // The token proves it, and the client nothing.
  const asked = { ...client, authentication: None(), http: { ...client.http, fetch: apiFetch(client) } }
  const body = await exchange(
    asked,
    async (options) => {
      const ask = (): Promise<Response> => oauth.userInfoRequest(as, registration, access_token, options)
      let response = await ask()
      // RFC 9449 §9: the key has kept the nonce that came with the refusal.
      if (key !== undefined && asksForNonce(response)) {
        await response.body?.cancel()
        response = await ask()
      }
      type = response.headers.get('content-type') ?? type
      return response
    },
    key,
  )
  const signed = body.status === 200 && /^application\/jwt\b/i.test(type)
  const claims = signed ? await opened(client, as, body.text) : body.fields
  const sub = text(claims?.['sub'])
  if (body.status !== 200 || claims === undefined || sub === undefined) throw refusal(body, provider)
  if (subject !== undefined && sub !== subject) {
    const message = `${provider.name} answered with the claims of ${sub}, not of ${subject} (OpenID Connect Core §5.3.2).`
    throw new OAuthError('WRONG_ACCOUNT', message, { provider: provider.id })
  }
  return { ...claims, sub }
}

function asksForNonce({ status, headers }: Response): boolean {
  return status === 401 && /\berror="?use_dpop_nonce\b/i.test(headers.get('www-authenticate') ?? '')
}

/** Signed, encrypted, or both (OpenID Connect Core §5.3.2); what was only encrypted is plain claims inside. */
async function opened(client: Client, as: oauth.AuthorizationServer, jwt: string): Promise<Record<string, unknown>> {
  const inside = await decrypted(client, jwt, 'userinfo')
  if (inside === jwt || !inside.trimStart().startsWith('{')) return verified(client, as, inside)
  return parseFields(inside) ?? {}
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
