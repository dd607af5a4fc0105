import type { FastifyReply, FastifyRequest } from 'fastify'
import { AcceptInvitation, InvitationLook, InvitedUser, Session, Setup, SignIn } from '../../contract/index.ts'
import { Refusal } from '../../problem.ts'
import { beginSession } from '../../security/begin-session.ts'
import type { Services } from '../../services.ts'
import { answers } from '../answers.ts'
import type { App } from '../app-type.ts'
import { sessionView } from './session-view.ts'

/** Ways to be signed in: with a password, and once with the first-run link or with an invitation. */
export function beginRoutes(app: App, services: Services): void {
  const { users, audit, hub, deps } = services
  const begin = async (userId: string, request: FastifyRequest, reply: FastifyReply): Promise<Session> => {
    const user = await beginSession(userId, request, reply, services)
    request.deed = { actor: { type: 'user', id: user.id, name: user.name } }
    return sessionView(user, services)
  }

  app.post(
    '/v1/session',
    {
      config: { access: 'page', audit: 'session.begin' },
      schema: { summary: 'Sign in', tags: ['session'], body: SignIn, response: answers(Session) },
    },
    async (request, reply) => {
      const { name, password } = request.body
      const user = await users.signIn(name, password, request.ip).catch(async (refused: unknown) => {
        // Without the name that was typed: people type their password there.
        if (refused instanceof Refusal && refused.code === 'SIGN_IN_FAILED') {
          await audit.add({ actor: { type: 'nobody' }, source: request.ip, action: 'session.refused' })
        }
        throw refused
      })
      return begin(user, request, reply)
    },
  )
  app.post(
    '/v1/setup',
    {
      config: { access: 'page', audit: 'setup' },
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
      return begin(await users.setUp(token, name, password, request.ip), request, reply)
    },
  )
  app.post(
    '/v1/invitations/look',
    {
      config: { access: 'page', audit: false },
      schema: {
        summary: 'Whom an invitation is for, and whether it still counts',
        description: 'Takes nothing from it. INVITATION_INVALID: it was used, replaced by another one, or is too old.',
        tags: ['session'],
        body: InvitationLook,
        response: answers(InvitedUser),
      },
    },
    async ({ body, ip }) => {
      const { name, expires_at } = await users.invited(body.token, ip)
      return { name, expires_at: Math.floor(expires_at) }
    },
  )
  app.post(
    '/v1/invitations/accept',
    {
      config: { access: 'page', audit: 'invitation.accept' },
      schema: {
        summary: 'Choose a password by an invitation, and sign in',
        description: 'All sessions that the user had before end.',
        tags: ['session'],
        body: AcceptInvitation,
        response: answers(Session),
      },
    },
    async (request, reply) => {
      const { token, password } = request.body
      const { user, sessions } = await users.accept(token, password, request.ip)
      for (const ended of sessions) {
        hub.drop(ended)
        deps.changes?.tell({ of: 'session', id: ended })
      }
      return begin(user, request, reply)
    },
  )
}
