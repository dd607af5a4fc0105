import type { ErrorCode } from './error-catalogue.ts'
import { isOAuthError, type OAuthError } from './errors.ts'

/** A kind of {@link OAuthError} for `instanceof`, by its code; also for errors that another copy of this module made. */
export interface ErrorKind {
  [Symbol.hasInstance](error: unknown): error is OAuthError
}

function kind(belongs: (error: OAuthError) => boolean): ErrorKind {
  return { [Symbol.hasInstance]: (error: unknown): error is OAuthError => isOAuthError(error) && belongs(error) }
}

const coded =
  (...codes: readonly ErrorCode[]) =>
  ({ code }: OAuthError): boolean =>
    codes.includes(code)

const isExpiry = coded('TOKEN_EXPIRED', 'CONSENT_REQUIRED')
const isCredential = coded('INVALID_CLIENT', 'PASSWORD_REFUSED')
const isMissing = coded('TOKEN_MISSING', 'NOT_AUTHENTICATED')

/** There is no valid token any more, and none can be had without somebody's doing. An {@link AuthenticationError}. */
export const TokenExpiredError: ErrorKind = kind(isExpiry)

/** The provider did not accept the client's or the person's credentials. An {@link AuthenticationError}. */
export const InvalidCredentialsError: ErrorKind = kind(isCredential)

/**
 * Nobody is authenticated: an expired token, invalid credentials, or a consent that is missing or failed.
 *
 * @example
 * ```ts
 * import { AuthenticationError, type TokenSource } from '@evergrant/core'
 *
 * async function isConnected(source: TokenSource): Promise<boolean> {
 *   try {
 *     return (await source.token()).access_token !== ''
 *   } catch (error) {
 *     if (error instanceof AuthenticationError) return false
 *     throw error
 *   }
 * }
 * ```
 */
export const AuthenticationError: ErrorKind = kind(
  (error) => error.class === 'consent' || isExpiry(error) || isCredential(error) || isMissing(error),
)

/** The provider itself answered with an error: `error`, `error_description`, `error_uri` and `status` are its own. */
export const OAuthProviderError: ErrorKind = kind(
  ({ code, error, status }) => code !== 'HTTP_ERROR' && (error !== undefined || status !== undefined),
)

/** An API answered with an error: `status`, its own words in `error` and `error_description`, secrets removed. */
export const ApiError: ErrorKind = kind(coded('HTTP_ERROR'))
