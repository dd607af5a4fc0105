import { isOAuthError, OAuthError } from '../errors.ts'

/** A token or assertion that somebody else made: as it is, or from the function that has it. */
export type CredentialSource<Request = void> = string | ((request: Request) => string | Promise<string>)

/**
 * The credential now. A function that fails or yields nothing becomes `CREDENTIAL_UNAVAILABLE` with its cause; nothing
 * was sent then. `what`: its name, for the message.
 */
export async function credential<Request>(
  source: CredentialSource<Request>,
  what: string,
  request: Request,
): Promise<string> {
  if (typeof source === 'string') return source
  let words = 'it is empty'
  let cause: unknown
  try {
    const value = (await source(request)).trim()
    if (value !== '') return value
  } catch (error) {
    if (isOAuthError(error)) throw error
    words = error instanceof Error ? error.message : String(error)
    cause = error
  }
  throw new OAuthError('CREDENTIAL_UNAVAILABLE', `The ${what} could not be had: ${words}.`, {
    cause,
    outcome: 'not_sent',
  })
}
