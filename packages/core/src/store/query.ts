import type { GrantSummary } from '../grant/grant.ts'
import type { GrantQuery } from './store.ts'

const byId = (a: GrantSummary, b: GrantSummary): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
const byDue = (a: GrantSummary, b: GrantSummary): number => due(a) - due(b)
const due = (of: GrantSummary): number => of.refresh_at ?? of.expires_at ?? Number.POSITIVE_INFINITY

/** The summaries that a query asks for, in its order. For stores that have no index of their own. */
export function matches(all: readonly GrantSummary[], query: GrantQuery): GrantSummary[] {
  const { provider, state, dueBefore, limit } = query
  const chosen = all.filter(
    (of) =>
      (provider === undefined || of.provider === provider) &&
      (state === undefined || of.standing.state === state) &&
      (dueBefore === undefined || due(of) < dueBefore),
  )
  return chosen.sort(dueBefore === undefined ? byId : byDue).slice(0, limit)
}
