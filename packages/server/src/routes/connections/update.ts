import { asksForProof } from '../../connections/asks-for-proof.ts'
import { Connection, ConnectionPatch } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'

export function updateRoute(app: App, { connections, accounts, tokens, users }: Services): void {
  app.patch(
    '/v1/connections/:id',
    {
      config: { access: 'admin', audit: 'connection.update' },
      schema: {
        summary: 'Change a connection',
        description:
          'What is left out stays. A new secret counts from the next request to the provider on. Addresses and parameters of one that has accounts, and client, addresses, parameters and rules of one by which people sign in, need the own `password`.',
        tags: ['connections'],
        params: ById,
        body: ConnectionPatch,
        response: answers(Connection),
      },
    },
    async (request) => {
      const { params, body, signedIn, ip } = request
      if (signedIn === undefined) return
      const { password, ...patch } = body
      // Which ones, and not what: a secret may be among them.
      request.deed = { detail: { fields: Object.keys(patch) } }
      const row = await connections.update(params.id, patch, async (before) => {
        const used = (await accounts.of(before.id)).length > 0
        if (asksForProof(before, patch, used)) await users.assertSelf(signedIn, password, ip)
      })
      await tokens.retrySoon(row.id)
      await accounts.publishConnection(row)
      return accounts.connectionView(row)
    },
  )
}
