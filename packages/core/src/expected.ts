import { OAuthError } from './errors.ts'

/** The error for an argument that is none, as a program without types may give it. */
export function expected(argument: string, what: string): OAuthError {
  return new OAuthError('INVALID_ARGUMENT', `${argument}: ${what} is expected.`, { outcome: 'not_sent' })
}
