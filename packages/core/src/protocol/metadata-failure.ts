import type { AnswerBody } from '../answer/answer-body.ts'
import type { ErrorCode } from '../error-catalogue.ts'
import { type ErrorDetails, isOAuthError, OAuthError } from '../errors.ts'

/**
 * The error of metadata that did not come. A server in trouble, or one that asks to wait, will have it later, and so is
 * no matter of settings (RFC 9110 §15.6, RFC 6585 §4); one that answers and has none is.
 */
export function metadataMissing(body: AnswerBody, message: string, about: ErrorDetails): OAuthError {
  const { status, retryAfter } = body
  return new OAuthError(codeOf(status), message, { ...about, status, retryAfter, outcome: 'not_sent' })
}

/** The error of metadata that could not be asked for. What no typed error is was no request's fault: it is thrown on. */
export function metadataUnread(error: unknown, what: string, about: ErrorDetails): OAuthError {
  if (!isOAuthError(error)) throw error
  // An answer that came and is too large will be next time; so is an address that may not be asked.
  const passing = error.class === 'transient' && error.code !== 'INVALID_ANSWER'
  const message = `${what} could not be read: ${error.message}`
  // No token request has been made, whatever became of this one.
  return new OAuthError(passing ? error.code : 'DISCOVERY_FAILED', message, {
    ...about,
    cause: error,
    retryAfter: error.retryAfter,
    outcome: 'not_sent',
  })
}

function codeOf(status: number): ErrorCode {
  if (status === 429) return 'RATE_LIMITED'
  return status === 408 || status === 425 || status >= 500 ? 'PROVIDER_UNAVAILABLE' : 'DISCOVERY_FAILED'
}
