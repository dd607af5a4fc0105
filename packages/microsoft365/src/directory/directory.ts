import { OAuthError } from '@evergrant/core'
import type { Connection } from '../connection.ts'
import { resourcePath, segment } from '../resource.ts'
import { loadUser, User, type UserFields } from './user.ts'

/** Which users of the directory. The texts are OData's, as Microsoft Graph takes them. */
export interface UsersQuery {
  /** At most so many. Default: all. */
  readonly limit?: number | undefined
  /** `$filter`, such as `accountEnabled eq true`. */
  readonly filter?: string | undefined
  /** `$search`, such as `"displayName:Wa"`; sends `ConsistencyLevel: eventual`, without which Graph refuses it. */
  readonly search?: string | undefined
  /** `$orderby`, such as `displayName`. */
  readonly orderBy?: string | undefined
  /** Fields to send instead of the usual ones. */
  readonly select?: readonly string[] | undefined
  /** How many a page has. Default: the protocol's most, 999. */
  readonly batch?: number | undefined
}

/** Somebody to invite as a guest. */
export interface Invitation {
  readonly email: string
  /** Where the guest is sent after accepting. */
  readonly redirectUrl: string
  /** Whether Microsoft sends the mail. Default false: send `inviteRedeemUrl` yourself. */
  readonly sendMessage?: boolean | undefined
  readonly displayName?: string | undefined
}

/** What came of an invitation. */
export interface Invited {
  readonly id: string
  /** What the guest opens to accept. */
  readonly inviteRedeemUrl: string
  readonly status: string
  readonly [field: string]: unknown
}

/**
 * The users of a tenant.
 *
 * @see https://learn.microsoft.com/graph/api/user-list
 */
export class Directory {
  readonly #connection: Connection
  readonly #resource: string

  /** `resource`: whom {@link getCurrentUser} is about; `me`, or nobody for a program that acts on its own behalf. */
  constructor(connection: Connection, resource = 'me') {
    this.#connection = connection
    this.#resource = resource
  }

  /**
   * All users, page after page as they are read: one page in memory, however many there are. Ends early, without asking
   * for more, when the loop does.
   */
  async *getUsers(query: UsersQuery = {}): AsyncGenerator<User, void, undefined> {
    const { limit = Number.POSITIVE_INFINITY, filter, search, orderBy, select } = query
    if (!(limit > 0)) return
    const { maxTop } = this.#connection.protocol
    const top = Math.max(1, Math.min(query.batch ?? maxTop, maxTop, limit))
    const options = {
      $top: String(top),
      $filter: filter,
      $search: search,
      $orderby: orderBy,
      $select: select === undefined ? undefined : ['id', ...select].join(','),
    }
    const parameters = Object.entries(options).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
    )
    const init = search === undefined ? undefined : { headers: { consistencylevel: 'eventual' } }
    let count = 0
    for await (const fields of this.#connection.items<UserFields>(`users?${parameters.join('&')}`, init)) {
      yield new User(this.#connection, fields)
      count += 1
      if (count >= limit) return
    }
  }

  /** One user by id or address. */
  async getUser(user: string, select?: readonly string[]): Promise<User> {
    return loadUser(this.#connection, `users/${segment(user)}`, select)
  }

  /** Whoever consented. Throws `NOT_SUPPORTED` where nobody did. */
  async getCurrentUser(select?: readonly string[]): Promise<User> {
    if (resourcePath(this.#resource) !== 'me') {
      const message =
        'There is no current user: this account acts on its own behalf or on another resource. Use getUser(id).'
      throw new OAuthError('NOT_SUPPORTED', message, { outcome: 'not_sent' })
    }
    return loadUser(this.#connection, 'me', select)
  }

  /** A user's manager; undefined when there is none. */
  getUserManager(user: string): Promise<User | undefined> {
    return this.#user(user).manager()
  }

  /** Those whose manager a user is, page after page. */
  getUserDirectReports(user: string): AsyncGenerator<User, void, undefined> {
    return this.#user(user).directReports()
  }

  /** Invites somebody from outside of the tenant. Not sent again after trouble, but for 429 and 503 with `Retry-After`. */
  async inviteUser({ email, redirectUrl, sendMessage, displayName }: Invitation): Promise<Invited> {
    const response = await this.#connection.post('invitations', {
      invitedUserEmailAddress: email,
      inviteRedirectUrl: redirectUrl,
      ...(sendMessage === undefined ? {} : { sendInvitationMessage: sendMessage }),
      ...(displayName === undefined ? {} : { invitedUserDisplayName: displayName }),
    })
    return (await response.json()) as Invited
  }

  #user(user: string): User {
    return new User(this.#connection, {}, `users/${segment(user)}`)
  }
}
