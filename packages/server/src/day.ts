const DAY = 86_400

/** The day of a moment, as its first second (UTC). */
export function dayOf(at: number): number {
  return Math.floor(at / DAY) * DAY
}
