import type { Clock } from '@evergrant/core'
import type { Kysely, Transaction } from 'kysely'
import type { NewUser, User, UserPatch } from '../contract/index.ts'
import { isPostgres } from '../db/dialect.ts'
import type { Tables } from '../db/tables.ts'
import { alreadyTaken, Refusal } from '../problem.ts'
import { Lockout, NOBODY } from './lockout.ts'
import type { Passwords } from './password.ts'
import { hashed, randomId, randomSecret } from './secret.ts'
import type { SignedIn } from './sessions.ts'
import { holdUsers, isNameTaken } from './user-names.ts'

/** Seconds for which an invitation can be accepted. */
const INVITATION = 7 * 86_400

/** Seconds after signing in for which it proves who somebody is, where they have no password to prove it with. */
const RECENT = 600

/** An invitation as it is made; the token is nowhere else. */
export interface MadeInvitation {
  readonly user: User
  readonly token: string
  readonly expires_at: number
}

/** Who makes a link for the password of somebody else. */
export interface LinkMaker {
  readonly id: string
  readonly name: string
  /** Throws unless they are who they seem to be: whoever has the link becomes its user. */
  prove(): Promise<void>
}

/** What became of a user who was removed. */
export interface Removed {
  /** Hashes of their sessions. */
  readonly sessions: readonly string[]
  /** How many accounts of theirs are nobody's now. */
  readonly accounts: number
}

/** People who may sign in, and how they come to be. */
export class Users {
  readonly #db: Kysely<Tables>
  readonly #clock: Clock
  readonly #passwords: Passwords
  readonly #lockout: Lockout

  constructor(db: Kysely<Tables>, clock: Clock, passwords: Passwords) {
    this.#db = db
    this.#clock = clock
    this.#passwords = passwords
    this.#lockout = new Lockout(db, clock)
  }

  setupDone(): Promise<boolean> {
    return hasAdministrator(this.#db)
  }

  /** A token for the first-run link, as long as there is no administrator. Earlier ones stay valid too. */
  async setupToken(): Promise<string | undefined> {
    if (await this.setupDone()) return undefined
    const token = randomSecret()
    await this.#db
      .insertInto('setup_tokens')
      .values({ token_hash: hashed(token), created_at: this.#clock.now() })
      .execute()
    return token
  }

  /** Makes the first administrator, once: of requests at the same time one wins, whichever server they reach. */
  async setUp(token: string, name: string, password: string, source: string): Promise<string> {
    const attempt = await this.#lockout.attempt(source)
    const known = await this.#db
      .selectFrom('setup_tokens')
      .select('token_hash')
      .where('token_hash', '=', hashed(token))
      .executeTakeFirst()
    if (known === undefined || (await this.setupDone())) {
      throw new Refusal('SETUP_LINK_INVALID', 'This first-run link is not known here, or was used already.')
    }
    const password_hash = await this.#passwords.hash(password)
    const id = randomId()
    await this.#db.transaction().execute(async (db) => {
      // Held to the end of the transaction: of requests on several servers, with several links, one goes first.
      await holdUsers(db)
      if (await hasAdministrator(db)) {
        throw new Refusal('SETUP_LINK_INVALID', 'This first-run link was used already.')
      }
      await assertFree(db, { id, name: name.trim() })
      await db.deleteFrom('setup_tokens').execute()
      await db
        .insertInto('users')
        .values({ id, name: name.trim(), password_hash, role: 'admin', created_at: this.#clock.now(), email: null })
        .execute()
    })
    await this.#lockout.succeeded(attempt)
    return id
  }

  /** The user's id when name and password are right. Takes the same time when the name is not known. */
  async signIn(name: string, password: string, source: string): Promise<string> {
    const user = await this.#db
      .selectFrom('users')
      .select(['id', 'password_hash'])
      .where('name', '=', name.trim())
      .executeTakeFirst()
    const attempt = await this.#lockout.attempt(source, user?.id ?? NOBODY)
    const right = await this.#passwords.matches(password, user?.password_hash || undefined)
    if (!right || user === undefined) throw new Refusal('SIGN_IN_FAILED', 'Name or password is not right.')
    await this.#lockout.succeeded(attempt)
    return user.id
  }

  /**
   * Throws unless it is the user themselves, and not somebody who came by their session: by their own password; or, for
   * a user who has none, by having signed in no longer than `RECENT` seconds ago (SIGN_IN_AGAIN). Guesses of a password
   * are slowed down like those of sign-in; an old session is no guess.
   */
  async assertSelf({ user, begun_at }: SignedIn, password: string | undefined, source: string): Promise<void> {
    const hash = await this.#passwordHash(user.id)
    if (hash === undefined) {
      if (this.#clock.now() - begun_at <= RECENT) return
      throw new Refusal('SIGN_IN_AGAIN', 'You have no password, and signed in too long ago for this.')
    }
    if (password === undefined) {
      throw new Refusal('INVALID_REQUEST', 'Your own password is needed for this.', { field: 'password' })
    }
    const attempt = await this.#lockout.attempt(source, user.id)
    if (!(await this.#passwords.matches(password, hash))) {
      throw new Refusal('PASSWORD_WRONG', 'The password is not right.', { field: 'password' })
    }
    await this.#lockout.succeeded(attempt)
  }

  /** Whether somebody signs in with a password; otherwise with a provider only. */
  async hasPassword(id: string): Promise<boolean> {
    return (await this.#passwordHash(id)) !== undefined
  }

  /**
   * Sets it and ends all other sessions of the user, or neither: whoever came by one of them may not stay when a server was
   * killed in between. Returns the hashes of the sessions that ended.
   */
  async setPassword({ user: { id }, session }: SignedIn, password: string): Promise<readonly string[]> {
    const password_hash = await this.#passwords.hash(password)
    return this.#db.transaction().execute(async (db) => {
      await db.updateTable('users').set({ password_hash }).where('id', '=', id).execute()
      const ended = await db
        .deleteFrom('sessions')
        .where('user_id', '=', id)
        .where('session_hash', '!=', session)
        .returning('session_hash')
        .execute()
      return ended.map(({ session_hash }) => session_hash)
    })
  }

  async list(): Promise<User[]> {
    return this.#views(this.#db)
  }

  async get(id: string): Promise<User> {
    const [user] = await this.#views(this.#db, id)
    if (user === undefined) throw unknown()
    return user
  }

  /** Makes a user who has no password yet, and the link by which they choose one. */
  async invite({ name, email, role = 'member' }: Omit<NewUser, 'password'>): Promise<MadeInvitation> {
    const id = randomId()
    const values = { name: name.trim(), password_hash: '', role, created_at: this.#clock.now() }
    const row = { id, ...values, email: email?.trim().toLowerCase() ?? null }
    await this.#db.transaction().execute(async (db) => {
      await holdUsers(db)
      await assertFree(db, row)
      await db.insertInto('users').values(row).execute()
    })
    return this.#invitation(id)
  }

  /**
   * Another link for a user who lost the first one, or their password. Links of before end. Nobody makes one for
   * themselves: with a session alone they would choose a password, and then prove with it that they know one.
   *
   * @param maker undefined: nobody of those who sign in here, but whoever runs the server
   */
  async inviteAgain(id: string, maker?: LinkMaker): Promise<MadeInvitation> {
    await this.get(id)
    if (id === maker?.id) throw new Refusal('NOT_FOR_YOURSELF', 'Nobody makes a link for their own password.')
    await maker?.prove()
    return this.#invitation(id)
  }

  /** Whom a link is for. It stays good. Guesses are slowed down like those of sign-in. */
  async invited(token: string, source: string): Promise<{ readonly name: string; readonly expires_at: number }> {
    const attempt = await this.#lockout.attempt(source)
    const found = await this.#db
      .selectFrom('invitations')
      .innerJoin('users', 'users.id', 'invitations.user_id')
      .select(['users.name', 'invitations.expires_at'])
      .where('token_hash', '=', hashed(token))
      .where('expires_at', '>', this.#clock.now())
      .executeTakeFirst()
    if (found === undefined) throw badInvitation()
    await this.#lockout.succeeded(attempt)
    return found
  }

  /**
   * Takes the link and sets the password in one step, and ends the user's sessions with it: whoever was in by the
   * former password is out. Returns the hashes of those that ended.
   */
  async accept(
    token: string,
    password: string,
    source: string,
  ): Promise<{ readonly user: string; readonly sessions: readonly string[] }> {
    const attempt = await this.#lockout.attempt(source)
    const password_hash = await this.#passwords.hash(password)
    const accepted = await this.#db.transaction().execute(async (db) => {
      const [taken] = await db
        .deleteFrom('invitations')
        .where('token_hash', '=', hashed(token))
        .where('expires_at', '>', this.#clock.now())
        .returning('user_id')
        .execute()
      if (taken === undefined) throw badInvitation()
      const { user_id: user } = taken
      await db.updateTable('users').set({ password_hash }).where('id', '=', user).execute()
      const ended = await db.deleteFrom('sessions').where('user_id', '=', user).returning('session_hash').execute()
      return { user, sessions: ended.map(({ session_hash }) => session_hash) }
    })
    // They might have guessed before they asked for the link.
    await this.#lockout.succeeded(attempt, accepted.user)
    return accepted
  }

  /** @param inside done in the same transaction, after a change of the role and before any other */
  async update(
    id: string,
    { name, email, role }: Omit<UserPatch, 'password'>,
    inside?: (db: Transaction<Tables>, before: User) => Promise<void>,
  ): Promise<User> {
    const before = await this.get(id)
    const values = {
      ...(name === undefined ? {} : { name: name.trim() }),
      ...(email === undefined ? {} : { email: email.trim().toLowerCase() || null }),
      ...(role === undefined ? {} : { role }),
    }
    if (Object.keys(values).length === 0) return before
    await this.#keepingAnAdmin(before.role === 'admin' && role === 'member', async (db) => {
      const { name: wanted, ...others } = values
      // A name of before stays, also where another one like it would not be taken today.
      await assertFree(db, { id, ...(wanted === before.name ? others : values) })
      // First, so that whoever does something at this moment by the role of before is heard of inside, or comes too late.
      if (role !== undefined) await db.updateTable('users').set({ role }).where('id', '=', id).execute()
      await inside?.(db, before)
      await db.updateTable('users').set(values).where('id', '=', id).execute()
    })
    return this.get(id)
  }

  /**
   * Removes a user, with their sessions. Their accounts stay, as nobody's, and keep whose they were.
   *
   * @param inside done in the same transaction, before it
   */
  async remove(id: string, inside: (db: Transaction<Tables>) => Promise<void>): Promise<Removed> {
    const { role } = await this.get(id)
    return this.#keepingAnAdmin(role === 'admin', async (db) => {
      // Nothing becomes theirs from here on.
      const held = db.selectFrom('users').select('name').where('id', '=', id)
      const user = await held.$if(isPostgres(db), (query) => query.forUpdate()).executeTakeFirst()
      if (user === undefined) throw unknown()
      await inside(db)
      const left = await db
        .updateTable('accounts')
        .set({ owner: null, former_owner: id, former_owner_name: user.name })
        .where('owner', '=', id)
        .executeTakeFirst()
      const ended = await db.deleteFrom('sessions').where('user_id', '=', id).returning('session_hash').execute()
      await db.deleteFrom('users').where('id', '=', id).execute()
      return { sessions: ended.map(({ session_hash }) => session_hash), accounts: Number(left.numUpdatedRows) }
    })
  }

  /** Keeps in which language somebody gets mail. */
  async speaks(id: string, language: string): Promise<void> {
    await this.#db.updateTable('users').set({ language }).where('id', '=', id).execute()
  }

  async reap(): Promise<void> {
    await this.#lockout.reap()
    await this.#db.deleteFrom('invitations').where('expires_at', '<=', this.#clock.now()).execute()
  }

  /** Of two administrators who remove each other at the same moment, one is told that somebody has to stay. */
  #keepingAnAdmin<T>(loses: boolean, change: (db: Transaction<Tables>) => Promise<T>): Promise<T> {
    return this.#db.transaction().execute(async (db) => {
      await holdUsers(db)
      if (loses) {
        const admins = await db.selectFrom('users').select('id').where('role', '=', 'admin').execute()
        if (admins.length < 2) {
          throw new Refusal('LAST_ADMINISTRATOR', 'This is the only administrator. Make somebody else one first.')
        }
      }
      return change(db)
    })
  }

  async #invitation(id: string): Promise<MadeInvitation> {
    const token = randomSecret()
    const now = this.#clock.now()
    const expires_at = now + INVITATION
    await this.#db.deleteFrom('invitations').where('user_id', '=', id).execute()
    const values = { token_hash: hashed(token), user_id: id, created_at: now, expires_at }
    await this.#db.insertInto('invitations').values(values).execute()
    return { user: await this.get(id), token, expires_at }
  }

  async #passwordHash(id: string): Promise<string | undefined> {
    const user = await this.#db.selectFrom('users').select('password_hash').where('id', '=', id).executeTakeFirst()
    return user?.password_hash || undefined
  }

  async #views(db: Kysely<Tables>, id?: string): Promise<User[]> {
    let query = db
      .selectFrom('users')
      .select(['id', 'name', 'email', 'role', 'password_hash', 'created_at'])
      .select((of) => [
        of
          .selectFrom('accounts')
          .whereRef('accounts.owner', '=', 'users.id')
          .select((count) => count.fn.countAll().as('accounts'))
          .as('accounts'),
        of
          .selectFrom('sessions')
          .whereRef('sessions.user_id', '=', 'users.id')
          .select((last) => last.fn.max('last_seen_at').as('last_seen_at'))
          .as('last_seen_at'),
        of
          .selectFrom('user_identities')
          .whereRef('user_identities.user_id', '=', 'users.id')
          .select((count) => count.fn.countAll().as('identities'))
          .as('identities'),
      ])
      .orderBy('name')
    if (id !== undefined) query = query.where('id', '=', id)
    return (await query.execute()).map((row) => ({
      id: row.id,
      name: row.name,
      ...(row.email === null ? {} : { email: row.email }),
      role: row.role,
      ...(row.password_hash === '' && Number(row.identities ?? 0) === 0 ? { invited: true } : {}),
      accounts: Number(row.accounts ?? 0),
      ...(row.last_seen_at === null ? {} : { last_seen_at: row.last_seen_at }),
      created_at: row.created_at,
    }))
  }
}

function badInvitation(): Refusal {
  return new Refusal('INVITATION_INVALID', 'This link is not known here, was used already, or is too old.')
}

function unknown(): Refusal {
  return new Refusal('NOT_FOUND', 'There is no such user.')
}

interface Wanted {
  readonly id: string
  readonly name?: string
  readonly email?: string | null
}

async function assertFree(db: Transaction<Tables>, { id, name, email }: Wanted): Promise<void> {
  if (name !== undefined && (await isNameTaken(db, name, id))) throw alreadyTaken('name')
  if (email === undefined || email === null) return
  const taken = await db.selectFrom('users').select('id').where('email', '=', email).executeTakeFirst()
  if (taken !== undefined && taken.id !== id) throw alreadyTaken('email')
}

async function hasAdministrator(db: Kysely<Tables>): Promise<boolean> {
  const found = await db.selectFrom('users').select('id').where('role', '=', 'admin').limit(1).executeTakeFirst()
  return found !== undefined
}
