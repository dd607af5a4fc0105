import { Account, NewAccount } from '../../contract/index.ts'
import { Refusal } from '../../problem.ts'
import type { SignedIn } from '../../security/sessions.ts'
import type { Services } from '../../services.ts'
import { created } from '../answers.ts'
import type { App } from '../app-type.ts'

export function createRoute(app: App, { accounts, users, access }: Services): void {
  /** Whoever asks; an administrator may name somebody else. */
  const ownerOf = async ({ signedIn, body }: { signedIn: SignedIn | undefined; body: NewAccount }) => {
    const { id, role } = signedIn?.user ?? { id: null, role: 'member' }
    if (body.owner === undefined || body.owner === id) return id
    if (role !== 'admin') throw new Refusal('FORBIDDEN', 'Only an administrator adds accounts for others.')
    return (
      await users.get(body.owner).catch(() => {
        throw new Refusal('INVALID_REQUEST', 'There is no such user.', { field: 'owner' })
      })
    ).id
  }
  app.post(
    '/v1/accounts',
    {
      config: { access: 'session', audit: 'account.create' },
      schema: { summary: 'Add an account', tags: ['accounts'], body: NewAccount, response: created(Account) },
    },
    async (request, reply) => {
      const { body } = request
      const { id, connection_id, owner } = await accounts.create(body, await ownerOf(request))
      await access.accountMade(id, owner)
      request.deed = { subject: id, detail: { connection: connection_id } }
      await accounts.publish(id)
      accounts.publishCounts(connection_id)
      return reply.code(201).send(await accounts.view(id))
    },
  )
}
