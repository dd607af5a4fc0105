import { AccountList, AccountQuery } from '../../contract/index.ts'
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
        summary: 'Accounts in order of their names; for a member their own, with an API key those that it is for',
        description:
          'All of them, or with `limit` a page: `next` is the `cursor` of the page after it, and absent on the last one.',
        tags: ['accounts'],
        querystring: AccountQuery,
        response: answers(AccountList),
      },
    },
    async ({ apiKey, signedIn, query: { limit, cursor, connection } }) => {
      const wanted = { ids: apiKey?.accounts, owner: ownOnly(signedIn), connection }
      if (limit === undefined && cursor === undefined) return { accounts: await accounts.list(wanted) }
      return accounts.page({ ...wanted, limit: limit === undefined ? 100 : Number(limit), cursor })
    },
  )
}
