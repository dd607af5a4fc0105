import type { ClientAuthentication } from './authentication.ts'
import { type CredentialSource, credential } from './credential.ts'

/** What an assertion is needed for. */
export interface AssertionRequest {
  readonly client_id: string
  readonly issuer: string
  readonly token_endpoint: string | undefined
}

/**
 * A client assertion that somebody else signed (RFC 7521 §4.2): passed through unchanged. Give a callback for
 * assertions that end, such as the token of a workload's platform (federated workload identity); it is asked for every
 * request and decides itself what it keeps. `assertionFile` of `@evergrant/core/node` reads one from a file.
 *
 * A callback that fails makes the request fail with `CREDENTIAL_UNAVAILABLE`; nothing is sent then.
 *
 * @example
 * ```ts
 * import { ClientAssertion, defineClient, type Provider } from '@evergrant/core'
 *
 * const client = (provider: Provider, platformToken: (audience: string) => Promise<string>) =>
 *   defineClient({ provider, client_id: 'my-program', client_auth: ClientAssertion(({ issuer }) => platformToken(issuer)) })
 * ```
 */
export function ClientAssertion(assertion: CredentialSource<AssertionRequest>): ClientAuthentication {
  return {
    method: 'private_key_jwt',
    secret: undefined,
    async apply(as, { client_id }, body) {
      const request = { client_id, issuer: as.issuer, token_endpoint: as.token_endpoint }
      body.set('client_id', client_id)
      body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
      body.set('client_assertion', await credential(assertion, 'client assertion', request))
    },
  }
}
