/**
 * Seals and opens text. What it returns names the key it was sealed with, so that keys can be changed; `context` is
 * authenticated with it, so that a ciphertext opens only in the place it was made for.
 */
export interface Cipher {
  /** Throws `KEY_UNAVAILABLE` when the key cannot be used now. */
  seal(text: string, context: string): string | Promise<string>
  /**
   * Throws `UNSEAL_FAILED` for a wrong key, a wrong place, or changed text, and `KEY_UNAVAILABLE` when the key cannot
   * be used now.
   */
  open(sealed: string, context: string): string | Promise<string>
}
