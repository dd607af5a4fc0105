import type { AccessToken, Clock } from '@evergrant/core'
import type { TokenResult } from '../contract/index.ts'
import { hashed } from '../security/secret.ts'

/** A token as it leaves the server. */
export function tokenResult(account: string, token: AccessToken, clock: Clock): TokenResult {
  const { access_token, token_type, expires_at, scope } = token
  return {
    access_token,
    token_type,
    ...(expires_at === undefined
      ? {}
      : { expires_at: Math.floor(expires_at), expires_in: Math.max(0, Math.floor(expires_at - clock.now())) }),
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
  readonly #clock: Clock
  readonly #written = new WeakMap<AccessToken, Written>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  of(account: string, token: AccessToken): string {
    const expires_in = secondsLeft(token, this.#clock)
    const before = this.#written.get(token)
    if (before !== undefined && before.expires_in === expires_in) return before.text
    const text = JSON.stringify(tokenResult(account, token, this.#clock))
    this.#written.set(token, { expires_in, text })
    return text
  }
}

function secondsLeft({ expires_at }: AccessToken, clock: Clock): number | undefined {
  return expires_at === undefined ? undefined : Math.max(0, Math.floor(expires_at - clock.now()))
}
