import type { AccessToken } from '../grant/access-token.ts'
import { cannotProve, isBound } from '../http/bound-token.ts'
import { sendable } from '../http/sendable.ts'

/** The token itself, for a library that sends it without showing the request; a bound one is refused. */
export function bearerOnly(token: AccessToken, instead: string): string {
  if (isBound(token)) throw cannotProve(instead)
  return sendable(token.access_token)
}
