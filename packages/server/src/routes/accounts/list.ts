import { AccountList } from '../../contract/index.ts'
import { ownOnly } from '../../security/permissions.ts'
import type { Services } from '../../services.ts'
import { answers } from '../answers.ts'
import type { App } from '../app-type.ts'

export function listRoute(app: App, { accounts }: Services): void {
  app.get(
    '/v1/accounts',
    {
      config: { access: 'session-or-key' },
      schema: {
        summary: 'All accounts; for a member their own, with an API key those that it is for',
        tags: ['accounts'],
        response: answers(AccountList),
      },
    },
    async ({ apiKey, signedIn }) => {
      return { accounts: await accounts.list({ ids: apiKey?.accounts, owner: ownOnly(signedIn) }) }
    },
  )
}
