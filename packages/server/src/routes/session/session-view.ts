import type { Session } from '../../contract/index.ts'
import type { SignedIn } from '../../security/sessions.ts'
import type { Services } from '../../services.ts'

/** What the page needs to know before anything else. */
export async function sessionView(user: SignedIn['user'] | undefined, services: Services): Promise<Session> {
  const { users, signIns, connections, deps } = services
  const offered = user === undefined ? await signIns.offered() : []
  return {
    signed_in: user !== undefined,
    ...(user === undefined ? {} : { user: { ...user, has_password: await users.hasPassword(user.id) } }),
    setup_done: user !== undefined || (await users.setupDone()),
    public_url: deps.publicUrl,
    sign_in_with: await Promise.all(
      offered.map(async ({ id, name }) => {
        const { id: provider } = await connections.definition(id)
        return { connection: id, name, provider }
      }),
    ),
    sandbox: deps.sandbox !== undefined,
  }
}
