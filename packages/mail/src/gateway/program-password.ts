import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'

/** N, r, p of RFC 7914: 16 MiB and some 50 ms for one guess. */
const COST: ScryptOptions = { N: 16_384, r: 8, p: 1 }
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789'

/** A new password for one program: 24 characters, 120 bits, in groups that can be typed. Shown once, kept as a hash. */
export function newProgramPassword(): string {
  const letters = Array.from(randomBytes(24), (byte) => ALPHABET[byte % ALPHABET.length]).join('')
  return letters.replace(/(.{4})(?=.)/g, '$1-')
}

/** What is kept of a password: `scrypt$<salt>$<hash>`, both in base64url. */
export async function hashProgramPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  return `scrypt$${salt.toString('base64url')}$${(await derived(password, salt)).toString('base64url')}`
}

/** Whether the password is the one that was hashed; a hash that cannot be read fits none. */
export async function fitsHash(password: string, hash: string): Promise<boolean> {
  const [kind, salt = '', kept = ''] = hash.split('$')
  const expected = Buffer.from(kept, 'base64url')
  if (kind !== 'scrypt' || expected.length !== 32) return false
  return timingSafeEqual(await derived(password, Buffer.from(salt, 'base64url')), expected)
}

function derived(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, 32, COST, (error, key) => (error ? reject(error) : resolve(key)))
  })
}
