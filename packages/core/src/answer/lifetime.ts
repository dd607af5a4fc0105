/**
 * How many seconds an access token lives, from any of the fields that providers use; undefined when none tells.
 * `now`: epoch seconds when the request was sent. `milliseconds`: what a span is told in.
 */
export function lifetime(
  fields: Readonly<Record<string, unknown>>,
  now: number,
  milliseconds = false,
): number | undefined {
  for (const name of ['expires_in', 'expires_at', 'expires_on', 'expires']) {
    const value = fields[name]
    const span = name === 'expires_in' || name === 'expires' ? number(value) : undefined
    const seconds = span !== undefined && milliseconds ? span / 1000 : span
    // Seconds to live and points in time share names in the field; nothing lives for thirty years.
    if (seconds !== undefined && seconds < 946_684_800) return seconds > 0 ? seconds : undefined
    const end = epoch(value)
    if (end !== undefined) return Math.max(0, end - now)
  }
  return undefined
}

/** A finite number, or a text that holds one. */
export function number(value: unknown): number | undefined {
  const plain = typeof value === 'string' && /^\s*-?\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : value
  return typeof plain === 'number' && Number.isFinite(plain) ? plain : undefined
}

/** The end of the year 9999 in epoch seconds: no calendar that reads it again goes on. */
const END_OF_TIME = 253_402_300_799

/** Epoch seconds from a number, a numeric string, milliseconds, or an ISO date. A number beyond all calendars tells nothing. */
export function epoch(value: unknown): number | undefined {
  const plain = number(value)
  if (plain !== undefined) {
    const seconds = plain > 100_000_000_000 ? plain / 1000 : plain
    return seconds > END_OF_TIME ? undefined : seconds
  }
  const date = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? undefined : date / 1000
}
