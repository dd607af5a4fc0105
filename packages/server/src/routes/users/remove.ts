import type { Services } from '../../services.ts'
import { signInGrant } from '../../sign-in/sign-ins.ts'
import { ById, nothing } from '../answers.ts'
import type { App } from '../app-type.ts'

export function removeRoute(app: App, { users, apiKeys, connections, hub, deps }: Services): void {
  app.delete(
    '/v1/users/:id',
    {
      config: { access: 'admin', audit: 'user.remove' },
      schema: {
        summary: 'Remove a user',
        description: 'Their keys and sessions end. Their accounts stay, and administrators look after them.',
        tags: ['users'],
        params: ById,
        response: nothing,
      },
    },
    async (request, reply) => {
      const { name } = await users.get(request.params.id)
      request.deed = { detail: { name } }
      const { sessions, keys } = await users.remove(request.params.id)
      for (const { id } of await connections.list()) await deps.store.delete(signInGrant(request.params.id, id))
      for (const hash of keys) {
        apiKeys.forget(hash)
        deps.changes?.tell({ of: 'api_key', id: hash })
      }
      for (const session of sessions) {
        hub.drop(session)
        deps.changes?.tell({ of: 'session', id: session })
      }
      return reply.code(204).send(null)
    },
  )
}
