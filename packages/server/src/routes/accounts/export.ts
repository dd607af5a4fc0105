import { Readable } from 'node:stream'
import { CSV_HEAD, csvLine } from '../../accounts/account-csv.ts'
import type { AccountFilter } from '../../accounts/account-page.ts'
import type { Accounts } from '../../accounts/accounts.ts'
import { AccountExportQuery, type AccountSort } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import type { App } from '../app-type.ts'
import { accountFilter } from './account-filter.ts'

/** So many are in memory at a time. */
const AT_A_TIME = 500

export function exportRoute(app: App, { accounts }: Services): void {
  app.get(
    '/v1/accounts.csv',
    {
      config: { access: 'session-or-key' },
      schema: {
        summary: 'Accounts as a table for spreadsheets; for a member their own, with an API key those that it is for',
        description: 'RFC 4180, in UTF-8 with a byte order mark. No token, no secret.',
        tags: ['accounts'],
        querystring: AccountExportQuery,
        produces: ['text/csv'],
      },
    },
    async ({ query: { sort, ...query }, apiKey, signedIn }, reply) => {
      const filter = accountFilter(query, { apiKey, signedIn })
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="evergrant-accounts.csv"')
        .send(Readable.from(lines(accounts, filter, sort)))
    },
  )
}

async function* lines(accounts: Accounts, filter: AccountFilter, sort: AccountSort | undefined) {
  let cursor: string | undefined
  let head = CSV_HEAD
  do {
    const page = await accounts.page({ ...filter, sort, cursor, limit: AT_A_TIME })
    yield head + page.accounts.map(csvLine).join('')
    head = ''
    cursor = page.next
  } while (cursor !== undefined)
}
