import { User, UserPatch } from '../../contract/index.ts'
import type { EndedKey } from '../../security/api-keys.ts'
import { randomId } from '../../security/secret.ts'
import type { Services } from '../../services.ts'
import { answers, ById } from '../answers.ts'
import type { App } from '../app-type.ts'
import { keysEnded } from './keys-ended.ts'

export function updateRoute(app: App, { users, notices, apiKeys }: Services): void {
  app.patch(
    '/v1/users/:id',
    {
      config: { access: 'admin', audit: 'user.update' },
      schema: {
        summary: 'Change name, e-mail address or role of a user',
        description:
          'Somebody whose address another person changes gets a notice of it, and mail at the address of before. Another address, and making somebody an administrator, need the own `password`. Keys of somebody who becomes a member end where they are for accounts that are not theirs.',
        tags: ['users'],
        params: ById,
        body: UserPatch,
        response: answers(User),
      },
    },
    async (request) => {
      const { params, body, signedIn, ip } = request
      if (signedIn === undefined) return
      const { id: maker, name } = signedIn.user
      const { password, ...patch } = body
      const now = await users.get(params.id)
      // Whoever has the address can sign in with a provider as its user: a session alone does not lead there.
      const moves = patch.email !== undefined && patch.email.trim().toLowerCase() !== (now.email ?? '')
      const rises = patch.role === 'admin' && now.role !== 'admin'
      if (moves || rises) await users.assertSelf(signedIn, password, ip)
      let told = false
      let ended: readonly EndedKey[] = []
      const changed = await users.update(params.id, patch, async (db, before) => {
        // They know its secret, so nothing less takes back what they may reach with it.
        if (patch.role === 'member') ended = await apiKeys.endOf(db, before.id, 'beyond', signedIn.user)
        const email = patch.email?.trim().toLowerCase()
        const moved = email !== undefined && email !== (before.email ?? '') && before.id !== maker
        // Whoever has the address may be let in as its user: the one whose it was hears of it, at the address of before.
        if (!moved || before.invited === true) return
        const detail = { by: { id: maker, name } }
        const notice = { key: `email/${randomId()}`, kind: 'email_changed', owner: before.id, detail } as const
        told = await notices.raise(notice, db)
      })
      // The id stays; names change, and the log tells who it was then.
      request.deed = { detail: { ...patch, called: now.name, ...keysEnded(ended) } }
      apiKeys.ended(ended)
      if (told) notices.told()
      return changed
    },
  )
}
