import { lookUp } from '@evergrant/core'
import { Account } from '../../contract/index.ts'
import { Refusal } from '../../problem.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

export function lookUpRoute(app: App, { accounts, tokens, deps }: Services): void {
  app.post(
    '/v1/accounts/:id/look-up',
    {
      config: { access: 'session', account: 'see', audit: 'account.look_up' },
      schema: {
        summary: 'Ask the provider again for what belongs to the account',
        description:
          'Tenant, account and base address, as far as the provider has them. For an account with `look_up_failed`, which a success lifts.',
        tags: ['accounts'],
        params: ById,
        response: answers(Account),
      },
    },
    async ({ params: { id } }) => {
      const { paused } = await accounts.get(id)
      if (paused === 1) throw new Refusal('ACCOUNT_PAUSED', 'This account is paused.')
      // It is asked with a token, which has to be valid.
      await tokens.sources.get(id).token()
      await lookUp(await tokens.clientOf(id), deps.store, id)
      await tokens.changed(id)
      await accounts.sorted(id)
      await accounts.publish(id)
      return accounts.view(id)
    },
  )
}
