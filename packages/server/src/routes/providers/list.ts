import { listProviders } from '@evergrant/providers'
import { providerView } from '../../connections/provider-view.ts'
import { ProviderList } from '../../contract/index.ts'
import { answers } from '../answers.ts'
import type { App } from '../app-type.ts'

export function listRoute(app: App): void {
  app.get(
    '/v1/providers',
    {
      config: { access: 'session' },
      schema: {
        summary: 'Providers that connections can be made for',
        tags: ['connections'],
        response: answers(ProviderList),
      },
    },
    async () => ({ providers: (await listProviders()).map(providerView) }),
  )
}
