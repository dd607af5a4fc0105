import type { App } from '../app-type.ts'
import { namedSchemas } from './named-schemas.ts'
import { webhookOperations } from './webhook-operations.ts'

export function openapiRoute(app: App): void {
  let text: string | undefined
  app.get('/openapi.json', { schema: { hide: true } }, async (_, reply) => {
    // Routes are fixed once the server answers.
    text ??= JSON.stringify(namedSchemas({ ...app.swagger(), webhooks: webhookOperations() }))
    return reply.type('application/json; charset=utf-8').send(text)
  })
}
