import type { Texts } from '../languages/languages.ts'

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

/** The farthest a `Date` goes, in milliseconds (ECMAScript, "Time Values and Time Range"). */
const FARTHEST = 8.64e15

/** A moment in epoch seconds as a date. One that lies beyond all dates is the last one: a number that a provider gave must not end a page. */
export function dateOf(at: number): Date {
  return new Date(Math.max(-FARTHEST, Math.min(FARTHEST, at * 1000)))
}

/** How a language says when. Moments are epoch seconds. */
export interface TimeWords {
  /** "3 minutes ago", "in 2 hours"; within a minute of now: "just now", "in a moment". */
  readonly relative: (at: number, now: number) => string
  /** The same of what is planned: once its time has come it is "due", and not over. */
  readonly planned: (at: number, now: number) => string
  readonly exact: (at: number) => string
  readonly day: (at: number) => string
}

export function timeWords(language: string, words: Pick<Texts['shared'], 'justNow' | 'inAMoment' | 'due'>): TimeWords {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  const exact = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' })
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' })
  const relative: TimeWords['relative'] = (at, now) => {
    const seconds = at - now
    const step = STEPS.find(([, size]) => Math.abs(seconds) >= size)
    if (!step) return seconds > 0 ? words.inAMoment : words.justNow
    return format.format(Math.round(seconds / step[1]), step[0])
  }
  return {
    relative,
    planned: (at, now) => (at > now ? relative(at, now) : words.due),
    exact: (at) => exact.format(dateOf(at)),
    day: (at) => day.format(dateOf(at)),
  }
}
