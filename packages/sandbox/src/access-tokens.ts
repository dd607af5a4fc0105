import { BoundedMap } from './bounded-map.ts'
import { opaqueToken } from './opaque.ts'

export interface AccessToken {
  readonly value: string
  readonly clientId: string
  /** Absent for an app-only token. */
  readonly sub?: string | undefined
  readonly scope: string
  /** RFC 8707 resources. Empty: good for the sandbox's own API. */
  readonly audience: readonly string[]
  readonly family?: string | undefined
  readonly issuedAt: number
  readonly expiresAt: number
}

export class AccessTokens {
  readonly #tokens = new BoundedMap<AccessToken>(100_000)

  /** `value`: what the token is, where it is not opaque. */
  issue({ value = opaqueToken(), ...token }: Omit<AccessToken, 'value'> & { readonly value?: string }): AccessToken {
    const issued = { ...token, value }
    this.#tokens.set(issued.value, issued)
    return issued
  }

  find(value: string): AccessToken | undefined {
    return this.#tokens.get(value)
  }

  /** The token while it is good: issued here, not revoked, not expired. */
  valid(value: string, now: number): AccessToken | undefined {
    const token = this.#tokens.get(value)
    return token !== undefined && now < token.expiresAt ? token : undefined
  }

  /** Those that are still good, as JSON can carry them. */
  dump(now: number): AccessToken[] {
    return [...this.#tokens.values()].filter((token) => now < token.expiresAt)
  }

  load(tokens: readonly AccessToken[]): void {
    for (const token of tokens) this.#tokens.set(token.value, token)
  }

  revoke(value: string): void {
    this.#tokens.take(value)
  }

  revokeWhere(test: (token: AccessToken) => boolean): void {
    for (const token of this.#tokens.values()) if (test(token)) this.#tokens.take(token.value)
  }
}
