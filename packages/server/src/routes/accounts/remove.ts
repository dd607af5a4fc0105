import { Type } from 'typebox'
import { stillAtProvider } from '../../accounts/still-at-provider.ts'
import type { Services } from '../../services.ts'
import { ById, removed } from '../answers.ts'
import type { App } from '../app-type.ts'

const Query = Type.Object({
  revoke: Type.Optional(
    Type.Union([Type.Literal('true'), Type.Literal('false')], {
      default: 'true',
      description: 'Whether the grant is ended at the provider first, as far as that works.',
    }),
  ),
})

export function removeRoute(app: App, { accounts, connections, tokens }: Services): void {
  app.delete(
    '/v1/accounts/:id',
    {
      config: { access: 'session', account: 'see', audit: 'account.remove' },
      schema: {
        summary: 'Remove an account',
        description: '204, or 200 with `still_at_provider` when the provider may still hold what the person allowed.',
        tags: ['accounts'],
        params: ById,
        querystring: Query,
        response: removed,
      },
    },
    async (request, reply) => {
      const { params, query } = request
      const { id } = params
      const { connection_id } = await accounts.get(id)
      request.deed = { detail: { name: (await accounts.view(id)).name } }
      const trouble = await tokens.remove(id, query.revoke !== 'false')
      accounts.publishCounts(connection_id)
      if (trouble !== undefined) {
        const left = stillAtProvider(trouble, await connections.definition(connection_id))
        return reply.code(200).send({ still_at_provider: left })
      }
      return reply.code(204).send(null)
    },
  )
}
