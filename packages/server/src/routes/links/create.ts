import { ConnectLink, NewConnectLink } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { ById, created } from '../answers.ts'
import type { App } from '../app-type.ts'

export function createRoute(app: App, { links, deps }: Services): void {
  app.post(
    '/v1/accounts/:id/connect-link',
    {
      config: { access: 'session', account: 'link', audit: 'account.link' },
      schema: {
        summary: 'Make a link by which somebody else connects the account',
        description:
          'For people who have no user here. The link is in this answer and nowhere else; it works once, in the first browser that opens it. No token is handed out until the one who made the link has confirmed who connected.',
        tags: ['accounts'],
        params: ById,
        body: NewConnectLink,
        response: created(ConnectLink),
      },
      preValidation: async (request) => {
        request.body ??= {}
      },
    },
    async ({ params, body, signedIn }, reply) => {
      if (signedIn === undefined) return
      const { token, expires_at } = await links.create(params.id, signedIn.user.id, body)
      // In the fragment, which is in no log and goes to no server.
      const link = `${deps.publicUrl}/connect#token=${token}`
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ link, expires_at: Math.floor(expires_at) })
    },
  )
}
