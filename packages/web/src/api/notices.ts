import { queryOptions } from '@tanstack/react-query'
import { request } from './request.ts'
import type { NoticeList } from './types.ts'

export const noticesQuery = queryOptions({
  queryKey: ['notices'],
  queryFn: ({ signal }) => request<NoticeList>('GET', '/v1/notices', undefined, signal),
})

export const markSeen = () => request<unknown>('POST', '/v1/notices/seen')
export const dismissNotice = (id: string) => request<unknown>('POST', `/v1/notices/${encodeURIComponent(id)}/dismiss`)
