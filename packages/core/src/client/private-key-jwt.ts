import { isOAuthError, OAuthError } from '../errors.ts'
import { type AssertionRules, assertionAudience, assertionRules } from './assertion-rules.ts'
import type { ClientAuthentication } from './authentication.ts'
import { signedAssertion } from './signed-assertion.ts'
import type { SigningKey } from './signing-key.ts'

interface Signed {
  readonly assertion: Promise<string>
  /** Epoch seconds by the machine's clock. */
  readonly until: number
}

/**
 * A client assertion signed with a private key (RFC 7523 §2.2, OpenID Connect Core §9 `private_key_jwt`), addressed to
 * the issuer alone. With a certificate its thumbprint, and the chain if wanted, go into the header.
 *
 * A function that yields the key is called at the first request and again only after it failed.
 *
 * @example
 * ```ts
 * import { defineClient, PrivateKeyJwt, type Provider } from '@evergrant/core'
 *
 * const client = (provider: Provider, key: CryptoKey) =>
 *   defineClient({ provider, client_id: 'my-program', client_auth: PrivateKeyJwt({ key, kid: '2027' }) })
 * ```
 */
export function PrivateKeyJwt(key: KeySource, rules: AssertionRules = {}): ClientAuthentication {
  const read = keyReader(key)
  const kept = new Map<string, Signed>()
  return {
    method: 'private_key_jwt',
    secret: undefined,
    async apply(as, registration, body) {
      const inForce = assertionRules(registration, rules)
      const aud = assertionAudience(as, inForce)
      const { lifetime = 60, reuse = false } = inForce
      const place = `${registration.client_id}\n${aud}`
      const now = Date.now() / 1000
      let signed = kept.get(place)
      if (signed === undefined || now >= signed.until) {
        const assertion = read().then((signing) => signedAssertion(registration, signing, { aud }, lifetime))
        signed = { assertion, until: now + lifetime * 0.8 }
        if (reuse) {
          kept.set(place, signed)
          assertion.catch(() => kept.delete(place))
        }
      }
      body.set('client_id', registration.client_id)
      body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
      body.set('client_assertion', await signed.assertion)
    },
  }
}

/** A key, or a function that yields it when it is first needed. */
export type KeySource = CryptoKey | SigningKey | (() => SigningKey | Promise<SigningKey>)

/** Reads the key once, and again only after it could not be had: `CREDENTIAL_UNAVAILABLE`. */
export function keyReader(source: KeySource): () => Promise<SigningKey> {
  let known: Promise<SigningKey> | undefined
  const read = async (): Promise<SigningKey> => {
    if (typeof source === 'function') return source()
    return 'key' in source ? source : { key: source }
  }
  return () => {
    known ??= read().catch((error: unknown) => {
      known = undefined
      if (isOAuthError(error)) throw error
      const message = `The client's key could not be read: ${error instanceof Error ? error.message : String(error)}`
      throw new OAuthError('CREDENTIAL_UNAVAILABLE', message, { cause: error, outcome: 'not_sent' })
    })
    return known
  }
}
