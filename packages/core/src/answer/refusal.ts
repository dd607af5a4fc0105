import type { ErrorCode } from '../error-catalogue.ts'
import { isOAuthError, OAuthError } from '../errors.ts'
import { scrub } from '../redacted.ts'
import type { AnswerBody } from './answer-body.ts'

/** Who answered, for the message. */
export interface Answerer {
  readonly id: string
  readonly name: string
}

/** A string with something in it; undefined for everything else. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/**
 * The typed error of an answer that is no success. The order decides: the HTTP status of trouble first, because
 * overloaded servers send OAuth errors too; then the provider's `error`; then what cannot be read at all.
 */
export function refusal(body: AnswerBody, provider: Answerer): OAuthError {
  const { status, fields, retryAfter, secrets } = body
  const clean = (words: string | undefined, length: number): string | undefined =>
    words === undefined ? undefined : scrub(words, secrets).slice(0, length)
  const nested = fields?.['error']
  const inner = typeof nested === 'object' && nested !== null ? (nested as Record<string, unknown>) : undefined
  const named = text(nested) ?? text(inner?.['code']) ?? text(inner?.['type']) ?? text(fields?.['error_code'])
  const error = clean(named, 200)
  const said = text(fields?.['error_description']) ?? text(inner?.['message']) ?? text(fields?.['message'])
  const description = clean(said, 600)
  const excerpt = error === undefined ? clean(readable(body), 300) : undefined
  const code = codeOf(status, error)
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
    retryAfter,
    // A server that broke down after it had accepted the request may have spent the refresh token.
    outcome: status >= 500 || status === 408 || code === 'INVALID_ANSWER' ? 'unknown' : 'refused',
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

function codeOf(status: number, error: string | undefined): ErrorCode {
  if (status === 429) return 'RATE_LIMITED'
  if (status === 408 || status === 425 || status >= 500) return 'PROVIDER_UNAVAILABLE'
  if (error === 'invalid_client' || error === 'unauthorized_client') return 'INVALID_CLIENT'
  if (error === 'temporarily_unavailable' || error === 'server_error') return 'PROVIDER_UNAVAILABLE'
  if (error === 'slow_down') return 'RATE_LIMITED'
  return error === undefined ? 'INVALID_ANSWER' : 'TOKEN_REQUEST_REFUSED'
}
