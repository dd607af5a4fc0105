import { Type } from 'typebox'
import type { Services } from '../../services.ts'
import type { App } from '../app-type.ts'

const Health = Type.Object({ status: Type.String() })

export function healthRoutes(app: App, { deps, hub, gateway }: Services): void {
  app.get(
    '/healthz',
    { schema: { summary: 'The process answers', tags: ['operations'], response: { 200: Health } } },
    async () => ({ status: 'ok' }),
  )
  app.get(
    '/readyz',
    {
      schema: {
        summary: 'The server can work: its database answers, its mail gateway listens, and it is not stopping',
        tags: ['operations'],
        response: { 200: Health, 503: Health },
      },
    },
    async (_, reply) => {
      const unready = () => reply.code(503).header('retry-after', '1')
      if (hub.closed) return unready().send({ status: 'stopping' })
      if (!gateway.ready) return unready().send({ status: 'the mail gateway does not listen' })
      try {
        await deps.db.selectFrom('meta').select('name').limit(1).execute()
        return { status: 'ok' }
      } catch {
        return unready().send({ status: 'the database does not answer' })
      }
    },
  )
}
