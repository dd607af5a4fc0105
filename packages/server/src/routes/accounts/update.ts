import { Account, AccountPatch } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

export function updateRoute(app: App, { accounts, tokens, history }: Services): void {
  app.patch(
    '/v1/accounts/:id',
    {
      config: { access: 'session', account: 'see', audit: 'account.update' },
      schema: {
        summary: 'Rename, pause or resume an account',
        tags: ['accounts'],
        params: ById,
        body: AccountPatch,
        response: answers(Account),
      },
    },
    async (request) => {
      const { params, body } = request
      const { id } = params
      request.deed = { detail: { ...body } }
      const { paused } = await accounts.get(id)
      await accounts.patch(id, body)
      tokens.changed(id)
      if (body.paused !== undefined && body.paused !== (paused === 1)) {
        await history.add(id, { type: body.paused ? 'paused' : 'resumed' })
      }
      await accounts.publish(id)
      return accounts.view(id)
    },
  )
}
