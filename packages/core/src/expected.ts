import { OAuthError } from './errors.ts'

/** The error for an argument that is missing or of another type, as a program without types may give it. */
export function expected(argument: string): OAuthError {
  return new OAuthError('INVALID_ARGUMENT', `${argument} is missing or wrong.`)
}
