import { ConnectionList, ConnectionQuery, USUAL_PAGE } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers } from '../answers.ts'
import type { App } from '../app-type.ts'

export function listRoute(app: App, { connections, accounts }: Services): void {
  app.get(
    '/v1/connections',
    {
      config: { access: 'session' },
      schema: {
        summary: 'Connections',
        description:
          'All of them in order of their names, or with a parameter a page: `next` is the `cursor` of the page after it, and absent on the last one.',
        tags: ['connections'],
        querystring: ConnectionQuery,
        response: answers(ConnectionList),
      },
    },
    async ({ query: { limit, cursor } }) => {
      if (limit === undefined && cursor === undefined) {
        return { connections: await accounts.connectionViews(await connections.list()) }
      }
      const most = limit === undefined ? USUAL_PAGE : Number(limit)
      const { rows, next } = await connections.page(most, cursor)
      return { connections: await accounts.connectionViews(rows), ...(next === undefined ? {} : { next }) }
    },
  )
}
