import { queryOptions } from '@tanstack/react-query'
import { request } from './request.ts'
import type {
  AcceptInvitation,
  AuthorizeResult,
  InvitationLook,
  InvitedUser,
  PasswordChange,
  Session,
  Setup,
  SignIn,
  SignInWith,
} from './types.ts'

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => request<Session>('GET', '/v1/session', undefined, signal),
  staleTime: 60_000,
})

export const signIn = (credentials: SignIn) => request<unknown>('POST', '/v1/session', credentials)
export const signOut = () => request<unknown>('DELETE', '/v1/session')
export const setUp = (body: Setup) => request<unknown>('POST', '/v1/setup', body)
export const lookAtInvitation = (body: InvitationLook) => request<InvitedUser>('POST', '/v1/invitations/look', body)
export const acceptInvitation = (body: AcceptInvitation) => request<Session>('POST', '/v1/invitations/accept', body)
export const changePassword = (body: PasswordChange) => request<unknown>('PUT', '/v1/session/password', body)
export const beginSignIn = (body: SignInWith) => request<AuthorizeResult>('POST', '/v1/session/openid', body)
