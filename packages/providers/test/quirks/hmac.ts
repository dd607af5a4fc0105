import { createHmac } from 'node:crypto'

/** A signature as the sandbox's provider would make it; not by the code under test. */
export function hmacOf(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex')
}
