import type { ProtocolError } from './protocol-error.ts'

/** What an answer handed out, for the journal. */
export interface Issued {
  readonly code?: string | undefined
  readonly access_token?: string | undefined
  readonly refresh_token?: string | undefined
  readonly id_token?: string | undefined
  /** The refresh family it belongs to, and the generation the family has reached. */
  readonly family?: string | undefined
  readonly generation?: number | undefined
}

/** An answer as a value, so that a fault can change, cut, delay or lose it before it is written. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The OAuth error it reports, if any. */
  readonly error?: string | undefined
  readonly issued?: Issued | undefined
}

// RFC 6749 §5.1 asks for both on whatever carries a token.
const uncached = { 'cache-control': 'no-store', pragma: 'no-cache' }

export function jsonAnswer(value: unknown, issued?: Issued): Answer {
  const headers = { 'content-type': 'application/json', ...uncached }
  return { status: 200, headers, body: JSON.stringify(value), issued }
}

export function emptyAnswer(status: number): Answer {
  return { status, headers: uncached, body: '' }
}

// 303 makes the browser follow a form post with a GET (RFC 9700 §4.12).
export function redirectAnswer(location: string, { error, issued }: { error?: string; issued?: Issued } = {}): Answer {
  return { status: 303, headers: { location, 'referrer-policy': 'no-referrer', ...uncached }, body: '', error, issued }
}

/** RFC 6749 §5.2. */
export function errorAnswer(error: ProtocolError): Answer {
  const body = JSON.stringify({ error: error.error, error_description: error.message })
  const headers = { 'content-type': 'application/json', ...uncached, ...error.headers }
  return { status: error.status, headers, body, error: error.error }
}
