import type { Services } from '../../services.ts'
import { ById, nothing } from '../answers.ts'
import type { App } from '../app-type.ts'

export function removeRoute(app: App, { users, apiKeys, hub }: Services): void {
  app.delete(
    '/v1/users/:id',
    {
      config: { access: 'admin', audit: 'user.remove' },
      schema: {
        summary: 'Remove a user',
        description: 'Their keys and sessions end. Their accounts stay, and administrators look after them.',
        tags: ['users'],
        params: ById,
        response: nothing,
      },
    },
    async (request, reply) => {
      const { name } = await users.get(request.params.id)
      request.deed = { detail: { name } }
      const ended = await users.remove(request.params.id)
      apiKeys.forget()
      for (const session of ended) hub.dropSession(session)
      return reply.code(204).send(null)
    },
  )
}
