import { Session } from '../../contract/index.ts'
import { SESSION_COOKIE } from '../../security/cookies.ts'
import type { Services } from '../../services.ts'
import { answers } from '../answers.ts'
import type { App } from '../app-type.ts'

export function showRoute(app: App, { sessions, users, deps }: Services): void {
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
      const signedIn = await sessions.find(cookies[SESSION_COOKIE])
      return {
        signed_in: signedIn !== undefined,
        ...(signedIn === undefined ? {} : { user: signedIn.user }),
        setup_done: signedIn !== undefined || (await users.setupDone()),
        public_url: deps.publicUrl,
        sandbox: deps.sandbox !== undefined,
      }
    },
  )
}
