import { Type } from '@fastify/type-provider-typebox'
import { removalDetail, removeConnection } from '../../connections/remove-connection.ts'
import type { Services } from '../../services.ts'
import { ById, removed } from '../answers.ts'
import type { App } from '../app-type.ts'

export function removeRoute(app: App, services: Services): void {
  app.delete(
    '/v1/connections/:id',
    {
      config: { access: 'admin', audit: 'connection.remove' },
      schema: {
        summary: 'Remove a connection with all its accounts',
        description:
          'A connection that has accounts is refused with 409, unless `accounts=delete` says that they are to go too: then their grants are revoked at the provider, as far as that works. 204, or 200 with `still_at_provider`.',
        tags: ['connections'],
        params: ById,
        querystring: Type.Object({ accounts: Type.Optional(Type.Literal('delete')) }, { additionalProperties: false }),
        response: removed,
      },
    },
    async (request, reply) => {
      const gone = await removeConnection(services, request.params.id, request.query.accounts === 'delete')
      request.deed = { detail: removalDetail(gone) }
      const { still_at_provider } = gone
      if (still_at_provider !== undefined) return reply.code(200).send({ still_at_provider })
      return reply.code(204).send(null)
    },
  )
}
