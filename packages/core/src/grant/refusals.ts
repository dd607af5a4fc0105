import { isErrorCode } from '../error-catalogue.ts'
import { isOAuthError, OAuthError } from '../errors.ts'
import { scrub } from '../redacted.ts'
import type { Grant } from './grant.ts'

/** A person has to consent (again). `cause`: what the provider just said. */
export function consentRequired(of: Grant, cause?: OAuthError): OAuthError {
  const { standing } = of
  const why =
    standing.state === 'revoked' && standing.reason === 'revoked_here'
      ? 'it was revoked here'
      : standing.state === 'revoked' && standing.reason === 'refresh_interrupted'
        ? `a refresh was interrupted before its result could be recorded, and ${of.provider} ended the grant since${standing.trouble ? ` (${standing.trouble.message})` : ''}`
        : standing.state === 'revoked' && standing.reason === 'wrong_account'
          ? `${of.provider} answered a refresh with tokens of another account, and they are not used`
          : of.refresh_token === undefined
            ? `${of.provider} gave no refresh token, and the access token has ended`
            : `${of.provider} ended it${standing.state === 'revoked' && standing.trouble ? ` (${standing.trouble.message})` : ''}`
  const details = { grant: of.id, provider: of.provider, ...(cause === undefined ? {} : { cause }) }
  const { error_uri, status } = cause ?? {}
  const last = standing.state === 'active' ? undefined : standing.trouble
  const { error, error_description, claims, guidance } = cause ?? last ?? {}
  return new OAuthError('CONSENT_REQUIRED', `Grant ${of.id} needs consent again: ${why}.`, {
    ...details,
    error,
    error_description,
    error_uri,
    status,
    claims,
    // What mends the grant is consent; who has to give it leave first is the provider's news.
    guidance: guidance && { ...guidance, class: 'consent' },
  })
}

export function notFound(id: string, why: string): OAuthError {
  return new OAuthError('GRANT_NOT_FOUND', `There is no grant ${id}. ${why}`, { grant: id })
}

/** The recorded trouble again, without asking the provider: it is too early for the next attempt. */
export function notYet(of: Grant, now: number): OAuthError {
  const { standing } = of
  if (standing.state !== 'failing') return consentRequired(of)
  const retryAfter = Math.ceil(standing.next_attempt - now)
  const { error, error_description, guidance, claims } = standing.trouble
  const known = isErrorCode(standing.trouble.code) ? standing.trouble.code : 'PROVIDER_UNAVAILABLE'
  const message = `${standing.trouble.message} (attempt ${standing.failures}; the next one in ${retryAfter} s)`
  const details = { grant: of.id, provider: of.provider, retryAfter, error, error_description, guidance, claims }
  return new OAuthError(known, message, details)
}

/** What a function of the program threw while a grant was renewed, as the record and the events tell it. */
export function programError(error: unknown, of: Grant): OAuthError {
  if (isOAuthError(error)) return error.forGrant(of.id)
  const words = scrub(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
  const message = `A function of the program threw while grant ${of.id} was renewed: ${words}`
  return new OAuthError('PROGRAM_ERROR', message, {
    provider: of.provider,
    grant: of.id,
    cause: error,
    outcome: 'unknown',
  })
}
