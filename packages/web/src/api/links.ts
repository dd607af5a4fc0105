import { request } from './request.ts'
import type { Account, AuthorizeResult, ConnectLink, ConnectRequest, NewConnectLink } from './types.ts'

const path = (id: string) => `/v1/accounts/${encodeURIComponent(id)}`

export const makeLink = (id: string, body: NewConnectLink) =>
  request<ConnectLink>('POST', `${path(id)}/connect-link`, body)
export const confirmAccount = (id: string, right: boolean) => request<Account>('POST', `${path(id)}/confirm`, { right })
export const lookAtLink = (token: string) => request<ConnectRequest>('POST', '/v1/connect/look', { token })
export const beginByLink = (token: string) => request<AuthorizeResult>('POST', '/v1/connect/begin', { token })
