import { exportJWK, generateKeyPair, type JWK } from 'jose'
import type { Registration } from './relying-party.ts'

/** A client of this run alone, with a key that FAPI accepts. */
export async function registrationWithKey(redirect_uri: string): Promise<Registration> {
  const client_secret = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')
  return { client_id: 'evergrant', client_secret, redirect_uri, jwk: await privateJwk('PS256', 'client') }
}

/** Keys for the server that the suite plays in FAPI plans. */
export async function serverKeys(): Promise<{ keys: JWK[] }> {
  return { keys: [await privateJwk('PS256', 'server')] }
}

async function privateJwk(alg: string, kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  return { ...(await exportJWK(privateKey)), alg, kid, use: 'sig' }
}
