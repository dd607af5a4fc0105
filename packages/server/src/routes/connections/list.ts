import { asMembersSee } from '../../connections/connection-view.ts'
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
          'All of them in order of their names, or with a parameter a page: `next` is the `cursor` of the page after it, and absent on the last one. Members are told what they need to connect an account: nothing about secrets, sign-in or how many accounts there are.',
        tags: ['connections'],
        querystring: ConnectionQuery,
        response: answers(ConnectionList),
      },
    },
    async ({ signedIn, query: { limit, cursor } }) => {
      const paged = limit !== undefined || cursor !== undefined
      const most = limit === undefined ? USUAL_PAGE : Number(limit)
      const { rows, next } = paged ? await connections.page(most, cursor) : { rows: await connections.list() }
      const views = await accounts.connectionViews(rows)
      return {
        connections: signedIn?.user.role === 'admin' ? views : views.map(asMembersSee),
        ...(next === undefined ? {} : { next }),
      }
    },
  )
}
