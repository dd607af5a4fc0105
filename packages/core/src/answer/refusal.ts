import type { ErrorCode } from '../error-catalogue.ts'
import { isOAuthError, OAuthError } from '../errors.ts'
import { type Abilities, abilities } from '../provider/abilities.ts'
import { type ErrorAdvice, guidanceOf, isTrouble } from '../provider/error-advice.ts'
import { scrub } from '../redacted.ts'
import type { AnswerBody } from './answer-body.ts'

/** Who answered, for the message. */
export interface Answerer {
  readonly id: string
  readonly name: string
  /** What is known about its errors. */
  readonly advice?: ErrorAdvice
  readonly [abilities]?: Abilities
}

/** A string with something in it; undefined for everything else. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/**
 * The typed error of an answer that is no success. The order decides: the HTTP status of trouble first, because
 * overloaded servers send OAuth errors too; then the provider's `error`; then what is known about this provider's errors;
 * then what cannot be read at all. `step`: the grant type of the token request.
 */
export function refusal(body: AnswerBody, provider: Answerer, step?: string): OAuthError {
  const { status, fields, retryAfter, secrets } = body
  const clean = (words: string | undefined, length: number): string | undefined =>
    words === undefined ? undefined : scrub(words, secrets).slice(0, length)
  const nested = fields?.['error']
  const inner = typeof nested === 'object' && nested !== null ? (nested as Record<string, unknown>) : undefined
  const named = text(nested) ?? text(inner?.['code']) ?? text(inner?.['type']) ?? text(fields?.['error_code'])
  const said = text(fields?.['error_description']) ?? text(inner?.['message']) ?? text(fields?.['message'])
  const facts = { status, error: named, description: said, fields, step }
  const known =
    named === undefined && said === undefined ? undefined : provider[abilities]?.adviceFor(provider.advice, facts)
  const error = known?.means ?? clean(named, 200)
  const description = clean(said, 600)
  const excerpt = error === undefined ? clean(readable(body), 300) : undefined
  const code = known?.as ?? codeOf(status, error)
  const words =
    description ?? (excerpt === undefined ? 'an empty answer' : body.html ? 'a web page instead of an answer' : excerpt)
  const message = `${provider.name} answered ${status}${error === undefined ? '' : ` ${error}`}: ${words}`
  return new OAuthError(code, message, {
    provider: provider.id,
    error,
    error_description: description,
    error_uri: clean(text(fields?.['error_uri']), 600),
    status,
    excerpt,
    retryAfter: retryAfter ?? known?.retry_after,
    // A server that broke down after it had accepted the request may have spent the refresh token.
    outcome: status >= 500 || status === 408 || code === 'INVALID_ANSWER' ? 'unknown' : 'refused',
    guidance: known && guidanceOf(known),
    claims: clean(text(fields?.['claims']), 4000),
  })
}

/**
 * What may be shown of an answer that gave no reason. One that was meant as a success may hold tokens under names
 * that nobody knows, so only the names are shown.
 */
function readable({ status, fields, html, text: whole }: AnswerBody): string | undefined {
  if (whole === '') return undefined
  if (html || status < 200 || status > 299) return whole.slice(0, 16_384)
  if (fields === undefined || !whole.trimStart().startsWith('{')) return 'no fields of a token answer'
  return `the fields ${Object.keys(fields).join(', ') || '(none)'}`
}

/**
 * Whether the provider says that the grant has ended (RFC 6749 §5.2). Trouble of the server is no such word, even when
 * its body claims it.
 */
export function isInvalidGrant(error: unknown): boolean {
  return isOAuthError(error) && error.error === 'invalid_grant' && error.code === 'TOKEN_REQUEST_REFUSED'
}

/** OpenID Connect Core §3.1.2.6: nothing but the person at the provider's own pages helps. */
const INTERACTIVE = new Set(['interaction_required', 'login_required', 'consent_required'])

function codeOf(status: number, error: string | undefined): ErrorCode {
  if (isTrouble(status)) return status === 429 ? 'RATE_LIMITED' : 'PROVIDER_UNAVAILABLE'
  if (error === 'invalid_client' || error === 'unauthorized_client') return 'INVALID_CLIENT'
  if (error === 'temporarily_unavailable' || error === 'server_error') return 'PROVIDER_UNAVAILABLE'
  if (error === 'slow_down') return 'RATE_LIMITED'
  if (INTERACTIVE.has(error ?? '')) return 'CONSENT_REQUIRED'
  return error === undefined ? 'INVALID_ANSWER' : 'TOKEN_REQUEST_REFUSED'
}
