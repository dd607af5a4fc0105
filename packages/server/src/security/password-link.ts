import type { Invitation } from '../contract/index.ts'
import type { Services } from '../services.ts'
import { randomId } from './secret.ts'
import type { LinkMaker, MadeInvitation } from './users.ts'

/**
 * Another link for somebody who lost the first one, or their password; links of before end. Whoever has the link can
 * become them, so they hear of it, unless they never came in: such a one has nothing yet.
 *
 * @param by who makes it; undefined: whoever runs the server, at its command line
 */
export async function anotherLink(
  { users, notices }: Pick<Services, 'users' | 'notices'>,
  id: string,
  by?: LinkMaker,
): Promise<MadeInvitation> {
  const { invited } = await users.get(id)
  const made = await users.inviteAgain(id, by)
  if (invited !== true) {
    const detail = by && { by: { id: by.id, name: by.name } }
    await notices.raise({ key: `link/${randomId()}`, kind: 'password_link_made', owner: id, detail })
  }
  return made
}

/** What is shown of an invitation, once. */
export function shownInvitation({ user, token, expires_at }: MadeInvitation, publicUrl: string): Invitation {
  return {
    user,
    // In the fragment, which is in no log and goes to no server.
    link: `${publicUrl}/invitation#token=${token}`,
    expires_at: Math.floor(expires_at),
  }
}
