import { actorOf } from '../../audit/audit-hook.ts'
import { COOKIE, SESSION_COOKIE } from '../../security/cookies.ts'
import type { Services } from '../../services.ts'
import { nothing } from '../answers.ts'
import type { App } from '../app-type.ts'

export function endRoute(app: App, { sessions, hub, deps }: Services): void {
  app.delete(
    '/v1/session',
    {
      config: { access: 'page', audit: 'session.end' },
      schema: { summary: 'Sign out', tags: ['session'], response: nothing },
    },
    async (request, reply) => {
      const { cookies } = request
      const signedIn = await sessions.find(cookies[SESSION_COOKIE])
      request.deed = { actor: actorOf({ signedIn, apiKey: undefined }) }
      const ended = await sessions.end(cookies[SESSION_COOKIE])
      if (ended !== undefined) {
        deps.changes?.tell({ of: 'session', id: ended })
        hub.drop(ended)
      }
      reply.clearCookie(SESSION_COOKIE, COOKIE)
      return reply.code(204).send(null)
    },
  )
}
