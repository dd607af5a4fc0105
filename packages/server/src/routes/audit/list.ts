import { Type } from 'typebox'
import { AuditLog } from '../../contract/index.ts'
import { Formed } from '../../contract/text.ts'
import type { Services } from '../../services.ts'
import { answers } from '../answers.ts'
import type { App } from '../app-type.ts'

const Query = Type.Object({
  before: Type.Optional(
    Formed('^[1-9][0-9]{0,14}$', 'a whole number', { description: 'Only entries older than this.' }),
  ),
})

export function listRoute(app: App, { audit }: Services): void {
  app.get(
    '/v1/audit',
    {
      config: { access: 'admin' },
      schema: {
        summary: 'Who did what, newest first',
        description: 'A hundred entries at a time. They form a chain; `evergrant audit verify` follows it.',
        tags: ['audit'],
        querystring: Query,
        response: answers(AuditLog),
      },
    },
    async ({ query: { before } }) => audit.page(before === undefined ? undefined : Number(before)),
  )
}
