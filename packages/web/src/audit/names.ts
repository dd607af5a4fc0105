import { type UseQueryResult, useQueries, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { accountAddress } from '../accounts/account-label.ts'
import { accountsQuery } from '../api/accounts.ts'
import { apiKeysQuery } from '../api/api-keys.ts'
import { connectionsQuery } from '../api/connections.ts'
import type { Account, AccountList, AuditEntry } from '../api/types.ts'
import { usersQuery } from '../api/users.ts'
import { webhooksQuery } from '../api/webhooks.ts'

/** What something is called now, and its page, if it has one. */
export interface Named {
  readonly name: string
  readonly to?: string
}

/** By id, for what still exists. */
export type Names = ReadonlyMap<string, Named>

/** So many ids are asked for at once. */
const AT_ONCE = 100

/** The log has ids, which stay; people know names, which are looked up: those of accounts only as far as they are shown. */
export function useNames(entries: readonly AuditEntry[]): Names {
  const ids = [...new Set(entries.flatMap((entry) => (isAboutAccount(entry) && entry.subject ? [entry.subject] : [])))]
  const parts = Array.from({ length: Math.ceil(ids.length / AT_ONCE) }, (_, at) =>
    ids.slice(at * AT_ONCE, (at + 1) * AT_ONCE),
  )
  const accounts = useQueries({
    queries: parts.map((ids) => accountsQuery({ ids }, { limit: AT_ONCE })),
    combine: everyAccount,
  })
  const connections = useQuery(connectionsQuery).data
  const users = useQuery(usersQuery).data
  const keys = useQuery(apiKeysQuery).data
  const webhooks = useQuery(webhooksQuery).data
  return useMemo(
    () =>
      new Map<string, Named>([
        ...accounts.map((one) => [one.id, { name: accountAddress(one), to: `/accounts/${one.id}` }] as const),
        ...(connections ?? []).map(({ id, name }) => [id, { name, to: `/settings/connections/${id}` }] as const),
        ...(users ?? []).map(({ id, name }) => [id, { name }] as const),
        ...(keys ?? []).map(({ id, name }) => [id, { name }] as const),
        ...(webhooks ?? []).map(
          ({ id, url, description }) => [id, { name: description ?? url, to: `/settings/webhooks/${id}` }] as const,
        ),
      ]),
    [accounts, connections, users, keys, webhooks],
  )
}

const isAboutAccount = ({ action, detail }: AuditEntry): boolean =>
  action.startsWith('account.') || detail?.['for'] === 'account.reveal'

const everyAccount = (pages: readonly UseQueryResult<AccountList>[]): Account[] =>
  pages.flatMap(({ data }) => data?.accounts ?? [])
