import { AccountCountQuery, AccountCounts } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers } from '../answers.ts'
import type { App } from '../app-type.ts'
import { accountFilter } from './account-filter.ts'

export function countsRoute(app: App, { accounts }: Services): void {
  app.get(
    '/v1/accounts/counts',
    {
      config: { access: 'session-or-key' },
      schema: {
        summary: 'How many accounts are in each state; for a member their own, with an API key those that it is for',
        description: 'Of those that `connection`, `owner` and `q` leave. `state` and `flag` do not change the counts.',
        tags: ['accounts'],
        querystring: AccountCountQuery,
        response: answers(AccountCounts),
      },
    },
    async ({ query, apiKey, signedIn }) => accounts.counts(accountFilter(query, { apiKey, signedIn })),
  )
}
