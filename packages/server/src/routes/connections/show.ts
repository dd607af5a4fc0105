import { asMembersSee } from '../../connections/connection-view.ts'
import { Connection } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

export function showRoute(app: App, { connections, accounts }: Services): void {
  app.get(
    '/v1/connections/:id',
    {
      config: { access: 'session' },
      schema: { summary: 'One connection', tags: ['connections'], params: ById, response: answers(Connection) },
    },
    async ({ params, signedIn }) => {
      const view = await accounts.connectionView(await connections.get(params.id))
      return signedIn?.user.role === 'admin' ? view : asMembersSee(view)
    },
  )
}
