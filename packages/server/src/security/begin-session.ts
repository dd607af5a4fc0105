import type { FastifyReply, FastifyRequest } from 'fastify'
import { pageLanguage } from '../pages/page-language.ts'
import type { Services } from '../services.ts'
import { COOKIE, SESSION_COOKIE } from './cookies.ts'
import type { SignedIn } from './sessions.ts'

/** Signs a user in: under a new secret, and in the place of whoever was signed in before. */
export async function beginSession(
  userId: string,
  request: Pick<FastifyRequest, 'cookies' | 'headers'>,
  reply: Pick<FastifyReply, 'setCookie'>,
  { sessions, users }: Pick<Services, 'sessions' | 'users'>,
): Promise<SignedIn['user']> {
  await sessions.end(request.cookies[SESSION_COOKIE])
  const { secret, maxAge } = await sessions.begin(userId)
  reply.setCookie(SESSION_COOKIE, secret, { ...COOKIE, maxAge })
  await users.speaks(userId, pageLanguage(request).tag)
  const { id, name, role } = await users.get(userId)
  return { id, name, role }
}
