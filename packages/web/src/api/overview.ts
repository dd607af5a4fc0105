import { queryOptions } from '@tanstack/react-query'
import { request } from './request.ts'
import type { Overview, OverviewSpan } from './types.ts'

export const overviewQuery = (span: OverviewSpan) =>
  queryOptions({
    queryKey: ['overview', span],
    queryFn: ({ signal }) => request<Overview>('GET', `/v1/overview?span=${span}`, undefined, signal),
    staleTime: 5_000,
  })
