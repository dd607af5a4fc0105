import { Account } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

export function revokeRoute(app: App, { accounts, tokens }: Services): void {
  app.post(
    '/v1/accounts/:id/revoke',
    {
      config: { access: 'session' },
      schema: {
        summary: 'End the grant, and keep the account',
        description: 'At the provider as far as that works (RFC 7009), and here in any case.',
        tags: ['accounts'],
        params: ById,
        response: answers(Account),
      },
    },
    async ({ params: { id } }) => {
      await accounts.get(id)
      await tokens.revoke(id)
      await accounts.update(id, {})
      await accounts.publish(id)
      return accounts.view(id)
    },
  )
}
