import { PasswordChange } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { nothing } from '../answers.ts'
import type { App } from '../app-type.ts'

export function passwordRoute(app: App, { users, hub, deps }: Services): void {
  app.put(
    '/v1/session/password',
    {
      config: { access: 'session', audit: 'password.change' },
      schema: {
        summary: 'Change the own password, or choose the first one',
        description:
          'All other sessions of the user end. Somebody who has none yet needs to have signed in within the last ten minutes (SIGN_IN_AGAIN).',
        tags: ['session'],
        body: PasswordChange,
        response: nothing,
      },
    },
    async ({ body, signedIn, ip }, reply) => {
      if (signedIn === undefined) return
      await users.assertSelf(signedIn, body.password, ip)
      for (const ended of await users.setPassword(signedIn, body.new_password)) {
        hub.drop(ended)
        deps.changes?.tell({ of: 'session', id: ended })
      }
      return reply.code(204).send(null)
    },
  )
}
