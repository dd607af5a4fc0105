const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const exact = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' })
const day = new Intl.DateTimeFormat('en', { dateStyle: 'medium' })

/** "3 minutes ago", "in 2 hours"; within a minute of now: "just now", "in a moment". Both in epoch seconds. */
export function relativeTime(at: number, now: number): string {
  const seconds = at - now
  const step = STEPS.find(([, size]) => Math.abs(seconds) >= size)
  if (!step) return seconds > 0 ? 'in a moment' : 'just now'
  return relative.format(Math.round(seconds / step[1]), step[0])
}

export const exactTime = (at: number): string => exact.format(at * 1000)
export const exactDay = (at: number): string => day.format(at * 1000)
