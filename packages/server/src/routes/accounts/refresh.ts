import { Account } from '../../contract/index.ts'
import { Refusal } from '../../problem.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

export function refreshRoute(app: App, { accounts, tokens }: Services): void {
  app.post(
    '/v1/accounts/:id/refresh',
    {
      config: { access: 'session', account: 'see', audit: 'account.refresh' },
      schema: {
        summary: 'Renew the access token now',
        tags: ['accounts'],
        params: ById,
        response: answers(Account),
      },
    },
    async ({ params: { id } }) => {
      const { paused } = await accounts.get(id)
      if (paused === 1) throw new Refusal('ACCOUNT_PAUSED', 'This account is paused.')
      await tokens.sources.get(id).token({ force: true })
      return accounts.view(id)
    },
  )
}
