import { Type } from 'typebox'
import { Delivery, DeliveryList } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

const Query = Type.Object({ before: Type.Optional(Type.String({ maxLength: 200 })) })
const ByDelivery = Type.Object({ ...ById.properties, delivery: Type.String({ minLength: 1, maxLength: 100 }) })

/** What was sent to a webhook and what came of it; and sending something, or the same once more. */
export function deliveriesRoutes(app: App, { webhooks, deliveries }: Services): void {
  app.get(
    '/v1/webhooks/:id/deliveries',
    {
      config: { access: 'admin' },
      schema: {
        summary: 'What was sent to a webhook, and what came of it',
        tags: ['webhooks'],
        params: ById,
        querystring: Query,
        response: answers(DeliveryList),
      },
    },
    async ({ params, query }) => deliveries.of((await webhooks.get(params.id)).id, query.before),
  )
  app.post(
    '/v1/webhooks/:id/test',
    {
      config: { access: 'admin', audit: 'webhook.test' },
      schema: {
        summary: 'Send a webhook an event to try itself with',
        description: 'It is on its way when this answers; the list of deliveries tells what came of it.',
        tags: ['webhooks'],
        params: ById,
        response: answers(Delivery),
      },
    },
    async (request) => {
      const { id, url } = await webhooks.get(request.params.id)
      request.deed = { detail: { url } }
      return deliveries.get(id, await webhooks.test(id))
    },
  )
  app.post(
    '/v1/webhooks/:id/deliveries/:delivery/redeliver',
    {
      config: { access: 'admin', audit: 'webhook.redeliver' },
      schema: {
        summary: 'Send the same event to a webhook once more',
        description: 'With the same webhook-id. A delivery that still waits is tried at once.',
        tags: ['webhooks'],
        params: ByDelivery,
        response: answers(Delivery),
      },
    },
    async (request) => {
      const { id, delivery } = request.params
      const { url } = await webhooks.get(id)
      const again = await deliveries.again(id, delivery)
      request.deed = { detail: { url, type: again.type, event: again.event_id } }
      return again
    },
  )
}
