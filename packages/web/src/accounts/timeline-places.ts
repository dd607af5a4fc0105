import type { Timeline, TimelineMark } from '../api/types.ts'

const MONTH = 30 * 86_400
/** Percent of the width that what has happened gets, beside what is to come: each would be nothing beside years of the other. */
const LEAST_PAST = 35
const MOST_PAST = 85
/** Marks nearer to each other than this, in percent of the width, are drawn as one. */
const APART = 3.5

/** From the oldest that is known to the predicted end; not so far that nothing could be told apart on the way there. */
export function scaleOf({ from, now, predicted_end: end }: Pick<Timeline, 'from' | 'now' | 'predicted_end'>): {
  readonly to: number
  /** Where a moment is, in percent. */
  readonly place: (at: number) => number
} {
  const farthest = now + Math.max(MONTH, now - from)
  const to = end === undefined ? now : Math.max(now, Math.min(end.at, farthest))
  const share = to === now ? 100 : Math.min(MOST_PAST, Math.max(LEAST_PAST, (100 * (now - from)) / (to - from)))
  const within = (at: number, begin: number, length: number): number =>
    Math.min(1, Math.max(0, (at - begin) / Math.max(1, length)))
  return {
    to,
    place: (at) =>
      at <= now ? share * within(at, from, now - from) : share + (100 - share) * within(at, now, to - now),
  }
}

const WEIGHT: Readonly<Record<TimelineMark['type'], number>> = {
  ended: 6,
  revoked: 5,
  failing: 4,
  consented: 3,
  repaired: 2,
  paused: 1,
  resumed: 0,
}

/** Where marks are drawn: of those that would lie over each other the one that matters most. The table has them all. */
export function placesOf(
  marks: readonly TimelineMark[],
  place: (at: number) => number,
): readonly { readonly left: number; readonly mark: TimelineMark }[] {
  const places: { left: number; mark: TimelineMark }[] = []
  for (const mark of marks) {
    const left = place(mark.at)
    const last = places.at(-1)
    if (last === undefined || left - last.left >= APART) places.push({ left, mark })
    else if (WEIGHT[mark.type] > WEIGHT[last.mark.type]) last.mark = mark
  }
  return places
}
