import { Account, NewAccount } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { created } from '../answers.ts'
import type { App } from '../app-type.ts'

export function createRoute(app: App, { accounts, connections }: Services): void {
  app.post(
    '/v1/accounts',
    {
      config: { access: 'session' },
      schema: { summary: 'Add an account', tags: ['accounts'], body: NewAccount, response: created(Account) },
    },
    async ({ body }, reply) => {
      const { id, connection_id } = await accounts.create(body)
      await accounts.publishConnection(await connections.get(connection_id))
      return reply.code(201).send(await accounts.view(id))
    },
  )
}
