import { createHash } from 'node:crypto'
import { BoundedMap } from './bounded-map.ts'
import { opaqueToken, sameSecret } from './opaque.ts'

export interface CodeChallenge {
  readonly challenge: string
  readonly method: 'S256' | 'plain'
}

/** What a person agreed to, as it waits behind an authorization code for the client to come for it. */
export interface AuthorizationCode {
  readonly clientId: string
  readonly sub: string
  readonly scope: string
  readonly resources: readonly string[]
  /** Absent when the authorization request named none. */
  readonly redirectUri?: string | undefined
  readonly pkce?: CodeChallenge | undefined
  readonly nonce?: string | undefined
  readonly authority?: string | undefined
  readonly authTime: number
  readonly expiresAt: number
  /** Set on first use, so that a second use can take back what the first was given (RFC 6749 §4.1.2). */
  used?: { family?: string | undefined; accessToken?: string | undefined } | undefined
}

export class Codes {
  readonly #codes = new BoundedMap<AuthorizationCode>(10_000)

  issue(code: AuthorizationCode): string {
    const value = opaqueToken()
    this.#codes.set(value, code)
    return value
  }

  find(value: string): AuthorizationCode | undefined {
    return this.#codes.get(value)
  }
}

/** RFC 7636 §4.6. */
export function provesPossession(pkce: CodeChallenge, verifier: string): boolean {
  const derived = pkce.method === 'S256' ? createHash('sha256').update(verifier, 'ascii').digest('base64url') : verifier
  return sameSecret(derived, pkce.challenge)
}
