import { type QueryClient, queryOptions, skipToken } from '@tanstack/react-query'
import { request } from './request.ts'
import { serverAddress } from './server-address.ts'
import type {
  Account,
  AccountCounts,
  AccountFlag,
  AccountHistory,
  AccountList,
  AccountPatch,
  AccountSort,
  AccountTest,
  AuthorizeResult,
  NewAccount,
  PresentState,
  Removal,
  Reveal,
  Timeline,
  TokenResult,
} from './types.ts'

const ALL = ['accounts']
const PAGES = [...ALL, 'page']
const COUNTS = [...ALL, 'counts']
const path = (id: string) => `/v1/accounts/${encodeURIComponent(id)}`

/** Which accounts are meant; the server finds them. */
export interface AccountFilter {
  readonly q?: string | undefined
  readonly connection?: string | undefined
  readonly states?: readonly PresentState[] | undefined
  readonly flag?: AccountFlag | undefined
  readonly ids?: readonly string[] | undefined
}

interface Paging {
  readonly sort?: AccountSort | undefined
  readonly limit: number
  /** What the page before gave as `next`. */
  readonly cursor?: string | undefined
}

/** A page of accounts: whatever there are more of is never fetched. */
export const accountsQuery = (filter: AccountFilter, { sort, limit, cursor }: Paging) =>
  queryOptions({
    queryKey: [...PAGES, parameters(filter, { sort, limit, cursor })],
    queryFn: ({ signal }) => accountPage(filter, { sort, limit, cursor }, signal),
  })

export const accountPage = (filter: AccountFilter, paging: Paging, signal?: AbortSignal) =>
  request<AccountList>('GET', `/v1/accounts?${parameters(filter, paging)}`, undefined, signal)

/** How many there are in each state. */
export const accountCountsQuery = ({ q, connection }: AccountFilter) =>
  queryOptions({
    queryKey: [...COUNTS, parameters({ q, connection })],
    queryFn: ({ signal }) =>
      request<AccountCounts>('GET', `/v1/accounts/counts?${parameters({ q, connection })}`, undefined, signal),
  })

/** Where a table of them is, for spreadsheets. */
export const exportAddress = (filter: AccountFilter, sort: AccountSort): string =>
  serverAddress(`/v1/accounts.csv?${parameters(filter, { sort })}`)

export const accountQuery = (id: string) =>
  queryOptions({
    queryKey: [...ALL, 'one', id],
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
    queryKey: [...ALL, 'history', id, version, updated_at],
    queryFn: async ({ signal }) =>
      (await request<AccountHistory>('GET', `${path(id)}/history`, undefined, signal)).history,
    staleTime: 0,
  })

/** The life of the grant, asked for again when something happens. */
export const timelineQuery = ({ id, version, updated_at }: Account) =>
  queryOptions({
    queryKey: [...ALL, 'timeline', id, version, updated_at],
    queryFn: ({ signal }) => request<Timeline>('GET', `${path(id)}/timeline`, undefined, signal),
    staleTime: 0,
  })

export const createAccount = (body: NewAccount) => request<Account>('POST', '/v1/accounts', body)
export const changeAccount = (id: string, body: AccountPatch) => request<Account>('PATCH', path(id), body)
export const authorizeAccount = (id: string) => request<AuthorizeResult>('POST', `${path(id)}/authorize`)
export const refreshAccount = (id: string) => request<Account>('POST', `${path(id)}/refresh`)
export const testAccount = (id: string) => request<AccountTest>('POST', `${path(id)}/test`)
export const lookUpAgain = (id: string) => request<Account>('POST', `${path(id)}/look-up`)
export const revealToken = (id: string, body: Reveal) => request<TokenResult>('POST', `${path(id)}/reveal`, body)
export const removeAccount = (id: string, revoke: boolean) =>
  request<Removal | undefined>('DELETE', revoke ? path(id) : `${path(id)}?revoke=false`)

/** Puts an account that the server just told us about where every screen reads it. */
export function keepAccount(client: QueryClient, account: Account): void {
  client.setQueryData(accountQuery(account.id).queryKey, account)
  client.setQueriesData<AccountList>({ queryKey: PAGES }, (page) => {
    // A page that it is not on stays the very same one, so that nothing is drawn again for it.
    if (!page?.accounts.some(({ id }) => id === account.id)) return page
    return { ...page, accounts: page.accounts.map((one) => (one.id === account.id ? account : one)) }
  })
}

/** Takes an account that is gone out of the lists; its own page asks once more, or goes on to the one in its place. */
export function dropAccount(client: QueryClient, id: string, successor?: string): void {
  if (successor !== undefined) client.setQueryData(successorQuery(id).queryKey, successor)
  client.setQueriesData<AccountList>({ queryKey: PAGES }, (page) => {
    if (!page?.accounts.some((one) => one.id === id)) return page
    return { ...page, accounts: page.accounts.filter((one) => one.id !== id) }
  })
}

/** Asks again for the lists that are shown, and for how many there are. */
export async function relistAccounts(client: QueryClient): Promise<void> {
  await Promise.all([client.invalidateQueries({ queryKey: PAGES }), client.invalidateQueries({ queryKey: COUNTS })])
}

function parameters(
  { q, connection, states, flag, ids }: AccountFilter,
  { sort, limit, cursor }: Partial<Paging> = {},
): string {
  const words = q?.trim()
  const all = {
    q: words === '' ? undefined : words,
    connection,
    state: states?.join(','),
    flag,
    ids: ids?.join(','),
    sort,
    limit: limit === undefined ? undefined : String(limit),
    cursor,
  }
  return new URLSearchParams(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  ).toString()
}
