import { overview } from '../../accounts/overview.ts'
import { Overview, OverviewQuery } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers } from '../answers.ts'
import type { App } from '../app-type.ts'

export function showRoute(app: App, services: Services): void {
  app.get(
    '/v1/overview',
    {
      config: { access: 'admin' },
      schema: {
        summary: 'How everything is doing: counts, renewals over time, and what ends soon',
        tags: ['overview'],
        querystring: OverviewQuery,
        response: answers(Overview),
      },
    },
    async ({ query: { span = 'day' } }) => overview(services, span),
  )
}
