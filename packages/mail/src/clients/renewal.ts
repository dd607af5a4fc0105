/** Seconds before a token's end by which connections that began with it have been replaced. */
const MARGIN = 60
/** Connections of one token are not replaced in the same second: they spread over so many seconds, or a quarter of its life. */
const SPREAD = 240

/**
 * When a mail connection that signed in with this token should be replaced, in epoch seconds: servers end a session, or
 * refuse its commands, when its token ends. Undefined when nobody knows the end.
 *
 * @param random from 0 up to 1: where in the spread this connection lies
 */
export function renewalAt(
  { expires_at }: { readonly expires_at?: number | undefined },
  now: number,
  random: number,
): number | undefined {
  if (expires_at === undefined) return undefined
  const life = Math.max(0, expires_at - now)
  const margin = Math.min(MARGIN, life / 4)
  return expires_at - margin - random * Math.min(SPREAD, life / 4)
}
