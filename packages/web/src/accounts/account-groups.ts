import type { AccountFlag, PresentState } from '../api/types.ts'

/** What accounts are counted and filtered by. */
export const ACCOUNT_GROUPS = ['all', 'working', 'attention', 'waiting', 'paused'] as const
export type AccountGroup = (typeof ACCOUNT_GROUPS)[number]

const GROUP_OF: Readonly<Record<PresentState, Exclude<AccountGroup, 'all'>>> = {
  ok: 'working',
  delayed: 'working',
  degraded: 'attention',
  needs_consent: 'attention',
  blocked_by_admin: 'attention',
  connection_error: 'attention',
  new: 'waiting',
  awaiting_consent: 'waiting',
  checking: 'waiting',
  paused: 'paused',
}

/** Flags that accounts can be filtered by beside their groups: an account with one may be in any of those. */
export const SHOWN_FLAGS = ['expiring_soon', 'look_up_failed'] as const satisfies readonly AccountFlag[]

/** A group or a flag. */
export type Shown = AccountGroup | (typeof SHOWN_FLAGS)[number]

export function shownFrom(text: string | null): Shown {
  return [...ACCOUNT_GROUPS, ...SHOWN_FLAGS].find((one) => one === text) ?? 'all'
}

/** The same as the server is asked for. */
export function filterOf(shown: Shown): { states?: PresentState[]; flag?: AccountFlag } {
  const flag = SHOWN_FLAGS.find((one) => one === shown)
  if (flag !== undefined) return { flag }
  if (shown === 'all') return {}
  return { states: present.filter((state) => GROUP_OF[state] === shown) }
}

const present = Object.keys(GROUP_OF) as PresentState[]

/** How many accounts are in each group, by how many are in each state. */
export function groupCounts(states: Readonly<Record<PresentState, number>>): Record<AccountGroup, number> {
  const counts = { all: 0, working: 0, attention: 0, waiting: 0, paused: 0 }
  for (const state of present) {
    counts[GROUP_OF[state]] += states[state]
    counts.all += states[state]
  }
  return counts
}
