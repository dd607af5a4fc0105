import { BoundedMap } from './bounded-map.ts'

/** A person of the sandbox, who can be chosen on the consent page. */
export interface SandboxUser {
  readonly sub: string
  readonly username: string
  readonly email: string
  readonly name: string
  readonly password?: string | undefined
  /** What the claim says. Default true. */
  readonly email_verified?: boolean | undefined
}

export const demoUsers: readonly SandboxUser[] = [
  { sub: 'alice', username: 'alice', email: 'alice@example.test', name: 'Alice Example' },
  { sub: 'bob', username: 'bob', email: 'bob@example.test', name: 'Bob Example' },
]

const emailAddress = /^[^\s@<>"]{1,64}@[^\s@<>"]{1,190}$/

export class Users {
  readonly #users = new BoundedMap<SandboxUser>(10_000)

  add(user: SandboxUser): void {
    this.#users.set(user.sub, user)
  }

  find(sub: string | undefined): SandboxUser | undefined {
    return sub === undefined ? undefined : this.#users.get(sub)
  }

  /** By username, e-mail address or sub, in any letter case: whatever a login_hint may carry. */
  findByName(name: string | undefined): SandboxUser | undefined {
    const wanted = name?.toLowerCase()
    return this.list().find((user) =>
      [user.username, user.email, user.sub].some((known) => known.toLowerCase() === wanted),
    )
  }

  /** The user with this e-mail address, made on the fly when new; undefined when it is no address. */
  withEmail(email: string): SandboxUser | undefined {
    const known = this.findByName(email)
    if (known !== undefined || !emailAddress.test(email)) return known
    const user = { sub: email.toLowerCase(), username: email, email, name: email.slice(0, email.indexOf('@')) }
    this.add(user)
    return user
  }

  list(): SandboxUser[] {
    return [...this.#users.values()]
  }
}
