import type { AccessToken } from './access-token.ts'
import { type Grant, tokenOf } from './grant.ts'
import { skewFor } from './lifetimes.ts'

/** What one flight is to bring home: a want, with its defaults filled in. */
export interface Wish {
  readonly key: string
  readonly resource: string | undefined
  readonly scope: string | undefined
  readonly minTtl: number
  readonly force: boolean
  readonly rejected: string | undefined
  /** Nobody waits: renew if it is due, but do not queue behind another process. */
  readonly background: boolean
}

/** From when a token is no longer handed out, epoch seconds; infinity when its end is unknown. */
export function hardEnd(token: AccessToken, skew: number): number {
  if (token.expires_at === undefined) return Number.POSITIVE_INFINITY
  const margin = token.refresh_at === undefined ? 0 : token.expires_at - token.refresh_at
  // The soft margin is about a fifth of the lifetime, or half of a short one; the skew never eats a short life.
  return token.expires_at - skewFor(margin * 5, skew)
}

/** The grant's token for this wish, if it may be handed out now. */
export function usable(of: Grant, wish: Wish, now: number, skew: number): AccessToken | undefined {
  const token = tokenOf(of, wish.key)
  if (token === undefined || token.access_token === wish.rejected) return undefined
  return now + wish.minTtl < hardEnd(token, skew) ? token : undefined
}

/** The grant's token for this wish, if it needs no renewal yet. */
export function fresh(of: Grant, wish: Wish, now: number, skew: number): AccessToken | undefined {
  const token = usable(of, wish, now, skew)
  if (token === undefined || !wish.background) return token
  return now < (token.refresh_at ?? Number.POSITIVE_INFINITY) ? token : undefined
}
