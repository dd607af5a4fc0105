import type { Services } from '../../services.ts'
import { ById, nothing } from '../answers.ts'
import type { App } from '../app-type.ts'

export function removeRoute(app: App, { connections, tokens, hub }: Services): void {
  app.delete(
    '/v1/connections/:id',
    {
      config: { access: 'admin' },
      schema: {
        summary: 'Remove a connection with all its accounts',
        description: 'The grants of its accounts are revoked at the provider, as far as that works.',
        tags: ['connections'],
        params: ById,
        response: nothing,
      },
    },
    async ({ params: { id } }, reply) => {
      await connections.get(id)
      await tokens.removeAll(id)
      await connections.remove(id)
      hub.publish('connection_removed', { id })
      return reply.code(204).send(null)
    },
  )
}
