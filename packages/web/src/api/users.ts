import { queryOptions } from '@tanstack/react-query'
import { request } from './request.ts'
import type { Invitation, NewInvitation, NewUser, User, UserList, UserPatch } from './types.ts'

const path = (id: string) => `/v1/users/${encodeURIComponent(id)}`

/** For administrators. */
export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: async ({ signal }) => (await request<UserList>('GET', '/v1/users', undefined, signal)).users,
})

export const inviteUser = (body: NewUser) => request<Invitation>('POST', '/v1/users', body)
export const inviteAgain = (id: string, body: NewInvitation) => request<Invitation>('POST', `${path(id)}/invite`, body)
export const changeUser = (id: string, body: UserPatch) => request<User>('PATCH', path(id), body)
export const removeUser = (id: string) => request<unknown>('DELETE', path(id))
