import { AccountHistory } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

export function historyRoute(app: App, { accounts, history }: Services): void {
  app.get(
    '/v1/accounts/:id/history',
    {
      config: { access: 'session', account: 'see' },
      schema: {
        summary: 'What happened to an account, newest first',
        tags: ['accounts'],
        params: ById,
        response: answers(AccountHistory),
      },
    },
    async ({ params: { id } }) => {
      await accounts.get(id)
      return { history: await history.of(id) }
    },
  )
}
