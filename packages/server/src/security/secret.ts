import { hash, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 random bits, base64url: 43 characters. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** An id that nobody guesses and that is safe in a path: 120 random bits, 20 characters. */
export function randomId(): string {
  return randomBytes(15).toString('base64url')
}

/**
 * What is stored in place of a random secret. A plain hash is enough for 256 random bits; passwords are another matter.
 */
export function hashed(secret: string): string {
  return hash('sha256', secret, 'base64url')
}

/** Compares in constant time. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(hashed(a)), Buffer.from(hashed(b))]
  return timingSafeEqual(left, right)
}
