import { searchProviders } from '@evergrant/providers'
import { providerSummary } from '../../connections/provider-view.ts'
import { ProviderList, ProviderQuery } from '../../contract/index.ts'
import { answers } from '../answers.ts'
import type { App } from '../app-type.ts'

export function listRoute(app: App): void {
  app.get(
    '/v1/providers',
    {
      config: { access: 'session' },
      schema: {
        summary: 'Providers that connections can be made for; with `search`, the best match first',
        tags: ['connections'],
        querystring: ProviderQuery,
        response: answers(ProviderList),
      },
    },
    async ({ query: { search = '', category, confidence, defunct, limit } }) => {
      const found = await searchProviders(search, { category, confidence, defunct: defunct === 'true' })
      return { providers: found.slice(0, limit === undefined ? undefined : Number(limit)).map(providerSummary) }
    },
  )
}
