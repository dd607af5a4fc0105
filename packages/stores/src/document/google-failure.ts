import { isOAuthError, OAuthError } from '@evergrant/core'
import { driverError, wordsOf } from '../driver-error.ts'

/** The status of Google's error (https://grpc.io/docs/guides/status-codes/), such as 5 for NOT_FOUND. */
export function googleStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'number' ? error.code : undefined
}

const REFUSED: readonly unknown[] = [3, 5, 7, 8, 9, 11, 12, 16]

/** What a Google service refused, or that it cannot be reached, as a typed error. */
export function googleFailure(name: string): (error: unknown, doing: 'read' | 'write') => OAuthError {
  return (error, doing) => {
    if (isOAuthError(error)) return error
    const cause = driverError(error)
    const words = wordsOf(error)
    const status = googleStatus(error)
    if (doing === 'write' && status === 7)
      return new OAuthError('STORE_READ_ONLY', `${name} may not be written: ${words}.`, { cause })
    if (REFUSED.includes(status))
      return new OAuthError('STORE_UNAVAILABLE', `${name} was refused (status ${status}): ${words}.`, { cause })
    const then = doing === 'write' ? ' It may yet have been written; the record, read again, tells.' : ''
    return new OAuthError('STORE_UNAVAILABLE', `${name} could not be reached: ${words}.${then}`, { cause })
  }
}
