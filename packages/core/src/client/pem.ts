import { OAuthError } from '../errors.ts'

/** One block of a PEM text (RFC 7468). */
export interface PemBlock {
  /** `PRIVATE KEY`, `CERTIFICATE` … */
  readonly label: string
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Whether a passphrase protects it: PKCS#8's own way, or OpenSSL's old one with headers. */
  readonly encrypted: boolean
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g

/**
 * The blocks of a PEM text, in order; what stands between them is skipped. Line ends that an environment variable
 * turned into `\n` are accepted. Throws `INVALID_KEY`.
 */
export function pemBlocks(pem: string): PemBlock[] {
  const text = pem.replaceAll('\\r', '').replaceAll('\\n', '\n')
  return [...text.matchAll(BLOCK)].map(([, label = '', body = '']) => {
    const encrypted = label === 'ENCRYPTED PRIVATE KEY' || body.includes('ENCRYPTED')
    const base64 = body.replace(/^[\w-]+:.*$/gm, '').replace(/\s/g, '')
    try {
      return { label, encrypted, bytes: Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)) }
    } catch (cause) {
      throw new OAuthError('INVALID_KEY', `The PEM block ${label} is damaged: it is not base64.`, { cause })
    }
  })
}

/** Base64 of bytes; for `x5c`, and as the base of {@link base64url}. */
export function base64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/** Base64url of bytes, without padding (RFC 7515 §2). */
export function base64url(bytes: Uint8Array): string {
  return base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
