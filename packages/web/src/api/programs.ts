import { queryOptions } from '@tanstack/react-query'
import { request } from './request.ts'
import type { ProgramList } from './types.ts'

const path = (account: string) => `/v1/accounts/${encodeURIComponent(account)}/programs`

export const programsQuery = (account: string) =>
  queryOptions({
    queryKey: ['programs', account],
    queryFn: async ({ signal }) => (await request<ProgramList>('GET', path(account), undefined, signal)).programs,
    staleTime: 0,
  })

export const withdrawProgram = (account: string, key: string) =>
  request<unknown>('DELETE', `${path(account)}/${encodeURIComponent(key)}`)
