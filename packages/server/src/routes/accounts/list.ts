import { AccountList, AccountQuery, USUAL_PAGE } from '../../contract/index.ts'
import { ownOnly } from '../../security/permissions.ts'
import type { Services } from '../../services.ts'
import { answers } from '../answers.ts'
import type { App } from '../app-type.ts'
import { accountFilter } from './account-filter.ts'

export function listRoute(app: App, { accounts }: Services): void {
  app.get(
    '/v1/accounts',
    {
      config: { access: 'session-or-key' },
      schema: {
        summary: 'Accounts; for a member their own, with an API key those that it is for',
        description:
          'All of them in order of their names, or with any other parameter than `connection` a page: `next` is the `cursor` of the page after it, and absent on the last one. Ask for it with the same filters and order.',
        tags: ['accounts'],
        querystring: AccountQuery,
        response: answers(AccountList),
      },
    },
    async ({ apiKey, signedIn, query }) => {
      const { limit, cursor, ids, sort, connection, ...others } = query
      const filter = accountFilter(query, { apiKey, signedIn })
      const paged = [limit, cursor, ids, sort, ...Object.values(others)].some((one) => one !== undefined)
      if (!paged) {
        return { accounts: await accounts.list({ ids: apiKey?.accounts, owner: ownOnly(signedIn), connection }) }
      }
      const wanted = ids?.split(',').filter((id) => apiKey?.accounts?.has(id) ?? true)
      return accounts.page({
        ...filter,
        ...(wanted === undefined ? {} : { ids: new Set(wanted) }),
        limit: limit === undefined ? USUAL_PAGE : Number(limit),
        cursor,
        sort,
      })
    },
  )
}
