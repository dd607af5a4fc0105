import { queryOptions } from '@tanstack/react-query'
import { request } from './request.ts'
import type { ProviderList } from './types.ts'

export const providersQuery = queryOptions({
  queryKey: ['providers'],
  queryFn: async ({ signal }) => (await request<ProviderList>('GET', '/v1/providers', undefined, signal)).providers,
  staleTime: Number.POSITIVE_INFINITY,
})
