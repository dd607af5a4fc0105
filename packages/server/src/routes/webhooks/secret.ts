import { SecretRotation, WebhookWithSecret } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { webhookView } from '../../webhooks/webhooks.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

export function secretRoute(app: App, { webhooks, deps }: Services): void {
  app.post(
    '/v1/webhooks/:id/secret',
    {
      config: { access: 'admin', audit: 'webhook.secret' },
      schema: {
        summary: 'Make a new secret for a webhook',
        description:
          'It is in this answer and nowhere else. Until `former_secret_until` messages are signed with the former one too.',
        tags: ['webhooks'],
        params: ById,
        body: SecretRotation,
        response: answers(WebhookWithSecret),
      },
    },
    async (request, reply) => {
      const { overlap } = request.body
      const { row, secret } = await webhooks.rotate(request.params.id, overlap)
      request.deed = { detail: { url: row.url, ...(overlap !== undefined && { overlap }) } }
      return reply.header('cache-control', 'no-store').send({ webhook: webhookView(row, deps.clock.now()), secret })
    },
  )
}
