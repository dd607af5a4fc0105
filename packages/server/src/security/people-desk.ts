import { assertBody } from '../assert-body.ts'
import { type Invitation, NewUser, type User } from '../contract/index.ts'
import { atDesk, COMMAND_LINE } from '../desk-deed.ts'
import type { Services } from '../services.ts'
import { anotherLink, shownInvitation } from './password-link.ts'
import { sameName } from './user-names.ts'

/**
 * The people of a server for whoever runs it: also when nobody can sign in any more who may do this on the page. At an
 * `openDesk` it works while the server runs or not.
 */
export class PeopleDesk {
  readonly #services: Services

  constructor(services: Services) {
    this.#services = services
  }

  /** All of them, in order of their names. */
  list(): Promise<User[]> {
    return this.#services.users.list()
  }

  /**
   * The one with this id, else the one with this e-mail address, else with this name: nobody is hidden by whoever is
   * called as they are reached. Undefined: there is none, or several are meant.
   */
  async find(named: string): Promise<User | undefined> {
    const people = await this.list()
    const address = named.trim().toLowerCase()
    const known = people.find(({ id }) => id === named)
    if (known !== undefined) return known
    const reached = people.filter(({ email }) => email === address)
    const meant = reached.length > 0 ? reached : people.filter(({ name }) => sameName(name, named))
    return meant.length === 1 ? meant[0] : undefined
  }

  /**
   * A link by which somebody chooses a password, the first one or another; it is in the answer and nowhere else, works
   * once, and for seven days. Links of before end at once. The password of before and the sessions end when the new one
   * is chosen. Somebody who has signed in before gets a notice of it.
   */
  passwordLink(id: string): Promise<Invitation> {
    const { audit, deps } = this.#services
    return atDesk(async () => {
      const made = await anotherLink(this.#services, id)
      const detail = { name: made.user.name }
      await audit.add({ actor: COMMAND_LINE, action: 'user.invite', subject: id, detail })
      return shownInvitation(made, deps.publicUrl)
    })
  }

  /**
   * Makes somebody who has no password yet, and the link by which they choose one. Throws `INVALID_ARGUMENT` for what
   * the API would refuse, such as a name that is taken.
   */
  invite(wanted: Omit<NewUser, 'password'>): Promise<Invitation> {
    const { audit, deps, users } = this.#services
    return atDesk(async () => {
      assertBody(NewUser, wanted)
      const made = await users.invite(wanted)
      const { id, name, role } = made.user
      await audit.add({ actor: COMMAND_LINE, action: 'user.invite', subject: id, detail: { name, role } })
      return shownInvitation(made, deps.publicUrl)
    })
  }
}
