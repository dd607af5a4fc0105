import type { Clock } from '@evergrant/core'
import type { Kysely } from 'kysely'
import { writeMeta } from '../db/meta.ts'
import type { Tables } from '../db/tables.ts'
import { Refusal } from '../problem.ts'
import { Lockout } from './lockout.ts'
import type { Passwords } from './password.ts'
import { hashed, randomId, randomSecret } from './secret.ts'

/** People who may sign in, and how the first of them comes to be. */
export class Users {
  readonly #db: Kysely<Tables>
  readonly #clock: Clock
  readonly #passwords: Passwords
  readonly #lockout: Lockout

  constructor(db: Kysely<Tables>, clock: Clock, passwords: Passwords) {
    this.#db = db
    this.#clock = clock
    this.#passwords = passwords
    this.#lockout = new Lockout(clock)
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
    this.#assertMayTry(source)
    const known = await this.#db
      .selectFrom('setup_tokens')
      .select('token_hash')
      .where('token_hash', '=', hashed(token))
      .executeTakeFirst()
    if (known === undefined || (await this.setupDone())) {
      this.#lockout.failed(source)
      throw new Refusal('SETUP_LINK_INVALID', 'This first-run link is not known here, or was used already.')
    }
    const password_hash = await this.#passwords.hash(password)
    const id = randomId()
    await this.#db.transaction().execute(async (db) => {
      // Held to the end of the transaction: of requests on several servers, with several links, one goes first.
      await writeMeta(db, 'set_up_by', id)
      if (await hasAdministrator(db)) {
        throw new Refusal('SETUP_LINK_INVALID', 'This first-run link was used already.')
      }
      await db.deleteFrom('setup_tokens').execute()
      await db
        .insertInto('users')
        .values({ id, name: name.trim(), password_hash, role: 'admin', created_at: this.#clock.now() })
        .execute()
    })
    return id
  }

  /** The user's id when name and password are right. Takes the same time when the name is not known. */
  async signIn(name: string, password: string, source: string): Promise<string> {
    this.#assertMayTry(source)
    // Counted before the answer is known: guesses sent at the same time do not slip through.
    this.#lockout.failed(source)
    const user = await this.#db
      .selectFrom('users')
      .select(['id', 'password_hash'])
      .where('name', '=', name.trim())
      .executeTakeFirst()
    const right = await this.#passwords.matches(password, user?.password_hash)
    if (!right || user === undefined) throw new Refusal('SIGN_IN_FAILED', 'Name or password is not right.')
    this.#lockout.succeeded(source)
    return user.id
  }

  #assertMayTry(source: string): void {
    const wait = Math.ceil(this.#lockout.wait(source))
    if (wait > 0) {
      const message = `Too many failed attempts from here. Wait ${wait} seconds.`
      throw new Refusal('TOO_MANY_ATTEMPTS', message, { retryAfter: wait })
    }
  }
}

async function hasAdministrator(db: Kysely<Tables>): Promise<boolean> {
  const found = await db.selectFrom('users').select('id').where('role', '=', 'admin').limit(1).executeTakeFirst()
  return found !== undefined
}
