import { base64 } from '../client/pem.ts'

/** How tokens become text or bytes, and back. `JSON` is one. */
export interface Serializer {
  stringify(value: unknown): string | Uint8Array
  /** Gets what `stringify` returned. Throws for anything else. */
  parse(data: string | Uint8Array<ArrayBuffer>): unknown
}

/** Serialised text, when the mark of bytes is its first character. */
const TEXT = '\u0000t'
const BYTES = '\u0000b'

/** As text, for a cipher. Text stays as it is. */
export function serialized(by: Serializer, value: unknown): string {
  const data = by.stringify(value)
  if (typeof data !== 'string') return BYTES + base64(data)
  return data.startsWith('\u0000') ? TEXT + data : data
}

export function deserialized(by: Serializer, text: string): unknown {
  if (text.startsWith(TEXT)) return by.parse(text.slice(2))
  if (!text.startsWith(BYTES)) return by.parse(text)
  return by.parse(Uint8Array.from(atob(text.slice(2)), (character) => character.charCodeAt(0)))
}
