import { scrub } from '@evergrant/core'
import { decodeBase64 } from './base64.ts'

/** Why a mail server refuses a token, in its own words. */
export interface SaslFailure {
  /** `invalid_token`, `insufficient_scope`, `invalid_request` (RFC 7628 §3.2.2), or an HTTP status such as `401`. */
  readonly status: string
  /** The scope that a token would need. */
  readonly scope?: string | undefined
  readonly schemes?: string | undefined
  /** Where the provider describes itself. Somebody else's word: never fetch it unasked. */
  readonly openid_configuration?: string | undefined
}

/** A longer challenge is no message about a token. */
const LONGEST_CHALLENGE = 8192

/**
 * What the server says in its error challenge (base64 JSON); undefined when it is not one: empty, malformed, too long, or
 * without a status. A server that sends nothing readable refuses all the same, so the caller only loses the reason.
 * Control characters and anything that looks like a secret are removed.
 *
 * @see RFC 7628 §3.2.2
 */
export function readChallenge(base64: string): SaslFailure | undefined {
  if (base64.length > LONGEST_CHALLENGE) return undefined
  const text = decodeBase64(base64.trim())
  if (text === undefined) return undefined
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined
  const field = (name: string): string | undefined => {
    const value: unknown = Object.hasOwn(json, name) ? Reflect.get(json, name) : undefined
    if (typeof value === 'number') return String(value)
    return typeof value === 'string' && value !== '' ? scrub(value).slice(0, 500) : undefined
  }
  const status = field('status')
  if (status === undefined) return undefined
  return {
    status,
    scope: field('scope'),
    schemes: field('schemes'),
    openid_configuration: field('openid-configuration'),
  }
}
