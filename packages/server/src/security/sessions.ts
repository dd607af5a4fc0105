import type { Clock } from '@evergrant/core'
import type { Kysely } from 'kysely'
import type { Tables } from '../db/tables.ts'
import { hashed, randomSecret } from './secret.ts'

const DAY = 86_400
const LIFETIME = 30 * DAY
const IDLE = 7 * DAY
/** The last use is written at most so often. */
const SEEN_EVERY = 60

/** Who is signed in. */
export interface SignedIn {
  readonly session: string
  /** When they signed in, in epoch seconds. */
  readonly begun_at: number
  readonly user: { readonly id: string; readonly name: string; readonly role: 'admin' | 'member' }
}

/** Sign-ins of browsers. Only the hash of a session's secret is stored: the database does not let anybody in. */
export class Sessions {
  readonly #db: Kysely<Tables>
  readonly #clock: Clock

  constructor(db: Kysely<Tables>, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  /** Begins a session under a new secret, always: one that was there before sign-in is never carried over. */
  async begin(userId: string): Promise<{ readonly secret: string; readonly maxAge: number }> {
    const secret = randomSecret()
    const now = this.#clock.now()
    const times = { created_at: now, last_seen_at: now, expires_at: now + LIFETIME }
    await this.#db
      .insertInto('sessions')
      .values({ session_hash: hashed(secret), user_id: userId, ...times })
      .execute()
    return { secret, maxAge: LIFETIME }
  }

  async find(secret: string | undefined): Promise<SignedIn | undefined> {
    if (secret === undefined || secret === '') return undefined
    const now = this.#clock.now()
    const session = hashed(secret)
    const row = await this.#db
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.user_id')
      .select(['users.id', 'users.name', 'users.role', 'sessions.created_at', 'sessions.last_seen_at'])
      .where('session_hash', '=', session)
      .where('expires_at', '>', now)
      .where('last_seen_at', '>', now - IDLE)
      .executeTakeFirst()
    if (row === undefined) return undefined
    if (now - row.last_seen_at > SEEN_EVERY) {
      await this.#db.updateTable('sessions').set({ last_seen_at: now }).where('session_hash', '=', session).execute()
    }
    return { session, begun_at: row.created_at, user: { id: row.id, name: row.name, role: row.role } }
  }

  /** Whether a session that was found before still holds. An open page is a use of it. */
  async holds(session: string): Promise<boolean> {
    const now = this.#clock.now()
    const found = await this.#db
      .updateTable('sessions')
      .set({ last_seen_at: now })
      .where('session_hash', '=', session)
      .where('expires_at', '>', now)
      .where('last_seen_at', '>', now - IDLE)
      .returning('session_hash')
      .execute()
    return found.length > 0
  }

  /** Ends it; returns its hash when there was one to end. */
  async end(secret: string | undefined): Promise<string | undefined> {
    if (secret === undefined) return undefined
    const session = hashed(secret)
    await this.#db.deleteFrom('sessions').where('session_hash', '=', session).execute()
    return session
  }

  async reap(): Promise<void> {
    const now = this.#clock.now()
    await this.#db
      .deleteFrom('sessions')
      .where((where) => where.or([where('expires_at', '<=', now), where('last_seen_at', '<=', now - IDLE)]))
      .execute()
  }
}
