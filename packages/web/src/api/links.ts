import { queryOptions } from '@tanstack/react-query'
import { request } from './request.ts'
import type {
  Account,
  AuthorizeResult,
  Confirmation,
  ConnectLink,
  ConnectRequest,
  NewConnectLink,
  SamePersonResult,
} from './types.ts'

const path = (id: string) => `/v1/accounts/${encodeURIComponent(id)}`

export const makeLink = (id: string, body: NewConnectLink) =>
  request<ConnectLink>('POST', `${path(id)}/connect-link`, body)
export const confirmAccount = (id: string, body: Confirmation) => request<Account>('POST', `${path(id)}/confirm`, body)

/** Another account of the person who connected this one, as long as nothing has happened to it. */
export const samePersonQuery = ({ id, version, updated_at }: Account) =>
  queryOptions({
    queryKey: ['same-person', id, version, updated_at],
    queryFn: async ({ signal }) =>
      (await request<SamePersonResult>('GET', `${path(id)}/same-person`, undefined, signal)).account ?? null,
  })

export const lookAtLink = (token: string) => request<ConnectRequest>('POST', '/v1/connect/look', { token })
export const beginByLink = (token: string) => request<AuthorizeResult>('POST', '/v1/connect/begin', { token })
