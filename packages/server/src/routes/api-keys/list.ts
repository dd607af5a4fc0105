import { ApiKeyList } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers } from '../answers.ts'
import type { App } from '../app-type.ts'

export function listRoute(app: App, { apiKeys }: Services): void {
  app.get(
    '/v1/api-keys',
    {
      config: { access: 'admin' },
      schema: { summary: 'All API keys', tags: ['api keys'], response: answers(ApiKeyList) },
    },
    async () => ({ api_keys: await apiKeys.list() }),
  )
}
