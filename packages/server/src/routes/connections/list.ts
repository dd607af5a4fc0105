import { asMembersSee } from '../../connections/connection-view.ts'
import { ConnectionList } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers } from '../answers.ts'
import type { App } from '../app-type.ts'

export function listRoute(app: App, { connections, accounts }: Services): void {
  app.get(
    '/v1/connections',
    {
      config: { access: 'session' },
      schema: {
        summary: 'All connections',
        description:
          'Members are told what they need to connect an account: nothing about secrets, sign-in or how many accounts there are.',
        tags: ['connections'],
        response: answers(ConnectionList),
      },
    },
    async ({ signedIn }) => {
      const views = await accounts.connectionViews(await connections.list())
      return { connections: signedIn?.user.role === 'admin' ? views : views.map(asMembersSee) }
    },
  )
}
