import { type AssertionRules, assertionAudience, assertionRules } from '../client/assertion-rules.ts'
import type { ClientAuthentication } from '../client/authentication.ts'
import { type KeySource, keyReader } from '../client/private-key-jwt.ts'
import { signedAssertion } from '../client/signed-assertion.ts'
import type { Flow } from './flow.ts'
import { scopeNames } from './scope.ts'
import { requestToken, withoutRefresh } from './token-request.ts'

/** The grant type of RFC 7523 §2.1. */
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** Who speaks for whom, and with which key. */
export interface JwtBearerOptions {
  readonly key: KeySource
  /** Who signs. Default: the client id; for a service account its e-mail address. */
  readonly issuer?: string | undefined
  /** For whom: a person whom the service account may act as. Default: the issuer itself. */
  readonly subject?: string | undefined
  readonly scope?: string | readonly string[] | undefined
  readonly resource?: string | undefined
  /** More claims of the assertion. */
  readonly claims?: Readonly<Record<string, string>> | undefined
  /** Extra parameters of the token request. */
  readonly params?: Readonly<Record<string, string>> | undefined
  /** How the assertion must look, where it differs from the provider's rules. */
  readonly rules?: AssertionRules | undefined
}

/**
 * Tokens for a signed assertion (RFC 7523 §2.1): service accounts, with or without a person they act for. The scope
 * stands in the assertion and in the request, because providers read one or the other. No refresh token is kept.
 *
 * @example
 * ```ts
 * import { defineClient, jwtBearerFlow, memoryStore, type Provider, signingKeyFromPem, tokenSource } from '@evergrant/core'
 *
 * function mailbox(provider: Provider, account: { client_email: string; private_key: string; private_key_id: string }) {
 *   const flow = jwtBearerFlow({
 *     key: () => signingKeyFromPem(account.private_key, { kid: account.private_key_id }),
 *     subject: 'alice@example.com',
 *     scope: 'https://mail.example.com/',
 *   })
 *   const client = defineClient({ provider, client_id: account.client_email, client_auth: 'none' })
 *   return tokenSource('alice', { client, flow, store: memoryStore() })
 * }
 * ```
 */
export function jwtBearerFlow(wanted: JwtBearerOptions): Flow {
  const read = keyReader(wanted.key)
  return {
    type: JWT_BEARER,
    spends: false,
    prepare: (client) => client.metadata(),
    async request({ client, grant, resource = wanted.resource, scope = wanted.scope }) {
      const { registration, provider } = client
      const rules = assertionRules(registration, wanted.rules ?? {})
      const iss = wanted.issuer ?? client.client_id
      const names = scopeNames(scope).join(provider.scope_separator ?? ' ')
      const iat = Math.floor(client.http.clock.now())
      const claims = {
        ...wanted.claims,
        ...(names === '' ? {} : { scope: names }),
        aud: assertionAudience(await client.metadata(), rules),
        iss,
        sub: wanted.subject ?? iss,
        iat,
        nbf: iat,
      }
      const assertion = await signedAssertion(registration, await read(), claims, rules.lifetime ?? 60)
      const answer = await requestToken(client, {
        grant_type: JWT_BEARER,
        parameters: { ...wanted.params, assertion },
        scope,
        resource,
        grant,
        authentication: client.authentication.method === 'none' ? ASSERTION_ALONE : undefined,
      })
      return withoutRefresh(answer)
    },
  }
}

/** RFC 7523 §2.1: without client authentication the client id is not needed, for the assertion names who asks. */
const ASSERTION_ALONE: ClientAuthentication = { method: 'none', secret: undefined, apply() {} }
