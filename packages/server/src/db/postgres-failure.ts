import { OAuthError } from '@evergrant/core'

/**
 * A statement that did not get through, as an error that says to try again: a connection that broke or came too late,
 * a database that starts, stops or is full (classes 08, 53, 57 and the conflicts of class 40). Other errors are
 * mistakes of ours and stay what they are.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function postgresFailure(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const fromServer = 'severity' in error && 'code' in error ? String(error.code) : undefined
  if (fromServer !== undefined && !/^(?:08|40|53|57)/.test(fromServer)) return error
  const message = 'PostgreSQL did not answer. Try again in a moment.'
  return new OAuthError('STORE_UNAVAILABLE', message, { cause: error, retryAfter: 1 })
}
