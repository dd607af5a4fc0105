import { queryOptions } from '@tanstack/react-query'
import { request } from './request.ts'
import type { ApiKeyList, NewApiKey, NewApiKeyResult } from './types.ts'

export const apiKeysQuery = queryOptions({
  queryKey: ['api-keys'],
  queryFn: async ({ signal }) => (await request<ApiKeyList>('GET', '/v1/api-keys', undefined, signal)).api_keys,
})

export const createApiKey = (body: NewApiKey) => request<NewApiKeyResult>('POST', '/v1/api-keys', body)
export const deleteApiKey = (id: string) => request<unknown>('DELETE', `/v1/api-keys/${encodeURIComponent(id)}`)
