import { AuthorizeResult } from '../../contract/index.ts'
import { browserOf } from '../../security/browser.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

export function authorizeRoute(app: App, { consents }: Services): void {
  app.post(
    '/v1/accounts/:id/authorize',
    {
      config: { access: 'session', account: 'link', audit: 'account.authorize' },
      schema: {
        summary: 'Begin a consent',
        description: 'Sets a cookie: only the browser that asked can finish.',
        tags: ['accounts'],
        params: ById,
        response: answers(AuthorizeResult),
      },
    },
    async (request, reply) => consents.begin(request.params.id, browserOf(request, reply)),
  )
}
