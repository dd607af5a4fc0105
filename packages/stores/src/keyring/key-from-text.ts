import { counted, OAuthError, type SealingKey, sealingKey } from '@evergrant/core'

/**
 * A sealing key from text: 32 random bytes in hex, base64 or base64url.
 *
 * Throws `INVALID_SETTING`, naming `source` and what was expected and never the text. A passphrase is refused: it is
 * guessed too easily.
 */
export async function keyFromText(text: string, source = 'The sealing key'): Promise<SealingKey> {
  const bytes = decoded(text.trim())
  if (bytes?.length === 32) return sealingKey(bytes)
  const found = bytes === undefined ? 'something else' : counted(bytes.length, 'byte')
  const message = `${source} must be 32 random bytes in hex, base64 or base64url, and is ${found}. Make one with: openssl rand -base64 32`
  throw new OAuthError('INVALID_SETTING', message)
}

function decoded(text: string): Buffer | undefined {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex')
  // 43 characters carry 32 bytes; anything else that looks like base64 is decoded only to say how long it is.
  if (/^(?:[A-Za-z0-9+/]+|[A-Za-z0-9_-]+)={0,2}$/.test(text)) return Buffer.from(text, 'base64url')
  return undefined
}
