import { isOAuthError, OAuthError } from '@evergrant/core'
import { driverError, wordsOf } from '../driver-error.ts'

/** Another transaction was in the way, and this one was undone as a whole: serialization failure, deadlock. */
export function isConflict(error: unknown): boolean {
  const state = sqlState(error)
  return state === '40001' || state === '40P01'
}

/** What PostgreSQL refused, or that it cannot be reached, as a typed error. */
export function postgresFailure(error: unknown, doing: 'read' | 'write'): OAuthError {
  if (isOAuthError(error)) return error
  const cause = driverError(error)
  const words = wordsOf(error)
  const state = sqlState(error)
  if (state === undefined) {
    const then = doing === 'write' ? ' It may yet have been written; the record, read again, tells.' : ''
    const message = `The connection to PostgreSQL failed: ${words}.${then}`
    return new OAuthError('STORE_UNAVAILABLE', message, { cause })
  }
  if (state === '25006' || (state === '42501' && doing === 'write'))
    return new OAuthError('STORE_READ_ONLY', `PostgreSQL lets this user not write: ${words}.`, { cause })
  if (state === '54000')
    return new OAuthError('INVALID_ARGUMENT', `PostgreSQL does not take a grant id of this length: ${words}.`, {
      cause,
    })
  if (state.startsWith('53'))
    return new OAuthError('STORE_UNAVAILABLE', `PostgreSQL is out of resources: ${words}.`, { cause })
  if (state.startsWith('XX'))
    return new OAuthError('STORE_CORRUPT', `PostgreSQL found its data damaged: ${words}.`, { cause })
  if (state.startsWith('42') && state !== '42501')
    return new OAuthError('STORE_CORRUPT', `The grant tables in PostgreSQL cannot be used: ${words}.`, { cause })
  return new OAuthError('STORE_UNAVAILABLE', `PostgreSQL failed: ${words}.`, { cause })
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html: five characters, only in the server's own errors. */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('severity' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
