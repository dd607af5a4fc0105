import { createDecipheriv, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(pbkdf2)

/** The two keys of the Fernet specification, of a password. */
export interface FernetKey {
  readonly signing: Buffer
  readonly encryption: Buffer
}

export async function fernetKey(password: string, salt: Buffer, iterations: number): Promise<FernetKey> {
  const key = await derive(password, salt, iterations, 32, 'sha256')
  return { signing: key.subarray(0, 16), encryption: key.subarray(16) }
}

/** The text in a Fernet token; undefined when the key is another one or the token is damaged. */
export function unfernet(token: string, key: FernetKey): string | undefined {
  const bytes = Buffer.from(token, 'base64url')
  // Version, time (8), initialization vector (16), ciphertext, HMAC (32).
  if (bytes[0] !== 0x80 || bytes.length < 73) return undefined
  const [signed, mac] = [bytes.subarray(0, -32), bytes.subarray(-32)]
  if (!timingSafeEqual(createHmac('sha256', key.signing).update(signed).digest(), mac)) return undefined
  const cipher = createDecipheriv('aes-128-cbc', key.encryption, signed.subarray(9, 25))
  return Buffer.concat([cipher.update(signed.subarray(25)), cipher.final()]).toString('utf8')
}
