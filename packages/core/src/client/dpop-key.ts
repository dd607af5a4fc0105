import * as oauth from 'oauth4webapi'
import type { AnswerBody } from '../answer/answer-body.ts'
import { OAuthError } from '../errors.ts'
import { exchange, type RequestOptions } from '../http/exchange.ts'
import type { ClientAuthentication } from './authentication.ts'
import type { Client } from './client.ts'

/** A key that tokens are bound to, ready to make proofs. Remembers the nonces that servers gave. */
export interface DpopKey {
  /** The private key, as it is stored with the grant. */
  readonly jwk: JsonWebKey
  readonly proofs: oauth.DPoPHandle
  /** A token request with a proof (RFC 9449 §5), once more when the server asks for a nonce. */
  post(client: Client, as: oauth.AuthorizationServer, parameters: URLSearchParams): Promise<AnswerBody>
}

/** A new key for a grant. */
export async function createdKey(alg: string, registration: oauth.Client): Promise<DpopKey> {
  const pair = await oauth.generateKeyPair(alg, { extractable: true })
  const jwk = await crypto.subtle.exportKey('jwk', pair.privateKey)
  return ready(jwk, oauth.DPoP(registration, pair))
}

function ready(jwk: JsonWebKey, proofs: oauth.DPoPHandle): DpopKey {
  return {
    jwk,
    proofs,
    post(client, as, parameters) {
      const { registration } = client
      const type = parameters.get('grant_type') ?? ''
      const send = (options: RequestOptions, { apply }: ClientAuthentication): Promise<Response> =>
        oauth.genericTokenEndpointRequest(as, registration, apply, type, parameters, options)
      return exchange(client, send, { proofs }, true)
    },
  }
}

/** The key of a stored grant. Throws `STORE_CORRUPT`: a grant without its key can only be consented to again. */
export async function openedKey(
  jwk: JsonWebKey,
  registration: Pick<oauth.Client, typeof oauth.clockSkew>,
): Promise<DpopKey> {
  const hash = jwk.alg?.startsWith('PS') ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5'
  const algorithm =
    jwk.kty === 'EC' ? { name: 'ECDSA', namedCurve: jwk.crv ?? 'P-256' } : { name: hash, hash: 'SHA-256' }
  const { kty, crv, x, y, n, e } = jwk
  const known = Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined)
  const shared: JsonWebKey = Object.fromEntries(known)
  try {
    const privateKey = await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign'])
    const publicKey = await crypto.subtle.importKey('jwk', shared, algorithm, true, ['verify'])
    return ready(jwk, oauth.DPoP(registration, { privateKey, publicKey }))
  } catch (cause) {
    throw new OAuthError('STORE_CORRUPT', 'The key that a token is bound to is not readable.', { cause })
  }
}
