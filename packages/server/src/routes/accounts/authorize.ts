import { AuthorizeResult } from '../../contract/index.ts'
import { BROWSER_COOKIE, COOKIE } from '../../security/cookies.ts'
import { randomSecret } from '../../security/secret.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

/** As randomSecret makes them; anything else is replaced. */
const SECRET = /^[A-Za-z0-9_-]{43}$/

export function authorizeRoute(app: App, { consents }: Services): void {
  app.post(
    '/v1/accounts/:id/authorize',
    {
      config: { access: 'session', account: 'link', audit: 'account.authorize' },
      schema: {
        summary: 'Begin a consent',
        description: 'Sets a cookie: only the browser that asked can finish.',
        tags: ['accounts'],
        params: ById,
        response: answers(AuthorizeResult),
      },
    },
    async ({ params, cookies }, reply) => {
      const held = cookies[BROWSER_COOKIE]
      // One name for all consents of a browser, so that several can be under way.
      const browser = held !== undefined && SECRET.test(held) ? held : randomSecret()
      const begun = await consents.begin(params.id, browser)
      reply.setCookie(BROWSER_COOKIE, browser, { ...COOKIE, maxAge: 3600 })
      return begun
    },
  )
}
