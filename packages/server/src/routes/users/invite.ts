import { Invitation, NewUser } from '../../contract/index.ts'
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
        description: 'The link is in this answer and nowhere else.',
        tags: ['users'],
        body: NewUser,
        response: created(Invitation),
      },
    },
    async (request, reply) => {
      const made = await users.invite(request.body)
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
          'Links of before end. The password stays until the new one is chosen. Somebody who has signed in before gets a notice of it. Nobody makes one for themselves (NOT_FOR_YOURSELF).',
        tags: ['users'],
        params: ById,
        response: answers(Invitation),
      },
    },
    async (request) => {
      const { params, signedIn } = request
      if (signedIn === undefined) return
      const made = await anotherLink(services, params.id, signedIn.user)
      request.deed = { detail: { name: made.user.name } }
      return shownInvitation(made, deps.publicUrl)
    },
  )
}
