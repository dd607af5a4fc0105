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
    async (request, reply) => {
      const { params, signedIn } = request
      if (signedIn === undefined) return
      const { name } = await apiKeys.remove(params.id, signedIn.user, ownOnly(signedIn) !== undefined)
      request.deed = { detail: { name } }
      return reply.code(204).send(null)
    },
  )
}
