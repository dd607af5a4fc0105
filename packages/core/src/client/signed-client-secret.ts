import type { AssertionRules } from './assertion-rules.ts'
import { assertionRules } from './assertion-rules.ts'
import type { ClientAuthentication } from './authentication.ts'
import { type KeySource, keyReader } from './private-key-jwt.ts'
import { signedAssertion } from './signed-assertion.ts'

/**
 * A JWT in the place of the client secret, signed anew for every request with the client's key: for providers that take
 * a `client_secret` but give none. `rules.issuer`: whom the key belongs to, such as a team id (default: the client id);
 * `rules.audience`: the provider's own address; both usually come with the provider's definition. Lives for 60 s unless
 * `rules.lifetime` says otherwise.
 */
export function SignedClientSecret(key: KeySource, rules: AssertionRules = {}): ClientAuthentication {
  const read = keyReader(key)
  return {
    method: 'client_secret_signed',
    secret: undefined,
    async apply(as, registration, body) {
      const { client_id } = registration
      const { audience, issuer = client_id, lifetime = 60 } = assertionRules(registration, rules)
      const aud = audience === undefined || audience === 'issuer' ? as.issuer : audience
      const claims = { aud, iss: issuer, sub: client_id }
      body.set('client_id', client_id)
      body.set('client_secret', await signedAssertion(registration, await read(), claims, lifetime))
    },
  }
}
