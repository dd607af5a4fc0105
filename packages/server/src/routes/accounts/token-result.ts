import type { AccessToken, Clock } from '@evergrant/core'
import type { TokenResult } from '../../contract/index.ts'

/** A token as it leaves the server. */
export function tokenResult(
  account: string,
  { access_token, token_type, ...token }: AccessToken,
  clock: Clock,
): TokenResult {
  const { expires_at, scope } = token
  return {
    access_token,
    token_type,
    ...(expires_at === undefined
      ? {}
      : { expires_at: Math.floor(expires_at), expires_in: Math.max(0, Math.floor(expires_at - clock.now())) }),
    ...(scope === undefined ? {} : { scope }),
    account,
  }
}
