import * as oauth from 'oauth4webapi'
import type { TokenAnswer } from '../answer/token-answer.ts'
import type { Client } from '../client/client.ts'
import { isOAuthError, OAuthError } from '../errors.ts'
import type { Subject } from '../grant/grant.ts'
import { exactIssuer, mayBeIssuer } from '../provider/issuer.ts'
import { decrypted } from './decrypted.ts'
import { claimsOf, headerOf, refreshedSubject, subjectOf } from './id-token-claims.ts'
import { withProviderKeys } from './provider-keys.ts'
import { assertTokenHash } from './token-hash.ts'

/** What an id_token has to fit to. */
export interface IdTokenRules {
  /** What was sent with the authorization request. */
  readonly nonce?: string | undefined
  /** The code that it was redeemed with. */
  readonly code?: string | undefined
  /** Whether it must name the access token, as it does when both came through the browser. */
  readonly hashes?: 'required' | undefined
}

/** Stands for the access token in an answer that brings none. */
export const NO_TOKEN = 'none'

/**
 * Verifies the id_token of an answer: issuer, audience, times, nonce when one was sent, the signature, and the hashes of
 * access token and code where it has them. One that is encrypted is decrypted first. Without an id_token there is
 * nothing to verify and nobody is named.
 *
 * Throws `ID_TOKEN_INVALID`, naming the claim that did not hold, and what an unreachable provider throws.
 *
 * @see https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
 */
export async function verifyIdToken(
  client: Client,
  answer: TokenAnswer,
  { nonce, code, hashes }: IdTokenRules = {},
): Promise<Subject | undefined> {
  if (answer.id_token === undefined) return undefined
  const { access_token } = answer
  const id_token = await decrypted(client, answer.id_token, 'id_token')
  const as = withIssuer(client, await client.metadata(), id_token)
  if (hashes === undefined && isUnsigned(client, id_token)) return unsignedSubject(client, as, id_token, nonce)
  // The protocol layer verifies responses, so it gets the normalised answer as one.
  const normalised = { access_token, token_type: 'bearer', id_token }
  const response = Response.json(normalised)
  try {
    const processed =
      nonce === undefined
        ? await oauth.processRefreshTokenResponse(as, client.registration, response)
        : await oauth.processAuthorizationCodeResponse(as, client.registration, response, { expectedNonce: nonce })
    if (as.jwks_uri !== undefined) {
      await withProviderKeys(client, as, (from, options) =>
        oauth.validateApplicationLevelSignature(from, response, options),
      )
    }
    if (access_token !== NO_TOKEN)
      await assertTokenHash(client, id_token, 'at_hash', access_token, hashes === 'required')
    if (code !== undefined) await assertTokenHash(client, id_token, 'c_hash', code)
    const claims = oauth.getValidatedIdTokenClaims(processed)
    if (claims === undefined) return undefined
    // The protocol layer looks at it only where there are several audiences (OpenID Connect Core §3.1.3.7).
    if (claims.azp !== undefined && claims.azp !== client.client_id)
      throw new Error('it was made for another client (azp)')
    return subjectOf(claims)
  } catch (error) {
    if (isOAuthError(error)) throw error
    const words = error instanceof Error ? error.message : String(error)
    const message = `The id_token of ${client.provider.name} did not verify: ${words}${claimOf(error)}.`
    throw new OAuthError('ID_TOKEN_INVALID', message, { provider: client.provider.id, cause: withoutClaims(error) })
  }
}

/**
 * The metadata with the issuer that this id_token has to name. It differs from the published one in three
 * cases: a provider of many tenants publishes a template that the `tid` claim fills, one with several regions names
 * one of them, and one that is known by its endpoints alone publishes none, so that its own token endpoint is the only
 * authority.
 */
function withIssuer(client: Client, as: oauth.AuthorizationServer, id_token: string): oauth.AuthorizationServer {
  const { provider } = client
  if (exactIssuer(provider) !== undefined) return as
  const { iss, tid } = claimsOf(id_token)
  if (provider.issuer_pattern !== undefined)
    return typeof iss === 'string' && mayBeIssuer(provider, iss) ? { ...as, issuer: iss } : as
  if (provider.issuer === undefined) return typeof iss === 'string' ? { ...as, issuer: iss } : as
  // A tenant that was asked for by its number is no other one.
  const asked = provider.issuer_tenant
  if (asked !== undefined && GUID.test(asked) && String(tid).toLowerCase() !== asked.toLowerCase()) return as
  return typeof tid === 'string' && /^[\w-]+$/.test(tid)
    ? { ...as, issuer: tenantTemplate(as.issuer, Object.values(provider.values)).replaceAll('{tenantid}', tid) }
    : as
}

/** Whether the provider's id_tokens are not signed, and neither is this one. */
function isUnsigned({ provider }: Client, id_token: string): boolean {
  return provider.id_token_signed_response_alg === 'none' && headerOf(id_token)['alg'] === 'none'
}

/** All the checks but that of the signature, for which TLS to the token endpoint stands in (OpenID Connect Core §3.1.3.7). */
function unsignedSubject(
  client: Client,
  as: oauth.AuthorizationServer,
  id_token: string,
  nonce: string | undefined,
): Subject {
  const claims = claimsOf(id_token)
  const subject = refreshedSubject(client, id_token)
  const wrong =
    subject === undefined
      ? 'it is not for this client, or not valid now'
      : subject.iss !== as.issuer
        ? 'its issuer is another one (iss)'
        : nonce !== undefined && claims['nonce'] !== nonce
          ? 'it does not answer this request (nonce)'
          : undefined
  if (wrong === undefined && subject !== undefined) return subject
  const message = `The id_token of ${client.provider.name} did not verify: ${wrong}.`
  throw new OAuthError('ID_TOKEN_INVALID', message, { provider: client.provider.id })
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * The issuer with a place for the tenant. What is published has it; an issuer that the definition names has the tenant
 * that was asked in that place. That one's id must be the token's too, but a name (`common`, a domain) says nothing about
 * the id of the tenant that whoever signed in belongs to.
 */
function tenantTemplate(issuer: string, values: readonly string[]): string {
  if (issuer.includes('{tenantid}')) return issuer
  const isName = (part: string): boolean => values.includes(part) && !GUID.test(part)
  return issuer
    .split('/')
    .map((part) => (isName(part) ? '{tenantid}' : part))
    .join('/')
}

function claimOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  const claim = typeof cause === 'object' && cause !== null && 'claim' in cause ? cause.claim : undefined
  return typeof claim === 'string' ? ` (${claim})` : ''
}

/** The protocol layer keeps the token's claims in its cause; a person's data does not belong into an error. */
function withoutClaims(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined
  const { code } = error as { code?: unknown }
  return Object.assign(new Error(error.message), typeof code === 'string' ? { code } : {})
}
