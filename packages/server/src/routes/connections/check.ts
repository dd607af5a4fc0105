import { checkedConnection } from '../../connections/check.ts'
import { CheckResult } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

export function checkRoute(app: App, services: Services): void {
  app.post(
    '/v1/connections/:id/check',
    {
      config: { access: 'admin', audit: 'connection.check' },
      schema: {
        summary: 'Check a connection step by step',
        description: 'Asks the provider for its metadata, and whether it knows the client. No grant is touched.',
        tags: ['connections'],
        params: ById,
        response: answers(CheckResult),
      },
    },
    async ({ params }) => checkedConnection(await services.connections.get(params.id), services),
  )
}
