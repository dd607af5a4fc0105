import { type QueryClient, queryOptions, skipToken } from '@tanstack/react-query'
import { withItem, withoutItem } from './list-cache.ts'
import { request } from './request.ts'
import type {
  Account,
  AccountHistory,
  AccountList,
  AccountPatch,
  AccountTest,
  AuthorizeResult,
  NewAccount,
  Removal,
  Reveal,
  TokenResult,
} from './types.ts'

const LIST = ['accounts']
const path = (id: string) => `/v1/accounts/${encodeURIComponent(id)}`

export const accountsQuery = queryOptions({
  queryKey: LIST,
  queryFn: async ({ signal }) => (await request<AccountList>('GET', '/v1/accounts', undefined, signal)).accounts,
})

export const accountQuery = (id: string) =>
  queryOptions({
    queryKey: [...LIST, id],
    queryFn: ({ signal }) => request<Account>('GET', path(id), undefined, signal),
  })

/** The account of the same person that has the grant of this one now; told, never asked for. */
export const successorQuery = (id: string) =>
  queryOptions<string>({
    queryKey: ['account-successors', id],
    queryFn: skipToken,
    staleTime: Number.POSITIVE_INFINITY,
  })

/** The record's version is part of the key: when something happens, its new line is asked for. */
export const historyQuery = ({ id, version, updated_at }: Account) =>
  queryOptions({
    queryKey: [...LIST, id, 'history', version, updated_at],
    queryFn: async ({ signal }) =>
      (await request<AccountHistory>('GET', `${path(id)}/history`, undefined, signal)).history,
    staleTime: 0,
  })

export const createAccount = (body: NewAccount) => request<Account>('POST', '/v1/accounts', body)
export const changeAccount = (id: string, body: AccountPatch) => request<Account>('PATCH', path(id), body)
export const authorizeAccount = (id: string) => request<AuthorizeResult>('POST', `${path(id)}/authorize`)
export const refreshAccount = (id: string) => request<Account>('POST', `${path(id)}/refresh`)
export const testAccount = (id: string) => request<AccountTest>('POST', `${path(id)}/test`)
export const revealToken = (id: string, body: Reveal) => request<TokenResult>('POST', `${path(id)}/reveal`, body)
export const removeAccount = (id: string, revoke: boolean) =>
  request<Removal | undefined>('DELETE', revoke ? path(id) : `${path(id)}?revoke=false`)

/** Puts an account that the server just told us about where every screen reads it. */
export function keepAccount(client: QueryClient, account: Account): void {
  client.setQueryData(accountQuery(account.id).queryKey, account)
  client.setQueryData(accountsQuery.queryKey, withItem(account))
}

export function dropAccount(client: QueryClient, id: string, successor?: string): void {
  if (successor !== undefined) client.setQueryData(successorQuery(id).queryKey, successor)
  client.removeQueries({ queryKey: accountQuery(id).queryKey, exact: true })
  client.setQueryData(accountsQuery.queryKey, withoutItem<Account>(id))
}
