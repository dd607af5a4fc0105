import type { AccessToken } from './access-token.ts'

/** Seconds before its end from which a token is no longer handed out, however short it lives. */
export const CLOCK_SKEW = 10

/**
 * How long before its end a token is renewed in the background: 20 % of its lifetime, at least a minute, at most a
 * quarter of an hour, never more than half its lifetime, spread by ±10 % so that many grants do not come at once.
 * `random` is in [0, 1).
 */
export function softMargin(lifetime: number, random: number): number {
  const margin = Math.min(Math.max(60, Math.min(900, lifetime * 0.2)), lifetime / 2)
  return margin * (0.9 + random * 0.2)
}

/**
 * When to renew in the background, epoch seconds. The provider's own wish (`refresh_in`) wins if it is earlier; but
 * never earlier than `early` seconds before the end, when the provider would refuse it, and a little after that.
 */
export function refreshAt(
  now: number,
  lifetime: number,
  refreshIn: number | undefined,
  random: number,
  early: number = lifetime,
): number {
  const ours = lifetime - softMargin(lifetime, random)
  const floor = early < lifetime ? lifetime - early * (0.9 - random * 0.1) : 0
  return now + Math.max(floor, Math.min(ours, refreshIn ?? ours))
}

/** How much of a token's end is cut off for clocks that differ: the skew, but never a tenth of a short life. */
export function skewFor(lifetime: number, skew: number = CLOCK_SKEW): number {
  return Math.min(skew, lifetime * 0.1)
}

/**
 * Whether the token has ended, or ends within `skew` seconds (fractions and 0 allowed; default 0).
 * A token without a known end has not expired.
 */
export function isExpired(token: Pick<AccessToken, 'expires_at'>, now: number, skew = 0): boolean {
  return token.expires_at !== undefined && now >= token.expires_at - skew
}
