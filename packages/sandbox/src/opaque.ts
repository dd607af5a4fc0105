import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 random bits, unguessable (RFC 6749 §10.10) and without meaning to whoever holds it. */
export function opaqueToken(): string {
  return randomBytes(32).toString('base64url')
}

/** Compares secrets without telling by time where they differ; hashing first makes the lengths equal. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
