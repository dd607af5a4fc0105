import { Type } from '@fastify/type-provider-typebox'
import { stillAtProvider } from '../../accounts/still-at-provider.ts'
import { Refusal } from '../../problem.ts'
import type { Services } from '../../services.ts'
import { ById, removed } from '../answers.ts'
import type { App } from '../app-type.ts'

export function removeRoute(app: App, { connections, accounts, tokens, hub, deps }: Services): void {
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
      const { id } = request.params
      const { name } = await connections.get(id)
      const { length: count } = await accounts.of(id)
      request.deed = { detail: { name, ...(count === 0 ? {} : { accounts: count }) } }
      if (count > 0 && request.query.accounts !== 'delete') {
        const message = `Accounts of the connection: ${count}. Whatever uses it would be deleted with it, and the access taken back at the provider.`
        throw new Refusal('CONNECTION_IN_USE', message)
      }
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
