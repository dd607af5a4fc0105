import { Connection, SandboxConnection } from '../../contract/index.ts'
import { Refusal } from '../../problem.ts'
import type { Services } from '../../services.ts'
import { answers, created } from '../answers.ts'
import type { App } from '../app-type.ts'

/** The connection to the embedded practice provider, which can be removed and made again. */
export function sandboxRoutes(app: App, { accounts, deps: { sandbox } }: Services): void {
  app.get(
    '/v1/connections/sandbox',
    {
      config: { access: 'admin' },
      schema: {
        summary: 'Whether there is the connection to the embedded practice provider',
        tags: ['connections'],
        response: answers(SandboxConnection),
      },
    },
    async () => {
      if (sandbox === undefined) return { on: false }
      const row = await sandbox.connection()
      return { on: true, ...(row === undefined ? {} : { connection: row.id }) }
    },
  )
  app.post(
    '/v1/connections/sandbox',
    {
      config: { access: 'admin', audit: 'connection.create' },
      schema: {
        summary: 'Make the connection to the embedded practice provider again',
        description: 'After it was removed. When it is there, it is the answer as it is.',
        tags: ['connections'],
        response: created(Connection),
      },
    },
    async (request, reply) => {
      if (sandbox === undefined) throw new Refusal('NOT_FOUND', 'The embedded practice provider is off on this server.')
      const row = await sandbox.connectAgain()
      request.deed = { subject: row.id, detail: { name: row.name, provider: row.provider } }
      await accounts.publishConnection(row)
      return reply.code(201).send(await accounts.connectionView(row))
    },
  )
}
