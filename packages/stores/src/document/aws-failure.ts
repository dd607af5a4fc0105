import { isOAuthError, OAuthError } from '@evergrant/core'
import { driverError, wordsOf } from '../driver-error.ts'

/** The service's name of an error, such as `NoSuchKey`; undefined when it was none of the service's. */
export function awsCode(error: unknown): string | undefined {
  return awsStatus(error) === undefined || !(error instanceof Error) ? undefined : error.name
}

/** The HTTP status of the service's answer. */
export function awsStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined
  const { $metadata } = error
  if (typeof $metadata !== 'object' || $metadata === null || !('httpStatusCode' in $metadata)) return undefined
  return typeof $metadata.httpStatusCode === 'number' ? $metadata.httpStatusCode : undefined
}

/** What an AWS service refused, or that it cannot be reached, as a typed error. */
export function awsFailure(name: string): (error: unknown, doing: 'read' | 'write') => OAuthError {
  return (error, doing) => {
    if (isOAuthError(error)) return error
    const cause = driverError(error)
    const words = wordsOf(error)
    const status = awsStatus(error)
    const code = awsCode(error)
    if (doing === 'write' && (status === 403 || code === 'AccessDeniedException'))
      return new OAuthError('STORE_READ_ONLY', `${name} may not be written: ${words}.`, { cause })
    if (status !== undefined && status < 500)
      return new OAuthError('STORE_UNAVAILABLE', `${name} was refused (${code}): ${words}.`, { cause })
    const then = doing === 'write' ? ' It may yet have been written; the record, read again, tells.' : ''
    return new OAuthError('STORE_UNAVAILABLE', `${name} could not be reached: ${words}.${then}`, { cause })
  }
}
