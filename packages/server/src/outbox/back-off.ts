const MINUTE = 60
const HOUR = 3600

/** Seconds to wait after each attempt that failed: three days in all, as Standard Webhooks suggests. */
const WAITS = [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR] as const

/** Of its length that a wait may be longer or shorter. */
const JITTER = 0.1

/** No receiver can put an attempt off by more. */
const LONGEST = 24 * HOUR

/**
 * Seconds until the next attempt after so many that failed; undefined: that was the last one. Spread by `random` (0 to 1),
 * so that what failed together does not come back together. A receiver may ask for more time, and never for less.
 */
export function waitAfter(attempts: number, random: number, asked = 0): number | undefined {
  const usual = WAITS[attempts - 1]
  if (usual === undefined) return undefined
  return Math.max(usual * (1 - JITTER + 2 * JITTER * random), Math.min(asked, LONGEST))
}
