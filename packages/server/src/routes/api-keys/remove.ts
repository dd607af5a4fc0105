import { ownOnly } from '../../security/permissions.ts'
import type { Services } from '../../services.ts'
import { ById, nothing } from '../answers.ts'
import type { App } from '../app-type.ts'

export function removeRoute(app: App, { apiKeys }: Services): void {
  app.delete(
    '/v1/api-keys/:id',
    {
      config: { access: 'session', audit: 'api_key.remove' },
      schema: { summary: 'Delete an API key', tags: ['api keys'], params: ById, response: nothing },
    },
    async ({ params, signedIn }, reply) => {
      await apiKeys.remove(params.id, ownOnly(signedIn))
      return reply.code(204).send(null)
    },
  )
}
