import { isInvalidGrant } from '../answer/refusal.ts'
import type { TokenAnswer } from '../answer/token-answer.ts'
import type { Client } from '../client/client.ts'
import { isOAuthError, OAuthError } from '../errors.ts'
import { requestToken } from '../protocol/token-request.ts'
import { regionalEndpoints } from '../provider/region.ts'
import { repeatedParameters } from '../provider/repeated.ts'
import type { Grant } from './grant.ts'
import { lookUpOrSay } from './look-up.ts'
import { type ConsentOutcome, type ConsentRequest, type ConsentTarget, recordConsent } from './record-consent.ts'

/** A code, and what was said when it was asked for. */
export interface CodeToRedeem {
  readonly code: string
  readonly grant: string
  readonly redirect_uri?: string | undefined
  readonly code_verifier?: string | undefined
  readonly resource?: string | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/**
 * Redeems a code once (RFC 6749 §4.1.3), and exchanges what it brought where the provider gives tokens that last only in
 * a second step. Throws `CODE_REFUSED`, and what a token request throws; nothing is stored then.
 */
export async function redeemCode(client: Client, given: CodeToRedeem): Promise<TokenAnswer> {
  const { code, grant, redirect_uri, code_verifier, resource, metadata } = given
  const { provider } = client
  const { token_endpoint } = regionalEndpoints(provider, metadata)
  try {
    const parameters = { ...repeatedParameters(provider, metadata), code, redirect_uri, code_verifier }
    const rules = { endpoint: token_endpoint }
    const answer = await requestToken(client, { grant_type: 'authorization_code', parameters, resource, rules })
    return provider.long_lived === undefined ? answer : await lasting(client, answer)
  } catch (error) {
    if (!isOAuthError(error)) throw error
    if (!isInvalidGrant(error)) throw error.forGrant(grant)
    const { code_lifetime } = provider.callback ?? {}
    const hurry = code_lifetime === undefined ? '' : ` (its codes live for ${code_lifetime} s)`
    const words = error.error_description ?? error.error
    const message = `${provider.name} did not accept the authorization code${hurry}: ${words}`
    throw new OAuthError('CODE_REFUSED', message, { ...error, cause: error, grant })
  }
}

async function lasting(client: Client, short: TokenAnswer): Promise<TokenAnswer> {
  const { long_lived } = client.provider
  if (long_lived === undefined) return short
  const { endpoint, method, grant_type, token_parameter, params } = long_lived
  const long = await requestToken(client, {
    grant_type,
    parameters: { ...params, [token_parameter]: short.access_token },
    rules: { endpoint, ...(method === undefined ? {} : { method }) },
  })
  const metadata = { ...short.metadata, ...long.metadata }
  return {
    ...(short.scope === undefined ? {} : { scope: short.scope }),
    ...(short.id_token === undefined ? {} : { id_token: short.id_token }),
    ...long,
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  }
}

/** Writes the grant, and the second one where two tokens came; then looks up what the provider tells elsewhere. */
export async function concludeConsent(
  client: Client,
  target: ConsentTarget,
  asked: ConsentRequest & { readonly second_scope?: string },
  outcome: ConsentOutcome,
): Promise<Grant> {
  const written = await recordConsent(client, target, asked, outcome)
  const { second } = outcome.answer
  if (second !== undefined) {
    const { second_scope: scope } = asked
    const beside = { grant: `${asked.grant}/${second.name}`, ...(scope === undefined ? {} : { scope }) }
    await recordConsent(client, target, beside, { ...outcome, answer: second.answer })
  }
  if (client.provider.follow_up === undefined) return written
  // The consent stands, whatever becomes of it.
  return lookUpOrSay(client, target.store, written)
}
