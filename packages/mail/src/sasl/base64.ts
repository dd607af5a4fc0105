/** UTF-8 text as base64 without line breaks (RFC 4648 §4), as SASL sends it in every mail protocol. */
export function encodeBase64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''))
}

/** The text behind strict base64; undefined when it is malformed, or not UTF-8. */
export function decodeBase64(base64: string): string | undefined {
  // `atob` forgives white space and missing padding; a mail protocol must not.
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return undefined
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
