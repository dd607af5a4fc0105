import type { EndedKey } from '../../security/api-keys.ts'
import type { Services } from '../../services.ts'
import { signInGrant } from '../../sign-in/sign-ins.ts'
import { ById, nothing } from '../answers.ts'
import type { App } from '../app-type.ts'
import { keysEnded } from './keys-ended.ts'

export function removeRoute(app: App, { users, apiKeys, connections, hub, deps }: Services): void {
  app.delete(
    '/v1/users/:id',
    {
      config: { access: 'admin', audit: 'user.remove' },
      schema: {
        summary: 'Remove a user',
        description:
          'Their keys and sessions end. Their accounts stay, and administrators look after them; keys for them still need a reason and a password.',
        tags: ['users'],
        params: ById,
        response: nothing,
      },
    },
    async (request, reply) => {
      const { params, signedIn } = request
      if (signedIn === undefined) return
      const { name } = await users.get(params.id)
      let keys: readonly EndedKey[] = []
      const { sessions, accounts } = await users.remove(params.id, async (db) => {
        keys = await apiKeys.endOf(db, params.id, 'all', signedIn.user)
      })
      request.deed = { detail: { name, accounts_left: accounts, ...keysEnded(keys) } }
      apiKeys.ended(keys)
      for (const { id } of await connections.list()) await deps.store.delete(signInGrant(params.id, id))
      for (const session of sessions) {
        hub.drop(session)
        deps.changes?.tell({ of: 'session', id: session })
      }
      return reply.code(204).send(null)
    },
  )
}
