import { queryOptions } from '@tanstack/react-query'
import { request } from './request.ts'
import type { Session, Setup, SignIn } from './types.ts'

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => request<Session>('GET', '/v1/session', undefined, signal),
  staleTime: 60_000,
})

export const signIn = (credentials: SignIn) => request<unknown>('POST', '/v1/session', credentials)
export const signOut = () => request<unknown>('DELETE', '/v1/session')
export const setUp = (body: Setup) => request<unknown>('POST', '/v1/setup', body)
