import type { Services } from '../../services.ts'
import type { App } from '../app-type.ts'

export function metricsRoute(app: App, { metrics }: Services): void {
  app.get(
    '/metrics',
    { schema: { summary: 'Counts, for Prometheus', tags: ['operations'], produces: ['text/plain'] } },
    async (_, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  )
}
