import { base64url } from '../client/pem.ts'

/** So many texts that nobody can guess, of 256 bits each (RFC 9700 §2.1.1, RFC 7636 §7.1), drawn in one go. */
export function unguessable(count: number): string[] {
  const bytes = crypto.getRandomValues(new Uint8Array(32 * count))
  return Array.from({ length: count }, (_, index) => base64url(bytes.subarray(index * 32, index * 32 + 32)))
}
