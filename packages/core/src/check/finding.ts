import type { Who } from '../error-catalogue.ts'
import { isOAuthError, type OAuthError } from '../errors.ts'
import { scrub } from '../redacted.ts'

/** What one step of a check found. */
export interface Finding {
  /** `discovery`, `tls`, `client_authentication`, `clock`, `redirect_uri`, `scopes` or `consent`. */
  readonly id: string
  readonly title: string
  /** `warn`: it works, with a catch. `skip`: it could not be looked at, or does not apply. */
  readonly result: 'ok' | 'warn' | 'fail' | 'skip'
  readonly detail: string
  /** Who must mend it. */
  readonly who?: Who | undefined
  readonly advice?: string | undefined
  /** The provider's page that tells more. */
  readonly link?: string | undefined
  /** What was thrown, where something was. */
  readonly error?: OAuthError | undefined
}

/** A finding without its name. */
export type Found = Omit<Finding, 'id' | 'title'>

/** What was thrown, as a finding. */
export function failedWith(error: unknown): Found {
  if (!isOAuthError(error)) {
    const words = scrub(error instanceof Error ? error.message : String(error))
    return { result: 'fail', detail: words, who: 'operator' }
  }
  const { message, who, advice, link } = error
  return { result: 'fail', detail: message, who, advice, ...(link === undefined ? {} : { link }), error }
}
