import { counted } from '../counted.ts'
import { OAuthError } from '../errors.ts'
import { cappedText } from '../http/capped-text.ts'

/** An answer that was read whole: its status, its text, and its fields when it has some. */
export interface AnswerBody {
  readonly status: number
  readonly text: string
  /** JSON or urlencoded fields; undefined when the body is neither. */
  readonly fields: Readonly<Record<string, unknown>> | undefined
  /** Seconds, from `Retry-After`. */
  readonly retryAfter: number | undefined
  readonly html: boolean
  /** What the request carried, so that words of the answer that repeat it can be cleaned. */
  readonly secrets?: Iterable<string>
  /** What a step around the fetch threw after the answer had come. */
  readonly thrown?: unknown
}

/** Reads at most `limit` bytes, then the fields, whatever the content type claims. `now`: epoch seconds. */
export async function readAnswer(
  response: Response,
  limit: number,
  now: number,
  secrets: Iterable<string> = [],
): Promise<AnswerBody> {
  const text = await cappedText(response.body, limit)
  if (text === undefined) {
    throw new OAuthError('INVALID_ANSWER', `The provider's answer is larger than ${counted(limit, 'byte')}.`, {
      status: response.status,
      outcome: 'unknown',
    })
  }
  const markup = /^\s*<(?:!doctype|html|head|body)/i.test(text)
  const fields = markup ? undefined : parseFields(text)
  // Some servers call everything a web page, tokens too; what can be read as fields is no page.
  const claimed = /^text\/html\b/i.test(response.headers.get('content-type') ?? '')
  return {
    status: response.status,
    text,
    fields,
    retryAfter: parseRetryAfter(response.headers.get('retry-after'), now),
    html: markup || (claimed && fields === undefined),
    secrets,
  }
}

/** JSON or urlencoded fields, without those that reach prototypes; undefined when it is neither, or has a field twice. */
export function parseFields(text: string): Record<string, unknown> | undefined {
  const trimmed = text.trim()
  if (trimmed.startsWith('{')) {
    try {
      return fieldsOf(JSON.parse(trimmed))
    } catch {
      return undefined
    }
  }
  // Some providers answer urlencoded, as the first drafts of OAuth 2.0 did.
  if (!/^[\w.-]+=/.test(trimmed) || /[<>\s]/.test(trimmed)) return undefined
  const pairs = [...new URLSearchParams(trimmed)]
  const fields = Object.fromEntries(pairs)
  // RFC 6749 §3.2: none may come twice, and which of two tokens is meant nobody knows.
  return Object.keys(fields).length < pairs.length ? undefined : harmless(fields)
}

/** The fields of what was parsed, as {@link parseFields} gives them; undefined when it has none or is nested too deep. */
export function fieldsOf(parsed: unknown): Record<string, unknown> | undefined {
  return typeof parsed === 'object' && parsed !== null && !tooDeep(parsed) ? harmless(parsed) : undefined
}

/** What JSON says, when it could be written again. Throws a `SyntaxError` for what is none, or nested too deep. */
export function storable(json: string): unknown {
  const parsed: unknown = JSON.parse(json)
  if (tooDeep(parsed)) throw new SyntaxError('This JSON is nested too deep')
  return parsed
}

/** Nested so far that it could be parsed but not written again: no token answer is. */
function tooDeep(parsed: unknown, depth = 0): boolean {
  if (typeof parsed !== 'object' || parsed === null) return false
  if (depth > 200) return true
  for (const inner of Object.values(parsed)) if (tooDeep(inner, depth + 1)) return true
  return false
}

/** Own fields only, on an object without a prototype that a field could reach. */
function harmless(parsed: object): Record<string, unknown> {
  const given = parsed as Record<string, unknown>
  const fields: Record<string, unknown> = {}
  for (const name of Object.keys(given)) {
    if (name !== '__proto__' && name !== 'constructor' && name !== 'prototype') fields[name] = given[name]
  }
  return fields
}

/** RFC 9110 §10.2.3: seconds or an HTTP date, at most a day. `now`: epoch seconds. */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined
  if (/^\d+$/.test(header.trim())) return Math.min(Number(header), 86_400)
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.min(Math.max(0, date / 1000 - now), 86_400)
}
