import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Services } from '../services.ts'
import { COOKIE, SESSION_COOKIE } from './cookies.ts'
import type { SignedIn } from './sessions.ts'

/** Signs a user in: under a new secret, and in the place of whoever was signed in before. */
export async function beginSession(
  userId: string,
  request: Pick<FastifyRequest, 'cookies'>,
  reply: Pick<FastifyReply, 'setCookie'>,
  { sessions, users }: Pick<Services, 'sessions' | 'users'>,
): Promise<SignedIn['user']> {
  await sessions.end(request.cookies[SESSION_COOKIE])
  const { secret, maxAge } = await sessions.begin(userId)
  reply.setCookie(SESSION_COOKIE, secret, { ...COOKIE, maxAge })
  const { id, name, role } = await users.get(userId)
  return { id, name, role }
}
