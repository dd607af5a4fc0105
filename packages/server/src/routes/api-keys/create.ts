import { NewApiKey, NewApiKeyResult } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { created } from '../answers.ts'
import type { App } from '../app-type.ts'

export function createRoute(app: App, { apiKeys }: Services): void {
  app.post(
    '/v1/api-keys',
    {
      config: { access: 'admin' },
      schema: {
        summary: 'Make an API key',
        description: 'The key is in this answer and nowhere else.',
        tags: ['api keys'],
        body: NewApiKey,
        response: created(NewApiKeyResult),
      },
    },
    async ({ body }, reply) => {
      const made = await apiKeys.create(body)
      return reply.code(201).header('cache-control', 'no-store').send(made)
    },
  )
}
