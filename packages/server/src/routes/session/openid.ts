import { AuthorizeResult, SignInWith } from '../../contract/index.ts'
import { browserOf } from '../../security/browser.ts'
import type { Services } from '../../services.ts'
import { answers } from '../answers.ts'
import type { App } from '../app-type.ts'

export function openidRoute(app: App, { signIns }: Services): void {
  app.post(
    '/v1/session/openid',
    {
      config: { access: 'page', audit: false },
      schema: {
        summary: 'Begin to sign in with a provider',
        description:
          'Open the address in the same window; the way back ends signed in. Only the browser that asked can finish.',
        tags: ['session'],
        body: SignInWith,
        response: answers(AuthorizeResult),
      },
    },
    async (request, reply) => {
      const { connection, return_to } = request.body
      return signIns.begin(connection, browserOf(request, reply), return_to)
    },
  )
}
