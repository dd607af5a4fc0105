import { tokenResult } from '../../accounts/token-result.ts'
import { Reveal, TokenResult } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

/** Breaks the glass: an administrator sees a token, and everybody can see that. */
export function revealRoute(app: App, { users, tokens, access, accounts, deps }: Services): void {
  app.post(
    '/v1/accounts/:id/reveal',
    {
      config: { access: 'admin', account: 'see', audit: 'account.reveal' },
      schema: {
        summary: 'Show the access token of an account, in an emergency',
        description:
          'Needs a reason and the administrator’s password. One who has no password needs to have signed in within the last ten minutes (SIGN_IN_AGAIN). Both the audit log and the account’s history tell who did it and why, and its owner gets a notice. A refresh token is never shown.',
        tags: ['accounts'],
        params: ById,
        body: Reveal,
        response: answers(TokenResult),
      },
    },
    async (request, reply) => {
      const { params, body, signedIn, ip } = request
      if (signedIn === undefined) return
      const { user } = signedIn
      await users.assertSelf(signedIn, body.password, ip)
      const reason = body.reason.trim()
      const { owner, former_owner, former_owner_name: name } = await accounts.get(params.id)
      const whose =
        owner === null && former_owner !== null ? { owners: [{ id: former_owner, name, former: true }] } : {}
      request.deed = { detail: { reason, ...whose } }
      const token = await tokens.hand(params.id)
      await access.revealed(params.id, owner, user, reason)
      await accounts.publish(params.id)
      reply.header('cache-control', 'no-store')
      return tokenResult(params.id, token, deps.clock.now())
    },
  )
}
