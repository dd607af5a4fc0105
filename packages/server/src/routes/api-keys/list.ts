import { ApiKeyList } from '../../contract/index.ts'
import { ownOnly } from '../../security/permissions.ts'
import type { Services } from '../../services.ts'
import { answers } from '../answers.ts'
import type { App } from '../app-type.ts'

export function listRoute(app: App, { apiKeys, programUses }: Services): void {
  app.get(
    '/v1/api-keys',
    {
      config: { access: 'session' },
      schema: { summary: 'All API keys; for a member their own', tags: ['api keys'], response: answers(ApiKeyList) },
    },
    async ({ signedIn }) => {
      await programUses.flush()
      return { api_keys: await apiKeys.list(ownOnly(signedIn)) }
    },
  )
}
