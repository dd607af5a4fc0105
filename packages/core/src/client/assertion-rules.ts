import type * as oauth from 'oauth4webapi'

/** How a provider wants signed client assertions (RFC 7523 §3). */
export interface AssertionRules {
  /**
   * Whom the assertion is addressed to: the issuer (default), or the token endpoint for providers that insist on it.
   * Any other text is used as it is.
   */
  readonly audience?: 'issuer' | 'token_endpoint' | (string & {}) | undefined
  /** Who issues it, where that is not the client: the team that a key belongs to. Only for `client_secret_signed`. */
  readonly issuer?: string | undefined
  /** Seconds that an assertion lives. Default 60. */
  readonly lifetime?: number | undefined
  /**
   * Whether one assertion may be sent several times while it lives. Default false: many providers refuse a `jti`
   * that they have seen. Saves a signature per request where it is allowed.
   */
  readonly reuse?: boolean | undefined
}

/** The rules in force: the caller's own, else the provider's, which the registration carries. */
export function assertionRules(registration: oauth.Client, own: AssertionRules): AssertionRules {
  return { ...(registration['client_assertion'] as AssertionRules | undefined), ...definedOnly(own) }
}

function definedOnly(rules: AssertionRules): AssertionRules {
  return Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined))
}

/** Whom to address. One string, never a list: a list would let one server replay the assertion at another. */
export function assertionAudience(as: oauth.AuthorizationServer, rules: AssertionRules): string {
  const { audience = 'issuer' } = rules
  if (audience === 'issuer') return as.issuer
  return audience === 'token_endpoint' ? (as.token_endpoint ?? as.issuer) : audience
}
