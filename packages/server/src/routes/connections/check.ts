import { checkConnection } from '../../connections/check.ts'
import { isAboutSettings } from '../../connections/connections.ts'
import { CheckResult } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

export function checkRoute(app: App, { connections, accounts, deps }: Services): void {
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
    async ({ params }) => {
      const row = await connections.get(params.id)
      const { result, trouble } = await checkConnection(row, connections, deps)
      if (result.ok || isAboutSettings(trouble)) {
        const changed = await connections.note(row, result.ok ? undefined : trouble)
        if (changed) await accounts.publishConnection(await connections.get(row.id))
      }
      return result
    },
  )
}
