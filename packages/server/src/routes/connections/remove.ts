import { stillAtProvider } from '../../accounts/still-at-provider.ts'
import type { Services } from '../../services.ts'
import { ById, removed } from '../answers.ts'
import type { App } from '../app-type.ts'

export function removeRoute(app: App, { connections, tokens, hub, deps }: Services): void {
  app.delete(
    '/v1/connections/:id',
    {
      config: { access: 'admin', audit: 'connection.remove' },
      schema: {
        summary: 'Remove a connection with all its accounts',
        description:
          'The grants of its accounts are revoked at the provider, as far as that works. 204, or 200 with `still_at_provider`.',
        tags: ['connections'],
        params: ById,
        response: removed,
      },
    },
    async (request, reply) => {
      const { id } = request.params
      request.deed = { detail: { name: (await connections.get(id)).name } }
      const definition = await connections.definition(id)
      const left = await tokens.removeAll(id)
      await connections.remove(id)
      deps.changes?.tell({ of: 'connection_removed', id })
      hub.publish('connection_removed', { id })
      if (left !== undefined) {
        return reply.code(200).send({ still_at_provider: stillAtProvider(left.trouble, definition, left.accounts) })
      }
      return reply.code(204).send(null)
    },
  )
}
