import { AuthorizeResult, ConnectRequest, ConnectToken } from '../../contract/index.ts'
import { browserOf } from '../../security/browser.ts'
import type { Services } from '../../services.ts'
import { answers } from '../answers.ts'
import type { App } from '../app-type.ts'

/** What somebody can do who was sent a connect link. The token goes in the body: addresses are logged. */
export function visitRoutes(app: App, { links, consents }: Services): void {
  app.post(
    '/v1/connect/look',
    {
      config: { access: 'page', audit: false },
      schema: {
        summary: 'What a connect link asks for, and who asks',
        description: 'Binds the link to this browser: no other one can use it from then on.',
        tags: ['connect links'],
        body: ConnectToken,
        response: answers(ConnectRequest),
      },
    },
    async (request, reply) => links.look(await links.open(request.body.token, browserOf(request, reply))),
  )
  app.post(
    '/v1/connect/begin',
    {
      config: { access: 'page', audit: 'account.authorize' },
      schema: {
        summary: 'Begin the consent that a connect link asks for',
        tags: ['connect links'],
        body: ConnectToken,
        response: answers(AuthorizeResult),
      },
    },
    async (request, reply) => {
      const browser = browserOf(request, reply)
      const { account_id, token_hash } = await links.open(request.body.token, browser)
      request.deed = { subject: account_id, detail: { by: 'connect link' } }
      return consents.begin(account_id, browser, token_hash)
    },
  )
}
