import { Invitation, NewInvitation, NewUser } from '../../contract/index.ts'
import { anotherLink, shownInvitation } from '../../security/password-link.ts'
import type { Services } from '../../services.ts'
import { answers, ById, created } from '../answers.ts'
import type { App } from '../app-type.ts'

/** Two ways to a link by which somebody chooses a password. */
export function inviteRoutes(app: App, services: Services): void {
  const { users, deps } = services
  app.post(
    '/v1/users',
    {
      config: { access: 'admin', audit: 'user.invite' },
      schema: {
        summary: 'Invite somebody',
        description:
          'The link is in this answer and nowhere else. An administrator is invited with the own `password`.',
        tags: ['users'],
        body: NewUser,
        response: created(Invitation),
      },
    },
    async (request, reply) => {
      const { body, signedIn, ip } = request
      if (signedIn === undefined) return
      const { password, ...wanted } = body
      // Otherwise whoever came by a session would have an account of their own that outlives it.
      if (wanted.role === 'admin') await users.assertSelf(signedIn, password, ip)
      const made = await users.invite(wanted)
      const { id, name, role } = made.user
      request.deed = { subject: id, detail: { name, role } }
      return reply.code(201).send(shownInvitation(made, deps.publicUrl))
    },
  )
  app.post(
    '/v1/users/:id/invite',
    {
      config: { access: 'admin', audit: 'user.invite' },
      schema: {
        summary: 'A new link for somebody who lost theirs, or their password',
        description:
          'Needs the own `password`. Links of before end. The password of the person stays until the new one is chosen. Somebody who has signed in before gets a notice of it. Nobody makes one for themselves (NOT_FOR_YOURSELF).',
        tags: ['users'],
        params: ById,
        body: NewInvitation,
        response: answers(Invitation),
      },
    },
    async (request) => {
      const { params, body, signedIn, ip } = request
      if (signedIn === undefined) return
      const prove = (): Promise<void> => users.assertSelf(signedIn, body.password, ip)
      const made = await anotherLink(services, params.id, { ...signedIn.user, prove })
      request.deed = { detail: { name: made.user.name } }
      return shownInvitation(made, deps.publicUrl)
    },
  )
}
