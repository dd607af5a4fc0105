import { asksForProof } from '../../connections/asks-for-proof.ts'
import { Connection, NewConnection } from '../../contract/index.ts'
import type { Services } from '../../services.ts'
import { created } from '../answers.ts'
import type { App } from '../app-type.ts'

export function createRoute(app: App, { connections, accounts, users }: Services): void {
  app.post(
    '/v1/connections',
    {
      config: { access: 'admin', audit: 'connection.create' },
      schema: {
        summary: 'Store a client registration',
        description:
          'The settings are checked as far as that goes without asking the provider. One by which people sign in needs the own `password`.',
        tags: ['connections'],
        body: NewConnection,
        response: created(Connection),
      },
    },
    async (request, reply) => {
      const { body, signedIn, ip } = request
      if (signedIn === undefined) return
      const { password, ...wanted } = body
      if (asksForProof(undefined, wanted, false)) await users.assertSelf(signedIn, password, ip)
      const row = await connections.create(wanted)
      request.deed = { subject: row.id, detail: { name: row.name, provider: row.provider } }
      await accounts.publishConnection(row)
      return reply.code(201).send(await accounts.connectionView(row))
    },
  )
}
