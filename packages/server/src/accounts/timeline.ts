import type { HistoryEntry, Timeline, TimelineMark } from '../contract/index.ts'

const DAY = 86_400
/** History is kept as long. */
const LONGEST = 90 * DAY
/** An hour at least: in a life of minutes there would be nothing to see. */
const SHORTEST = 3_600
const MOST_BUCKETS = 60
/** Lengths that people know. */
const LENGTHS = [60, 300, 900, 3_600, 6 * 3_600, 12 * 3_600, DAY, 2 * DAY]

/** A line of an account's history, as far as its time line is made of it. */
export type TimelineEntry = Pick<HistoryEntry, 'at' | 'type' | 'code' | 'times' | 'since'>

interface Life {
  readonly now: number
  /** When the account was made. */
  readonly since: number
  readonly consented_at?: number | undefined
}

/** The life of a grant from its history, which is given oldest first. */
export function timeline(history: readonly TimelineEntry[], { now, since, consented_at }: Life): Timeline {
  const from = Math.max(now - LONGEST, Math.min(since, now - SHORTEST))
  const seconds = LENGTHS.find((length) => (now - from) / length <= MOST_BUCKETS) ?? 2 * DAY
  const buckets = Array.from({ length: Math.floor((now - from) / seconds) + 1 }, (_, index) => ({
    at: from + index * seconds,
    refreshed: 0,
    failed: 0,
  }))
  for (const entry of history) {
    const what = entry.type === 'refreshed' ? 'refreshed' : isFailure(entry) ? 'failed' : undefined
    if (what === undefined) continue
    for (const at of momentsOf(entry)) {
      const bucket = buckets[Math.floor((at - from) / seconds)]
      if (bucket !== undefined) bucket[what]++
    }
  }
  return {
    from,
    now,
    ...(consented_at === undefined ? {} : { consented_at }),
    seconds,
    buckets,
    marks: marksOf(history),
  }
}

const isFailure = ({ type }: TimelineEntry): boolean => type === 'refresh_failed' || type === 'consent_required'

/** A line stands for several renewals at about even distances. */
function momentsOf({ at, times = 1, since = at }: TimelineEntry): number[] {
  return Array.from({ length: times }, (_, index) => at - ((at - since) * index) / Math.max(1, times - 1))
}

const PLAIN = { authorized: 'consented', revoked: 'revoked', paused: 'paused', resumed: 'resumed' } as const

function marksOf(history: readonly TimelineEntry[]): TimelineMark[] {
  const marks: TimelineMark[] = []
  let failing: { at: number; times: number; code?: string } | undefined
  const close = (): void => {
    if (failing !== undefined) marks.push({ type: 'failing', ...failing })
    failing = undefined
  }
  for (const entry of history) {
    const { at, type, code } = entry
    if (type === 'refresh_failed') {
      failing ??= { at, times: 0, ...(code && { code }) }
      failing.times++
    } else if (type === 'refreshed') {
      if (failing !== undefined) {
        close()
        marks.push({ at: entry.since ?? at, type: 'repaired' })
      }
    } else if (type === 'consent_required') {
      close()
      marks.push({ at, type: 'ended', ...(code && { code }) })
    } else if (type in PLAIN) {
      close()
      marks.push({ at, type: PLAIN[type as keyof typeof PLAIN] })
    }
  }
  close()
  return marks
}
