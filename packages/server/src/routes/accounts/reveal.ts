import { tokenResult } from '../../accounts/token-result.ts'
import { Reveal, TokenResult } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

/** Breaks the glass: an administrator sees a token, and everybody can see that. */
export function revealRoute(app: App, { users, tokens, history, accounts, deps }: Services): void {
  app.post(
    '/v1/accounts/:id/reveal',
    {
      config: { access: 'admin', account: 'see', audit: 'account.reveal' },
      schema: {
        summary: 'Show the access token of an account, in an emergency',
        description:
          'Needs the administrator’s password and a reason. Both the audit log and the account’s history tell who did it and why. A refresh token is never shown.',
        tags: ['accounts'],
        params: ById,
        body: Reveal,
        response: answers(TokenResult),
      },
    },
    async (request, reply) => {
      const { params, body, signedIn, ip } = request
      const { id: user = '', name = '' } = signedIn?.user ?? {}
      await users.assertPassword(user, body.password, ip)
      const reason = body.reason.trim()
      request.deed = { detail: { reason } }
      const token = await tokens.hand(params.id)
      await history.add(params.id, { type: 'revealed', detail: `${name}: ${reason}` })
      await accounts.publish(params.id)
      reply.header('cache-control', 'no-store')
      return tokenResult(params.id, token, deps.clock.now())
    },
  )
}
