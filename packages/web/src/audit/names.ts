import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { accountAddress } from '../accounts/account-label.ts'
import { accountsQuery } from '../api/accounts.ts'
import { apiKeysQuery } from '../api/api-keys.ts'
import { connectionsQuery } from '../api/connections.ts'
import { usersQuery } from '../api/users.ts'
import { webhooksQuery } from '../api/webhooks.ts'

/** What something is called now, and its page, if it has one. */
export interface Named {
  readonly name: string
  readonly to?: string
}

/** By id, for what still exists. */
export type Names = ReadonlyMap<string, Named>

/** The log has ids, which stay; people know names, which are looked up in what the page knows anyway. */
export function useNames(): Names {
  const accounts = useQuery(accountsQuery).data
  const connections = useQuery(connectionsQuery).data
  const users = useQuery(usersQuery).data
  const keys = useQuery(apiKeysQuery).data
  const webhooks = useQuery(webhooksQuery).data
  return useMemo(
    () =>
      new Map<string, Named>([
        ...(accounts ?? []).map((one) => [one.id, { name: accountAddress(one), to: `/accounts/${one.id}` }] as const),
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
