import { Account, Confirmation } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

export function confirmRoute(app: App, { accounts, tokens }: Services): void {
  app.post(
    '/v1/accounts/:id/confirm',
    {
      config: { access: 'session', account: 'link', audit: 'account.confirm' },
      schema: {
        summary: 'Say whether the right person has connected the account',
        description: 'For an account that was connected by a link. Until then no tokens are handed out.',
        tags: ['accounts'],
        params: ById,
        body: Confirmation,
        response: answers(Account),
      },
    },
    async (request) => {
      const { id } = request.params
      request.deed = { detail: { ...request.body } }
      if (!request.body.right) await tokens.revoke(id)
      await accounts.update(id, { unconfirmed: 0 })
      await tokens.changed(id)
      await accounts.publish(id)
      return accounts.view(id)
    },
  )
}
