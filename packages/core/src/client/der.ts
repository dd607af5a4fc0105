import { OAuthError } from '../errors.ts'

/** One element of DER (X.690): what a key or a certificate is made of. */
export interface DerElement {
  readonly tag: number
  readonly content: Uint8Array
  /** The element with its tag and length. */
  readonly whole: Uint8Array
}

export const INTEGER = 0x02
export const OCTET_STRING = 0x04
export const NULL = 0x05
export const OBJECT_IDENTIFIER = 0x06
export const SEQUENCE = 0x30

/** The elements that stand in these bytes one after another. Throws `INVALID_KEY` for anything that is no DER. */
export function derElements(bytes: Uint8Array): DerElement[] {
  const elements: DerElement[] = []
  for (let at = 0; at < bytes.length; ) {
    const start = at
    const tag = bytes[at++] ?? 0
    const first = bytes[at++] ?? 0x80
    let length = first
    if (first >= 0x80) {
      const count = first & 0x7f
      // 0x80 alone is BER's indefinite length; more than four bytes of length is no key that anybody has.
      if (count === 0 || count > 4) throw malformed()
      length = 0
      for (let index = 0; index < count; index++) length = length * 256 + (bytes[at++] ?? Number.NaN)
    }
    const end = at + length
    if (!(end <= bytes.length)) throw malformed()
    elements.push({ tag, content: bytes.subarray(at, end), whole: bytes.subarray(start, end) })
    at = end
  }
  return elements
}

/** What stands inside a constructed element with this tag. */
export function inside(element: DerElement | undefined, tag: number): DerElement[] {
  return derElements(contentOf(element, tag))
}

/** The content of an element that must have this tag. */
export function contentOf(element: DerElement | undefined, tag: number): Uint8Array {
  if (element?.tag !== tag) throw malformed()
  return element.content
}

/** Writes an element around its content. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const size: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) size.unshift(rest % 256)
  const head = length < 0x80 ? [tag, length] : [tag, 0x80 | size.length, ...size]
  const bytes = new Uint8Array(head.length + length)
  bytes.set(head)
  let at = head.length
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** An object identifier in its usual dotted form. */
export function objectIdentifier(element: DerElement | undefined): string {
  const [first = 0, ...rest] = contentOf(element, OBJECT_IDENTIFIER)
  const arcs = [Math.min(2, Math.floor(first / 40)), first - 40 * Math.min(2, Math.floor(first / 40))]
  let arc = 0
  for (const byte of rest) {
    arc = arc * 128 + (byte & 0x7f)
    if (byte < 0x80) {
      arcs.push(arc)
      arc = 0
    }
  }
  return arcs.join('.')
}

function malformed(): OAuthError {
  return new OAuthError('INVALID_KEY', 'The key or certificate is damaged: it is not well-formed DER.')
}
