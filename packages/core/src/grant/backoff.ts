/**
 * Seconds to wait after so many failures in a row: none after the first, then full jitter over 2, 4, 8 … seconds,
 * capped at an hour. `random` is in [0, 1).
 */
export function backoff(failures: number, random: number): number {
  if (failures < 2) return 0
  return Math.min(3600, 2 ** Math.min(failures - 1, 12)) * (0.5 + random * 0.5)
}
