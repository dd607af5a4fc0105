import type { PresentState } from '../api/types.ts'

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

export const isInGroup = (state: PresentState, group: AccountGroup): boolean =>
  group === 'all' || GROUP_OF[state] === group

export function groupFrom(text: string | null): AccountGroup {
  return ACCOUNT_GROUPS.find((group) => group === text) ?? 'all'
}

/** How many accounts are in each group, by how many are in each state. */
export function groupCounts(states: Readonly<Record<PresentState, number>>): Record<AccountGroup, number> {
  const counts = { all: 0, working: 0, attention: 0, waiting: 0, paused: 0 }
  for (const [state, group] of Object.entries(GROUP_OF)) {
    const count = states[state as PresentState]
    counts[group] += count
    counts.all += count
  }
  return counts
}
