import { testAccount } from '../../accounts/account-test.ts'
import { AccountTest } from '../../contract/index.ts'
import { Refusal } from '../../problem.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

export function testRoute(app: App, { accounts, tokens, reach, deps }: Services): void {
  app.post(
    '/v1/accounts/:id/test',
    {
      config: { access: 'session', account: 'see', audit: 'account.test' },
      schema: {
        summary: 'Try whether the account works',
        description: 'A failed test is an answer and not an error.',
        tags: ['accounts'],
        params: ById,
        response: answers(AccountTest),
      },
    },
    async ({ params: { id } }) => {
      const { paused } = await accounts.get(id)
      if (paused === 1) throw new Refusal('ACCOUNT_PAUSED', 'This account is paused.')
      const result = await testAccount(id, tokens, reach, deps)
      return { ...result, account: await accounts.view(id) }
    },
  )
}
