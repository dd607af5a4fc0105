import { infiniteQueryOptions } from '@tanstack/react-query'
import { request } from './request.ts'
import type { AuditLog } from './types.ts'

/** Newest first; each further page is older. For administrators. */
export const auditQuery = infiniteQueryOptions({
  queryKey: ['audit'],
  queryFn: ({ pageParam, signal }) =>
    request<AuditLog>(
      'GET',
      pageParam === undefined ? '/v1/audit' : `/v1/audit?before=${pageParam}`,
      undefined,
      signal,
    ),
  initialPageParam: undefined as number | undefined,
  getNextPageParam: ({ before }) => before,
  staleTime: 0,
})
