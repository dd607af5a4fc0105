import type { Account } from '../api/types.ts'
import { accountAddress } from './account-label.ts'

const NEEDS_PERSON: ReadonlySet<Account['state']> = new Set(['needs_consent', 'blocked_by_admin', 'connection_error'])

/** Whether a person has to act before programs work again. */
export const needsPerson = ({ state }: Pick<Account, 'state'>): boolean => NEEDS_PERSON.has(state)

/** When it will be renewed; not at all while that would need a person first, whatever the old token's plan was. */
export function plannedRefresh(account: Account): number | undefined {
  return needsPerson(account) || account.state === 'paused' ? undefined : account.refresh_at
}

/** Those that need a person first, then by address, so that a change of state elsewhere moves nothing around. */
export function inOrder(accounts: readonly Account[]): Account[] {
  return accounts.toSorted(
    (one, other) =>
      Number(needsPerson(other)) - Number(needsPerson(one)) || accountAddress(one).localeCompare(accountAddress(other)),
  )
}

export function accountsMatching(accounts: readonly Account[], words: string): readonly Account[] {
  const wanted = words.trim().toLowerCase()
  if (!wanted) return accounts
  return accounts.filter((account) =>
    [account.name, accountAddress(account), account.connection.name].some((text) =>
      text.toLowerCase().includes(wanted),
    ),
  )
}
