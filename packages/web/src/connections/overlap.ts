import type { ConnectionPatch } from '../api/types.ts'

/** How long the former secret counts beside a new one. */
export const OVERLAPS = ['week', 'day', 'month', 'open', 'none'] as const
export type Overlap = (typeof OVERLAPS)[number]

const DAYS = { day: 1, week: 7, month: 30 } as const

/** What is sent about the former secret with a new one. `now`: epoch seconds. */
export function formerSecretOf(overlap: Overlap, now: number): NonNullable<ConnectionPatch['former_secret']> | null {
  if (overlap === 'none') return null
  return overlap === 'open' ? {} : { ends_at: Math.floor(now) + DAYS[overlap] * 86_400 }
}
