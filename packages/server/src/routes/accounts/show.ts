import { Account } from '../../contract/index.ts'
import { assertKeyIsFor } from '../../security/guard.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

export function showRoute(app: App, { accounts }: Services): void {
  app.get(
    '/v1/accounts/:id',
    {
      config: { access: 'session-or-key', account: 'see' },
      schema: { summary: 'One account', tags: ['accounts'], params: ById, response: answers(Account) },
    },
    async ({ params, apiKey }) => {
      assertKeyIsFor(apiKey, params.id)
      return accounts.view(params.id)
    },
  )
}
