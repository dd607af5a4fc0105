import * as oauth from 'oauth4webapi'
import { refusal } from '../answer/refusal.ts'
import type { Client } from '../client/client.ts'
import { assertGivenHere } from '../grant/given-by.ts'
import type { Grant } from '../grant/grant.ts'
import { exchange } from '../http/exchange.ts'

/**
 * Ends a token at the provider (RFC 7009). A token that the provider does not know counts as ended.
 * Returns false when the provider publishes no revocation endpoint. `of`: the grant that the token is of; if another
 * server gave it than is configured now, nothing is sent: `ISSUER_MISMATCH`.
 */
export async function revokeToken(
  client: Client,
  token: string,
  hint?: 'access_token' | 'refresh_token',
  of?: Grant,
): Promise<boolean> {
  const as = await client.metadata()
  if (of !== undefined) assertGivenHere(of, client, as.token_endpoint)
  if (as.revocation_endpoint === undefined) return false
  const additionalParameters = hint === undefined ? {} : { token_type_hint: hint }
  const body = await exchange(client, (options) =>
    oauth.revocationRequest(as, client.registration, client.authentication.apply, token, {
      ...options,
      additionalParameters,
    }),
  )
  // RFC 7009 §2.2.1: invalid tokens do not cause an error, but some servers answer invalid_token all the same.
  if (body.status < 300 || body.fields?.['error'] === 'invalid_token') return true
  throw refusal(body, client.provider)
}
