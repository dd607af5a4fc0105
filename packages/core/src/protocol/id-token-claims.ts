import type { Client } from '../client/client.ts'
import type { Subject } from '../grant/grant.ts'
import { exactIssuer, mayBeIssuer } from '../provider/issuer.ts'

/** The claims of an id_token as they stand there, not verified. Empty when it cannot be read. */
export function claimsOf(id_token: string): Record<string, unknown> {
  return partOf(id_token, 1)
}

/** Its header, likewise. */
export function headerOf(id_token: string): Record<string, unknown> {
  return partOf(id_token, 0)
}

function partOf(id_token: string, part: number): Record<string, unknown> {
  try {
    const text = atob((id_token.split('.')[part] ?? '').replaceAll('-', '+').replaceAll('_', '/'))
    const claims: unknown = JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (one) => one.charCodeAt(0))))
    return typeof claims === 'object' && claims !== null ? { ...claims } : {}
  } catch {
    return {}
  }
}

/** Who the claims are about, with the name a person knows. */
export function subjectOf(claims: { readonly iss: string; readonly sub: string } & Record<string, unknown>): Subject {
  const names = [claims['preferred_username'], claims['email'], claims['upn'], claims['unique_name']]
  const name = names.find((one) => typeof one === 'string')
  return { iss: claims.iss, sub: claims.sub, ...(typeof name === 'string' ? { username: name } : {}) }
}

/**
 * Whom the id_token of a refresh is about, if its claims hold (OpenID Connect Core §12.2): for this client, not over,
 * from the provider's issuer. The answer came straight from the token endpoint, so TLS stands in for the signature
 * (§3.1.3.7); fetching keys here would delay the record of a refresh token that exists nowhere else.
 */
export function refreshedSubject(client: Client, id_token: string): Subject | undefined {
  const { provider, client_id, http } = client
  const claims = claimsOf(id_token)
  const { iss, sub, aud, azp, exp } = claims
  if (typeof iss !== 'string' || typeof sub !== 'string' || typeof exp !== 'number') return undefined
  const audience = Array.isArray(aud) ? aud : [aud]
  if (!audience.includes(client_id) || (azp !== undefined && azp !== client_id)) return undefined
  if (exp <= http.clock.now() - TOLERANCE) return undefined
  const wrong = iss !== (exactIssuer(provider) ?? iss) || !mayBeIssuer(provider, iss)
  return wrong ? undefined : subjectOf({ ...claims, iss, sub })
}

/** Seconds by which clocks may differ. */
const TOLERANCE = 60
