import type { AccessToken } from '@evergrant/core'
import type { TokenResult } from '../contract/index.ts'
import { hashed } from '../security/secret.ts'

/** A token as it leaves the server now, in epoch seconds. */
export function tokenResult(account: string, token: AccessToken, now: number): TokenResult {
  const { access_token, token_type, expires_at, scope } = token
  return {
    access_token,
    token_type,
    ...(expires_at === undefined
      ? {}
      : { expires_at: Math.floor(expires_at), expires_in: Math.max(0, Math.floor(expires_at - now)) }),
    ...(scope === undefined ? {} : { scope }),
    account,
    generation: generationOf(token),
  }
}

/** Names a token without telling it. */
export function generationOf({ access_token }: AccessToken): string {
  return hashed(access_token)
}

interface Written {
  readonly expires_in: number | undefined
  readonly text: string
}

/** The answers for tokens that are asked for again and again: each is written once for as long as it says the same. */
export class TokenTexts {
  readonly #written = new WeakMap<AccessToken, Written>()

  of(account: string, token: AccessToken, now: number): string {
    const expires_in = secondsLeft(token, now)
    const before = this.#written.get(token)
    if (before !== undefined && before.expires_in === expires_in) return before.text
    const text = JSON.stringify(tokenResult(account, token, now))
    this.#written.set(token, { expires_in, text })
    return text
  }
}

function secondsLeft({ expires_at }: AccessToken, now: number): number | undefined {
  return expires_at === undefined ? undefined : Math.max(0, Math.floor(expires_at - now))
}
