import { joined } from './bytes.ts'

/** Bytes of an initialisation vector and of a tag (NIST SP 800-38D). */
export const IV = 12
export const TAG = 16

export function aesKey(bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

/** A random 96-bit IV, then ciphertext and tag. */
export async function encrypted(
  key: CryptoKey,
  plain: Uint8Array<ArrayBuffer>,
  additionalData: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const iv = crypto.getRandomValues(new Uint8Array(IV))
  const body = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key, plain)
  return joined(iv, new Uint8Array(body))
}

/** What {@link encrypted} took. Rejects when key, bytes or additional data are not the same. */
export async function decrypted(
  key: CryptoKey,
  bytes: Uint8Array<ArrayBuffer>,
  additionalData: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const algorithm = { name: 'AES-GCM', iv: bytes.subarray(0, IV), additionalData }
  return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, bytes.subarray(IV)))
}
