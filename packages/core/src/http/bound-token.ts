import { OAuthError } from '../errors.ts'
import type { AccessToken } from '../grant/access-token.ts'
import { bearable } from './sendable.ts'

/**
 * Whether a token is bound to a key (RFC 9449): as a bearer token it would be refused, and seen by who should not. Throws
 * `NOT_SUPPORTED` for a type whose proof nobody can make here.
 */
export function isBound(token: Pick<AccessToken, 'dpop_key' | 'token_type'>): boolean {
  return token.dpop_key !== undefined || /^dpop$/i.test(bearable(token).token_type)
}

/** Nothing was sent: a bound token goes with a proof of its key, or not at all. `instead`: what to use. */
export function cannotProve(instead: string): OAuthError {
  const message = `The access token is bound to a key (DPoP), and no proof of it can be sent this way. ${instead}`
  return new OAuthError('NOT_SUPPORTED', message, { outcome: 'not_sent' })
}
