import { compactVerify, importJWK, type JWTPayload } from 'jose'
import type { SandboxClient } from './clients.ts'
import type { Engine, Exchange } from './engine.ts'
import type { Answer } from './http-answer.ts'
import { ProtocolError } from './protocol-error.ts'
import { checkedResources, checkedScope, scopeTokens } from './scope.ts'
import { tokenAnswer } from './token-answer.ts'

/** The grant type of RFC 7523 §2.1. */
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** How far an assertion's times may be off, and how long it may live: an hour, as providers of service accounts have it. */
const CLOCK_SKEW = 60
const LONGEST = 3600

/**
 * RFC 7523 §2.1: an account that signs for itself, or for a person whom it may act as. Which account it is, the assertion
 * says, so no other client authentication is asked for.
 */
export async function jwtBearer({ form }: Exchange, engine: Engine): Promise<Answer> {
  const { client, claims } = await provenAssertion(form.require('assertion'), engine)
  const asked = typeof claims['scope'] === 'string' ? claims['scope'] : form.get('scope')
  const resources = checkedResources(form.all('resource'))
  if (claims.sub === undefined || claims.sub === client.client_id)
    return tokenAnswer(engine, { client, scope: checkedScope(asked, client.scope), resources })
  const person = engine.users.findByName(claims.sub)
  if (person === undefined) throw refused('The person that the assertion is about is not known here.')
  const scope = checkedScope(asked, undefined)
  const allowed = scopeTokens(client.delegated_scope)
  if (scope === '' || scopeTokens(scope).some((one) => !allowed.includes(one))) {
    const words = 'This account may not act for people with these scopes.'
    throw new ProtocolError('unauthorized_client', words, { status: 401 })
  }
  return tokenAnswer(engine, { client, sub: person.sub, scope, resources })
}

/** RFC 7523 §3: signed by a registered account, for this server, and not for long. */
async function provenAssertion(
  assertion: string,
  { clients, clock, issuer }: Engine,
): Promise<{ readonly client: SandboxClient; readonly claims: JWTPayload }> {
  const [header, claims] = assertion.split('.').slice(0, 2).map(part)
  const client = clients.find(typeof claims?.['iss'] === 'string' ? claims['iss'] : undefined)
  if (client?.jwk === undefined || claims === undefined) throw refused('There is no account that signs as this issuer.')
  const { jwk } = client
  if (jwk['kid'] !== undefined && header?.['kid'] !== jwk['kid']) throw refused('The account has no key of this id.')
  try {
    const alg = typeof jwk['alg'] === 'string' ? jwk['alg'] : 'RS256'
    await compactVerify(assertion, await importJWK(jwk, alg), { algorithms: [alg] })
  } catch {
    throw refused('The assertion is not signed by the key of this account.')
  }
  if (claims['aud'] !== `${issuer}/token` && claims['aud'] !== issuer)
    throw refused('The assertion is meant for somebody else.')
  const now = clock.now()
  const { iat = Number.NaN, exp = Number.NaN } = claims as { iat?: number; exp?: number }
  if (!(iat <= now + CLOCK_SKEW && exp > now - CLOCK_SKEW && exp - iat <= LONGEST))
    throw refused('The times of the assertion are not right: it lives for at most an hour, and now.')
  return { client, claims }
}

function part(encoded: string): Record<string, unknown> | undefined {
  try {
    const read: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString())
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function refused(words: string): ProtocolError {
  return new ProtocolError('invalid_grant', words)
}
