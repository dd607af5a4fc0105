import { NewApiKey, NewApiKeyResult } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { created } from '../answers.ts'
import type { App } from '../app-type.ts'

export function createRoute(app: App, { apiKeys }: Services): void {
  app.post(
    '/v1/api-keys',
    {
      config: { access: 'session', audit: 'api_key.create' },
      schema: {
        summary: 'Make an API key',
        description: 'The key is in this answer and nowhere else.',
        tags: ['api keys'],
        body: NewApiKey,
        response: created(NewApiKeyResult),
      },
    },
    async (request, reply) => {
      const { body, signedIn } = request
      if (signedIn === undefined) return
      const made = await apiKeys.create(body, signedIn.user)
      const { id, name, accounts, scopes } = made.api_key
      request.deed = { subject: id, detail: { name, accounts, ...(scopes && { scopes }) } }
      return reply.code(201).header('cache-control', 'no-store').send(made)
    },
  )
}
