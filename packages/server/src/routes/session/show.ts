import { Session } from '../../contract/index.ts'
import { SESSION_COOKIE } from '../../security/cookies.ts'
import type { Services } from '../../services.ts'
import { answers } from '../answers.ts'
import type { App } from '../app-type.ts'
import { sessionView } from './session-view.ts'

export function showRoute(app: App, services: Services): void {
  app.get(
    '/v1/session',
    {
      config: { access: 'open' },
      schema: {
        summary: 'Whether the browser is signed in',
        description: 'Never 401.',
        tags: ['session'],
        response: answers(Session),
      },
    },
    async ({ cookies }) => {
      const signedIn = await services.sessions.find(cookies[SESSION_COOKIE])
      return sessionView(signedIn?.user, services)
    },
  )
}
