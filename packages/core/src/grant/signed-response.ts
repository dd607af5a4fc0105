import * as oauth from 'oauth4webapi'
import type { Client } from '../client/client.ts'
import { isOAuthError, OAuthError } from '../errors.ts'
import { decrypted } from '../protocol/decrypted.ts'
import { withProviderKeys } from '../protocol/provider-keys.ts'

/**
 * The parameters inside a signed authorization response (JARM), after its signature, issuer, audience and end were
 * verified. Throws `CALLBACK_INVALID`, and what an unreachable provider throws.
 *
 * @see https://openid.net/specs/oauth-v2-jarm-final.html#section-2.4
 */
export async function openedResponse(client: Client, parameters: URLSearchParams): Promise<URLSearchParams> {
  const as = await client.metadata()
  const response = await decrypted(client, parameters.get('response') ?? '', 'signed answer')
  parameters.set('response', response)
  try {
    return await withProviderKeys(client, as, (from, options) =>
      oauth.validateJwtAuthResponse(from, client.registration, parameters, oauth.skipStateCheck, options),
    )
  } catch (error) {
    if (isOAuthError(error)) throw error
    // A refused consent is signed too; what it says is verified by then.
    if (error instanceof oauth.AuthorizationResponseError) return error.cause
    const words = error instanceof Error ? error.message : String(error)
    const message = `The signed answer of ${client.provider.name} did not verify: ${words}.`
    throw new OAuthError('CALLBACK_INVALID', message, { provider: client.provider.id })
  }
}
