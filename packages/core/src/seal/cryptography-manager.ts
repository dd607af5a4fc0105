import { base64url } from '../client/pem.ts'
import { isOAuthError, OAuthError } from '../errors.ts'
import { scrub } from '../redacted.ts'
import { fromBase64url, textOf } from './bytes.ts'
import type { Cipher } from './cipher.ts'

/**
 * Encryption of one's own: two functions that take text. What `encrypt` returns, text or bytes, is what `decrypt` gets
 * back; and `decrypt` returns the text, as text or as bytes in UTF-8. Either may be async.
 */
export interface CryptographyManager {
  encrypt(text: string): string | Uint8Array | Promise<string | Uint8Array>
  decrypt(sealed: string | Uint8Array<ArrayBuffer>): string | Uint8Array | Promise<string | Uint8Array>
}

/**
 * A {@link Cipher} of a {@link CryptographyManager}. The place that a text belongs to is encrypted with it and compared
 * when it is opened, so that texts that were swapped do not open, if the encryption shows changes. The outcome is
 * `x1.t.<text>` or `x1.b.<bytes in base64url>`.
 */
export function managedCipher(manager: CryptographyManager): Cipher {
  return {
    async seal(text, context) {
      const sealed = await manager.encrypt(JSON.stringify([context, text]))
      return typeof sealed === 'string' ? `x1.t.${sealed}` : `x1.b.${base64url(sealed)}`
    },
    async open(sealed, context) {
      const form = sealed.slice(0, 5)
      const given = form === 'x1.t.' ? sealed.slice(5) : form === 'x1.b.' ? fromBase64url(sealed.slice(5)) : undefined
      if (given === undefined)
        throw new OAuthError('UNSEAL_FAILED', 'This is not a text that a cryptography manager sealed.')
      const [place, text] = parts(await decrypted(manager, given))
      if (place !== context)
        throw new OAuthError('UNSEAL_FAILED', 'A sealed text belongs to another place, or was put back from before.')
      return text
    },
  }
}

async function decrypted(manager: CryptographyManager, given: string | Uint8Array<ArrayBuffer>): Promise<string> {
  try {
    const plain = await manager.decrypt(given)
    return typeof plain === 'string' ? plain : textOf(plain)
  } catch (error) {
    if (isOAuthError(error)) throw error
    const words = scrub(error instanceof Error ? error.message : String(error))
    // Only its words: such an error may hold what it was decrypting.
    throw new OAuthError('UNSEAL_FAILED', `The cryptography manager did not open a text: ${words}`)
  }
}

function parts(plain: string): readonly [string, string] {
  try {
    const [place, text] = JSON.parse(plain) as unknown[]
    if (typeof place === 'string' && typeof text === 'string') return [place, text]
  } catch {
    // The parser's own words quote the text.
  }
  throw new OAuthError('UNSEAL_FAILED', 'What the cryptography manager opened is nothing that was sealed here.')
}
