import { Type } from 'typebox'
import type { Services } from '../../services.ts'
import { ById, nothing } from '../answers.ts'
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
      config: { access: 'session' },
      schema: { summary: 'Remove an account', tags: ['accounts'], params: ById, querystring: Query, response: nothing },
    },
    async ({ params: { id }, query }, reply) => {
      const { connection_id } = await accounts.get(id)
      await tokens.remove(id, query.revoke !== 'false')
      await accounts.publishConnection(await connections.get(connection_id))
      return reply.code(204).send(null)
    },
  )
}
