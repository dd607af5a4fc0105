import { ConnectionDraft } from '../../contract/index.ts'
import { randomId } from '../../security/secret.ts'
import type { Services } from '../../services.ts'
import { answers } from '../answers.ts'
import type { App } from '../app-type.ts'

/** Nothing is kept: the id is as good as any, and the address follows from it. */
export function draftRoute(app: App, { clients }: Services): void {
  app.get(
    '/v1/connections/new',
    {
      config: { access: 'admin' },
      schema: {
        summary: 'The address of a connection before there is one',
        description:
          'Providers want to know the redirect URI before they give out a client id. Make the connection with this id, and it has this redirect URI.',
        tags: ['connections'],
        response: answers(ConnectionDraft),
      },
    },
    async () => {
      const id = randomId()
      return { id, redirect_uri: clients.redirectUri(id) }
    },
  )
}
