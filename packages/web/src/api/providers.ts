import { queryOptions } from '@tanstack/react-query'
import { request } from './request.ts'
import type { Provider, ProviderList } from './types.ts'

/** All providers by name, the best known first; what one of them needs is asked for when it is chosen. */
export const providersQuery = queryOptions({
  queryKey: ['providers'],
  queryFn: async ({ signal }) => (await request<ProviderList>('GET', '/v1/providers', undefined, signal)).providers,
  staleTime: Number.POSITIVE_INFINITY,
})

export const providerQuery = (id: string) =>
  queryOptions({
    queryKey: ['providers', id],
    queryFn: ({ signal }) => request<Provider>('GET', `/v1/providers/${encodeURIComponent(id)}`, undefined, signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
