/**
 * How many seconds an access token lives, from any of the fields that providers use; undefined when none tells.
 * `now`: epoch seconds when the request was sent.
 */
export function lifetime(fields: Readonly<Record<string, unknown>>, now: number): number | undefined {
  const relative = number(fields['expires_in'])
  if (relative !== undefined) return relative > 0 ? relative : undefined
  const absolute = epoch(fields['expires_at'] ?? fields['expires_on'])
  if (absolute !== undefined) return Math.max(0, absolute - now)
  const either = fields['expires']
  const plain = number(either)
  // Seconds to live and epoch seconds share this name in the field; nothing lives for thirty years.
  if (plain !== undefined && plain < 946_684_800) return plain > 0 ? plain : undefined
  const date = epoch(either)
  return date === undefined ? undefined : Math.max(0, date - now)
}

function number(value: unknown): number | undefined {
  const plain = typeof value === 'string' && /^\s*-?\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : value
  return typeof plain === 'number' && Number.isFinite(plain) ? plain : undefined
}

/** Epoch seconds from a number, a numeric string, milliseconds, or an ISO date. */
function epoch(value: unknown): number | undefined {
  const plain = number(value)
  if (plain !== undefined) return plain > 100_000_000_000 ? plain / 1000 : plain
  const date = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? undefined : date / 1000
}
