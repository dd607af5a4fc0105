import { Connection, ConnectionPatch } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

export function updateRoute(app: App, { connections, accounts, tokens }: Services): void {
  app.patch(
    '/v1/connections/:id',
    {
      config: { access: 'admin', audit: 'connection.update' },
      schema: {
        summary: 'Change a connection',
        description: 'What is left out stays. A new secret counts from the next request to the provider on.',
        tags: ['connections'],
        params: ById,
        body: ConnectionPatch,
        response: answers(Connection),
      },
    },
    async (request) => {
      const { params, body } = request
      // Which ones, and not what: a secret may be among them.
      request.deed = { detail: { fields: Object.keys(body) } }
      const row = await connections.update(params.id, body)
      await tokens.retrySoon(row.id)
      await accounts.publishConnection(row)
      return accounts.connectionView(row)
    },
  )
}
