import { type ErrorClass, type ErrorCode, errorCatalogue, isErrorCode, type Who } from './error-catalogue.ts'
import type { Guidance } from './provider/error-advice.ts'

/**
 * What became of a request that failed: it never left, the provider refused it, or nobody knows.
 * A refresh token whose request has an unknown outcome may have been spent.
 */
export type Outcome = 'not_sent' | 'refused' | 'unknown'

/** What an error carries beside its code and message. Nothing in it is a secret. */
export interface ErrorDetails {
  readonly cause?: unknown
  /** Id of the provider. */
  readonly provider?: string | undefined
  /** Id of the grant. */
  readonly grant?: string | undefined
  /** The provider's own `error`, unchanged (RFC 6749 §5.2). */
  readonly error?: string | undefined
  /** The provider's own `error_description`. */
  readonly error_description?: string | undefined
  /** The provider's own `error_uri`. */
  readonly error_uri?: string | undefined
  /** HTTP status of the provider's answer. */
  readonly status?: number | undefined
  /** The beginning of an answer that could not be read, secrets removed. */
  readonly excerpt?: string | undefined
  /** Seconds to wait before trying again. */
  readonly retryAfter?: number | undefined
  readonly outcome?: Outcome | undefined
  /** What is known about this refusal of this provider; it wins over what the code alone says. */
  readonly guidance?: Guidance | undefined
  /** What the next consent must prove, as the provider's JSON: passed on unchanged (OpenID Connect Core §5.5). */
  readonly claims?: string | undefined
  /** Of `WRONG_ACCOUNT`: the name of the person at the provider who consented, as far as that was told. */
  readonly username?: string | undefined
}

/**
 * The one error class. `code` says what happened, `who` has to act, and `advice` says what to do.
 * Messages name what is wrong and never contain a token, code, secret or assertion.
 *
 * @example
 * ```ts
 * import { isOAuthError, type TokenSource } from '@evergrant/core'
 *
 * async function read(source: TokenSource): Promise<string> {
 *   try {
 *     return (await source.token()).access_token
 *   } catch (error) {
 *     if (isOAuthError(error) && error.code === 'CONSENT_REQUIRED') return 'ask the person to connect again'
 *     throw error
 *   }
 * }
 * ```
 */
export class OAuthError extends Error {
  override readonly name = 'OAuthError'
  readonly code: ErrorCode
  readonly provider: string | undefined
  readonly grant: string | undefined
  readonly error: string | undefined
  readonly error_description: string | undefined
  readonly error_uri: string | undefined
  readonly status: number | undefined
  readonly excerpt: string | undefined
  readonly retryAfter: number | undefined
  readonly outcome: Outcome | undefined
  readonly guidance: Guidance | undefined
  readonly claims: string | undefined
  readonly username: string | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.provider = details.provider
    this.grant = details.grant
    this.error = details.error
    this.error_description = details.error_description
    this.error_uri = details.error_uri
    this.status = details.status
    this.excerpt = details.excerpt
    this.retryAfter = details.retryAfter
    this.outcome = details.outcome
    this.guidance = details.guidance
    this.claims = details.claims
    this.username = details.username
  }

  /** What kind of trouble it is. */
  get class(): ErrorClass {
    return this.guidance?.class ?? errorCatalogue[this.code].class
  }

  /** Who has to act. */
  get who(): Who {
    return this.guidance?.who ?? errorCatalogue[this.code].who
  }

  /** What to do, in one sentence. */
  get advice(): string {
    return this.guidance?.advice ?? errorCatalogue[this.code].advice
  }

  /** The page of the provider that tells more, where one is known. */
  get link(): string | undefined {
    return this.guidance?.link
  }

  /** The same error that also names the grant it happened to. */
  forGrant(grant: string): OAuthError {
    if (this.grant !== undefined) return this
    const named = new OAuthError(this.code, this.message, { ...this, cause: this.cause, grant })
    if (this.stack !== undefined) named.stack = this.stack
    return named
  }

  /** Everything that is known, JSON-safe, without the cause. */
  toJSON(): Record<string, unknown> {
    const { code, message, who, advice, provider, grant, error, error_description, error_uri, status } = this
    const { excerpt, retryAfter, outcome, claims, username, link } = this
    return {
      code,
      class: this.class,
      who,
      message,
      advice,
      link,
      provider,
      grant,
      error,
      error_description,
      error_uri,
      status,
      excerpt,
      retryAfter,
      outcome,
      claims,
      username,
    }
  }
}

/** True for an {@link OAuthError}, also for one that another copy of this module made. */
export function isOAuthError(error: unknown): error is OAuthError {
  return error instanceof Error && error.name === 'OAuthError' && 'code' in error && isErrorCode(String(error.code))
}
