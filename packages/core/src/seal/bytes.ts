import { base64url } from '../client/pem.ts'

export const utf8: TextEncoder = new TextEncoder()
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text in bytes; throws when they are not UTF-8. */
export function textOf(bytes: Uint8Array): string {
  return strict.decode(bytes)
}

/**
 * The bytes of a base64url text, undefined when it is none. Bits of the last character that mean nothing must be zero:
 * every sealed text has one form only.
 */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (/[^A-Za-z0-9_-]/.test(text) || text.length % 4 === 1) return undefined
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0))
  return base64url(bytes) === text ? bytes : undefined
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
