import { OAuthError } from '../errors.ts'
import { aesKey, decrypted, encrypted, IV, TAG } from './aes-gcm.ts'
import { utf8 } from './bytes.ts'

/**
 * A key-encryption key: it wraps the data keys that seal records, and may live where no program can read it, such as in
 * a key management service. A {@link keyring} calls it seldom: data keys are kept in memory for a while.
 *
 * Every method fails with `KEY_UNAVAILABLE` when the key cannot be used now, and `unwrap` with `UNSEAL_FAILED` for bytes
 * that this key did not wrap.
 */
export interface SealingKey {
  /**
   * Names the key in every text it sealed, and is no secret: 1 to 256 letters, digits and `_ : / + = , @ -`. It always
   * means the same key.
   */
  readonly id: string
  /** Wraps a data key of 32 bytes. The outcome is up to 4096 bytes long. */
  wrap(dataKey: Uint8Array<ArrayBuffer>): Promise<Uint8Array>
  unwrap(wrapped: Uint8Array<ArrayBuffer>): Promise<Uint8Array>
  /** Opens what the key itself sealed, without a data key: the format `eg1` of former versions. */
  openDirect?(bytes: Uint8Array<ArrayBuffer>, associated: Uint8Array<ArrayBuffer>): Promise<Uint8Array>
}

const ID = /^[A-Za-z0-9_:/+=,@-]{1,256}$/

/** Throws `INVALID_ARGUMENT` for an id that cannot stand in a sealed text. */
export function assertKeyId(id: string): void {
  if (ID.test(id)) return
  throw new OAuthError('INVALID_ARGUMENT', 'The id of a sealing key is 1 to 256 letters, digits and _ : / + = , @ -')
}

/**
 * A sealing key of 32 random bytes (AES-256), which this program holds. Its id is the first 8 bytes of its SHA-256, in
 * hex. Throws `INVALID_ARGUMENT` for another length.
 *
 * @example
 * ```ts
 * import { keyring, memoryStore, sealed, sealingKey } from '@evergrant/core'
 *
 * const current = await sealingKey(crypto.getRandomValues(new Uint8Array(32)))
 * const store = sealed(memoryStore(), keyring({ current }))
 * console.log(await store.get('alice'))
 * ```
 */
export async function sealingKey(bytes: Uint8Array): Promise<SealingKey> {
  if (bytes.length !== 32) throw new OAuthError('INVALID_ARGUMENT', 'A sealing key has 32 bytes (AES-256).')
  const own = Uint8Array.from(bytes)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', own))
  const id = Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('')
  const key = await aesKey(own)
  own.fill(0)
  const associated = utf8.encode(`eg2 data key\n${id}`)
  return {
    id,
    wrap: (dataKey) => encrypted(key, dataKey, associated),
    async unwrap(wrapped) {
      if (wrapped.length < IV + TAG) throw notWrapped(id)
      return decrypted(key, wrapped, associated).catch((cause: unknown) => {
        throw notWrapped(id, cause)
      })
    },
    openDirect: (bytes, additional) => decrypted(key, bytes, additional),
  }
}

function notWrapped(id: string, cause?: unknown): OAuthError {
  const message = `A data key does not open with key ${id}: it was changed, or another key wrapped it.`
  return new OAuthError('UNSEAL_FAILED', message, cause === undefined ? {} : { cause })
}
