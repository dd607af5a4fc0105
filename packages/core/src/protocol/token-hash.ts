import type { Client } from '../client/client.ts'
import { base64url } from '../client/pem.ts'
import { OAuthError } from '../errors.ts'
import { claimsOf, headerOf } from './id-token-claims.ts'

/**
 * Checks that an id_token was made for this access token (`at_hash`) or this code (`c_hash`): OpenID Connect Core
 * §3.1.3.6, §3.3.2.11. A token that does not say is refused only when it is `required`. Throws `ID_TOKEN_INVALID`.
 */
export async function assertTokenHash(
  client: Client,
  id_token: string,
  claim: 'at_hash' | 'c_hash',
  value: string,
  required = false,
): Promise<void> {
  const said = claimsOf(id_token)[claim]
  if (said === undefined && !required) return
  // The hash is the one of the signature; EdDSA has SHA-512 inside.
  const bits = /(?:256|384|512)$/.exec(String(headerOf(id_token)['alg']))?.[0] ?? '512'
  const digest = new Uint8Array(await crypto.subtle.digest(`SHA-${bits}`, new TextEncoder().encode(value)))
  if (said === base64url(digest.subarray(0, digest.length / 2))) return
  const what = claim === 'at_hash' ? 'access token' : 'code'
  const message = `The id_token of ${client.provider.name} was made for another ${what} (${claim}).`
  throw new OAuthError('ID_TOKEN_INVALID', message, { provider: client.provider.id })
}
