import * as oauth from 'oauth4webapi'
import { Redacted } from '../redacted.ts'
import { type AssertionRules, assertionAudience, assertionRules } from './assertion-rules.ts'
import type { ClientAuthentication } from './authentication.ts'

/**
 * A client assertion signed with the client secret by HMAC SHA-256 (OpenID Connect Core §9 `client_secret_jwt`): the
 * secret itself never leaves. A new assertion for every request; it costs microseconds.
 */
export function ClientSecretJwt(secret: string, rules: AssertionRules = {}): ClientAuthentication {
  return {
    method: 'client_secret_jwt',
    secret: new Redacted(secret),
    apply(as, registration, body, headers) {
      const inForce = assertionRules(registration, rules)
      const { lifetime = 60 } = inForce
      const modify: oauth.ModifyAssertionFunction = (_header, payload) => {
        payload['aud'] = assertionAudience(as, inForce)
        payload['exp'] = Number(payload['iat']) + lifetime
      }
      return oauth.ClientSecretJwt(secret, { [oauth.modifyAssertion]: modify })(as, registration, body, headers)
    },
  }
}
