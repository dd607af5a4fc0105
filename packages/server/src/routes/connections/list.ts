import { ConnectionList } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers } from '../answers.ts'
import type { App } from '../app-type.ts'

export function listRoute(app: App, { connections, accounts }: Services): void {
  app.get(
    '/v1/connections',
    {
      config: { access: 'session' },
      schema: { summary: 'All connections', tags: ['connections'], response: answers(ConnectionList) },
    },
    async () => ({ connections: await accounts.connectionViews(await connections.list()) }),
  )
}
