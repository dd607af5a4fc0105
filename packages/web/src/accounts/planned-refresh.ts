import type { Account } from '../api/types.ts'
import { needsPerson } from './needs-person.ts'

/** When it will be renewed; not at all while that would need a person first, whatever the old token's plan was. */
export function plannedRefresh(account: Account): number | undefined {
  return needsPerson(account) || account.state === 'paused' ? undefined : account.refresh_at
}
