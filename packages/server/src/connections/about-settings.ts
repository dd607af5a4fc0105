import { isOAuthError, type OAuthError } from '@evergrant/core'

/** These may be about one request or one bad hour, whatever their class says. */
const ABOUT_ONE_REQUEST = new Set(['TOKEN_REQUEST_REFUSED', 'DISCOVERY_FAILED'])

/** Whether an error tells that the client's registration or settings are wrong, so that all its accounts are affected. */
export function isAboutSettings(error: unknown): error is OAuthError {
  return isOAuthError(error) && error.class === 'configuration' && !ABOUT_ONE_REQUEST.has(error.code)
}
