import * as oauth from 'oauth4webapi'
import type { SigningKey } from './signing-key.ts'

/** Claims that an assertion carries beside `jti`. `iat` and `nbf` are the machine's time unless given. */
export interface AssertionClaims {
  readonly aud: string
  readonly iss?: string | undefined
  readonly sub?: string | undefined
  readonly [claim: string]: oauth.JsonValue | undefined
}

/** A signed assertion (RFC 7523 §3) of this client, with the key's header parameters. `lifetime`: seconds. */
export async function signedAssertion(
  registration: oauth.Client,
  signing: SigningKey,
  claims: AssertionClaims,
  lifetime: number,
): Promise<string> {
  const { key, ...named } = signing
  const sign = oauth.PrivateKeyJwt(key, {
    [oauth.modifyAssertion](header, payload) {
      for (const [name, value] of Object.entries(named)) {
        if (value !== undefined) header[name] = typeof value === 'string' ? value : [...value]
      }
      Object.assign(payload, claims)
      payload['exp'] = Number(payload['iat']) + lifetime
    },
  })
  const body = new URLSearchParams()
  await sign({ issuer: claims.aud }, registration, body, new Headers())
  return body.get('client_assertion') ?? ''
}
