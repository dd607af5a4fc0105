import { createCipheriv, createDecipheriv, createHash, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { type Cipher, OAuthError } from '@evergrant/core'

export { keyFromText } from './keyring/key-from-text.ts'
export { type LoadKeyOptions, loadKey } from './keyring/load-key.ts'

/** The keys of a {@link keyring}. */
export interface Keys {
  /** Seals, and opens what it sealed. */
  readonly current: KeyObject
  /** Former keys: they only open. */
  readonly others?: readonly KeyObject[] | undefined
}

/** A {@link Cipher} that also tells which keys it has, for people and for a change of keys. */
export interface Keyring extends Cipher {
  seal(text: string, context: string): string
  open(sealed: string, context: string): string
  /** Id of the key that seals: the first 8 bytes of its SHA-256, in hex. Not a secret. */
  readonly kid: string
  /** Whether a text was sealed with the current key. */
  isCurrent(sealed: string): boolean
}

const TAG = 16

/**
 * Seals with AES-256-GCM. A sealed text is `eg1.<kid>.<iv>.<ciphertext and tag>`; the context, the format and the key's
 * id are authenticated with it.
 *
 * Every sealing takes a random 96-bit IV, which is safe for 2^32 sealings under one key (NIST SP 800-38D §8.3): a
 * thousand writes a second for seven weeks. Change the key before that, by making it one of `others`.
 *
 * Opening fails with `UNSEAL_FAILED` for an unknown key, a changed text or another context. The message names the
 * key's id. Key and text never appear.
 *
 * @example
 * ```ts
 * import { sealed } from '@evergrant/core'
 * import { fileStore } from '@evergrant/stores/file'
 * import { keyring, loadKey } from '@evergrant/stores/keyring'
 *
 * const cipher = keyring({ current: await loadKey({ file: './grants.key' }) })
 * const store = sealed(fileStore('./grants.json'), cipher)
 * ```
 */
export function keyring(keys: Keys): Keyring {
  const known = new Map<string, KeyObject>()
  for (const key of [...(keys.others ?? []), keys.current]) known.set(keyId(key), key)
  const kid = keyId(keys.current)
  return {
    kid,
    isCurrent: (text) => text.startsWith(`eg1.${kid}.`),
    seal(text, context) {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', keys.current, iv).setAAD(associated(kid, context))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `eg1.${kid}.${iv.toString('base64url')}.${body.toString('base64url')}`
    },
    open(sealed, context) {
      const [, of = '', iv = '', rest = ''] = FORMAT.exec(sealed) ?? []
      if (of === '') throw new OAuthError('UNSEAL_FAILED', 'This is not a text that this kind of keyring sealed.')
      const key = known.get(of)
      if (key === undefined) {
        const message = `The text was sealed with key ${of}, which is not given (given: ${[...known.keys()].join(', ')}).`
        throw new OAuthError('UNSEAL_FAILED', message)
      }
      const body = Buffer.from(rest, 'base64url')
      // Bits of the last character that mean nothing must be zero: one sealed text, one form.
      if (body.toString('base64url') !== rest) throw changed(of)
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'), { authTagLength: TAG })
        .setAAD(associated(of, context))
        .setAuthTag(body.subarray(-TAG))
      try {
        return Buffer.concat([decipher.update(body.subarray(0, -TAG)), decipher.final()]).toString('utf8')
      } catch (cause) {
        throw changed(of, cause)
      }
    },
  }
}

/** Not shorter than an IV and a tag: 12 bytes are 16 characters, 16 bytes are 22. */
const FORMAT = /^eg1\.([0-9a-f]{16})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{22,})$/

function associated(kid: string, context: string): Buffer {
  return Buffer.from(`eg1.${kid}\n${context}`, 'utf8')
}

function changed(kid: string, cause?: unknown): OAuthError {
  const message = `A text sealed with key ${kid} does not open: it was changed, or belongs to another place.`
  return new OAuthError('UNSEAL_FAILED', message, cause === undefined ? {} : { cause })
}

function keyId(key: KeyObject): string {
  if (key.type !== 'secret' || key.symmetricKeySize !== 32) {
    throw new OAuthError('INVALID_ARGUMENT', 'A sealing key has 32 bytes (AES-256).')
  }
  return createHash('sha256').update(key.export()).digest('hex').slice(0, 16)
}

/** A new random key. */
export function newKey(): KeyObject {
  return createSecretKey(randomBytes(32))
}
