import { NewWebhook, Webhook, WebhookList, WebhookPatch, WebhookWithSecret } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { webhookView } from '../../webhooks/webhooks.ts'
import { answers, ById, created, nothing } from '../answers.ts'
import type { App } from '../app-type.ts'

/** Webhooks: list, add, show, change, remove. */
export function manageRoutes(app: App, { webhooks, reach, notices, deps }: Services): void {
  const now = (): number => deps.clock.now()
  app.get(
    '/v1/webhooks',
    {
      config: { access: 'admin' },
      schema: { summary: 'All webhooks', tags: ['webhooks'], response: answers(WebhookList) },
    },
    async () => ({ webhooks: (await webhooks.list()).map((row) => webhookView(row, now())) }),
  )
  app.post(
    '/v1/webhooks',
    {
      config: { access: 'admin', audit: 'webhook.create' },
      schema: {
        summary: 'Add a webhook',
        description: 'Its secret is in this answer and nowhere else.',
        tags: ['webhooks'],
        body: NewWebhook,
        response: created(WebhookWithSecret),
      },
    },
    async (request, reply) => {
      const { row, secret } = await webhooks.create(request.body, reach)
      request.deed = { subject: row.id, detail: { url: row.url } }
      return reply.code(201).send({ webhook: webhookView(row, now()), secret })
    },
  )
  app.get(
    '/v1/webhooks/:id',
    {
      config: { access: 'admin' },
      schema: { summary: 'One webhook', tags: ['webhooks'], params: ById, response: answers(Webhook) },
    },
    async ({ params }) => webhookView(await webhooks.get(params.id), now()),
  )
  app.patch(
    '/v1/webhooks/:id',
    {
      config: { access: 'admin', audit: 'webhook.update' },
      schema: {
        summary: 'Change a webhook',
        description:
          'What is left out stays. Switching it off gives up what waits for it; events that happen while it is off are not kept for it.',
        tags: ['webhooks'],
        params: ById,
        body: WebhookPatch,
        response: answers(Webhook),
      },
    },
    async (request) => {
      const { params, body } = request
      request.deed = { detail: { fields: Object.keys(body), ...(body.url !== undefined && { url: body.url }) } }
      const row = await webhooks.update(params.id, body, reach)
      if (row.switched_off === null) await notices.clear(`webhook/${row.id}`)
      return webhookView(row, now())
    },
  )
  app.delete(
    '/v1/webhooks/:id',
    {
      config: { access: 'admin', audit: 'webhook.remove' },
      schema: { summary: 'Remove a webhook', tags: ['webhooks'], params: ById, response: nothing },
    },
    async (request, reply) => {
      const { id } = request.params
      request.deed = { detail: { url: (await webhooks.get(id)).url } }
      await webhooks.remove(id)
      await notices.clear(`webhook/${id}`)
      return reply.code(204).send(null)
    },
  )
}
