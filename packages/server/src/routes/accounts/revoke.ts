import { stillAtProvider } from '../../accounts/still-at-provider.ts'
import { RevokedAccount } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

export function revokeRoute(app: App, { accounts, connections, tokens }: Services): void {
  app.post(
    '/v1/accounts/:id/revoke',
    {
      config: { access: 'session', account: 'see', audit: 'account.revoke' },
      schema: {
        summary: 'End the grant, and keep the account',
        description:
          'At the provider as far as that works (RFC 7009), and here in any case. `still_at_provider`: it did not work there.',
        tags: ['accounts'],
        params: ById,
        response: answers(RevokedAccount),
      },
    },
    async ({ params: { id } }) => {
      const { connection_id } = await accounts.get(id)
      const trouble = await tokens.revoke(id)
      await accounts.update(id, {})
      await accounts.publish(id)
      const account = await accounts.view(id)
      if (trouble === undefined) return account
      return { ...account, still_at_provider: stillAtProvider(trouble, await connections.definition(connection_id)) }
    },
  )
}
