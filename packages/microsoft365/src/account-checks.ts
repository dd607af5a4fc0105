import { OAuthError } from '@evergrant/core'
import type { Protocol } from './protocol/protocol.ts'
import { isFor } from './scopes.ts'

/** What is missing in a call of the program's, and no setting of anybody's. */
export function programmed(message: string): OAuthError {
  const guidance = { class: 'request', who: 'developer', advice: 'Give the value that the message names.' } as const
  return new OAuthError('MISSING_PARAMETER', message, { outcome: 'not_sent', guidance })
}

/**
 * Throws `INVALID_ARGUMENT` for scopes that bring a token for another API than the protocol's: it would be sent to this one,
 * and kept as this one's.
 */
export function assertOwnScopes(scope: readonly string[], { scopePrefix, serviceUrl }: Protocol): void {
  if (scopePrefix === '' || isFor(scope, scopePrefix) || !scope.some((name) => name.includes('://'))) return
  const message = `The token for these scopes would be for another API than ${serviceUrl}: ${scope.join(' ')}. Give the account that API's protocol, or name a permission of ${scopePrefix} first.`
  throw new OAuthError('INVALID_ARGUMENT', message, { outcome: 'not_sent' })
}
