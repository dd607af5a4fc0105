import { providerDefinition } from '@evergrant/providers'
import { providerView } from '../../connections/provider-view.ts'
import { Provider } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

export function showRoute(app: App, { deps }: Services): void {
  app.get(
    '/v1/providers/:id',
    {
      config: { access: 'session' },
      schema: {
        summary: 'One provider: what a connection to it needs',
        tags: ['connections'],
        params: ById,
        response: answers(Provider),
      },
    },
    async ({ params }) => providerView(await providerDefinition(params.id), deps.publicUrl),
  )
}
