import type { FastifyReply, FastifyRequest } from 'fastify'
import { Session, Setup, SignIn } from '../../contract/index.ts'
import { COOKIE, SESSION_COOKIE } from '../../security/cookies.ts'
import type { Services } from '../../services.ts'
import { answers } from '../answers.ts'
import type { App } from '../app-type.ts'

/** Two ways to be signed in: with a password, and once with the first-run link. */
export function beginRoutes(app: App, { users, sessions, deps }: Services): void {
  const begin = async (
    userId: string,
    name: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Session> => {
    await sessions.end(request.cookies[SESSION_COOKIE])
    const { secret, maxAge } = await sessions.begin(userId)
    reply.setCookie(SESSION_COOKIE, secret, { ...COOKIE, maxAge })
    const sandbox = deps.sandbox !== undefined
    return { signed_in: true, user: { name }, setup_done: true, public_url: deps.publicUrl, sandbox }
  }

  app.post(
    '/v1/session',
    {
      config: { access: 'page' },
      schema: { summary: 'Sign in', tags: ['session'], body: SignIn, response: answers(Session) },
    },
    async (request, reply) => {
      const { name, password } = request.body
      return begin(await users.signIn(name, password, request.ip), name.trim(), request, reply)
    },
  )
  app.post(
    '/v1/setup',
    {
      config: { access: 'page' },
      schema: {
        summary: 'Make the first administrator',
        description: 'With the token of the first-run link, once.',
        tags: ['session'],
        body: Setup,
        response: answers(Session),
      },
    },
    async (request, reply) => {
      const { token, name, password } = request.body
      return begin(await users.setUp(token, name, password, request.ip), name.trim(), request, reply)
    },
  )
}
