import { type Grant, grant, OAuthError, type Subject, summary } from '@evergrant/core'
import { sql } from 'kysely'
import type { Connections } from '../connections/connections.ts'
import { jsonOf } from '../db/json.ts'
import type { Deps } from '../deps.ts'
import { hashed, randomSecret } from '../security/secret.ts'
import type { AccountRow, Accounts } from './accounts.ts'
import type { History } from './history.ts'
import type { Standings } from './standings.ts'
import type { Tokens } from './tokens.ts'

/** Seconds in which a person can choose. Nothing is lost after it: both accounts stay. */
const LIFETIME = 600
/** Seconds after which it is believed that whoever was replacing an account has ended in the middle of it. */
const CUT_OFF = 60
/** How often somebody who renews a token right now is waited for, and how long each time, in milliseconds. */
const [WAITS, WAIT] = [100, 250]

/** What a person decided. */
export type Choice = 'replace' | 'keep'

/** A person who consented for a new account and has one of the same connection already. */
export interface Already {
  /** For the browser that consented, to choose with. */
  readonly token: string
  readonly other: AccountRow
}

/** What became of a choice. */
export type Chosen =
  | { readonly choice: 'replace'; readonly account: AccountRow; readonly replaced: string; readonly grant: Grant }
  | { readonly choice: 'keep'; readonly account: AccountRow }

/** What is stored of who an account's person is at the provider. */
export function subjectKey({ iss, sub }: Subject): string {
  return hashed(`${iss}\n${sub}`)
}

/**
 * Asks what is to become of a second consent of the same person: it renews the account that is there, which keeps its id
 * and its API keys, or stays an account of its own. The new grant is stored before anybody is asked.
 */
export class SamePerson {
  readonly #deps: Deps
  readonly #connections: Connections
  readonly #accounts: Accounts
  readonly #tokens: Tokens
  readonly #standings: Standings
  readonly #history: History

  constructor(
    deps: Deps,
    connections: Connections,
    accounts: Accounts,
    tokens: Tokens,
    standings: Standings,
    history: History,
  ) {
    this.#deps = deps
    this.#connections = connections
    this.#accounts = accounts
    this.#tokens = tokens
    this.#standings = standings
    this.#history = history
  }

  /**
   * Begins the question, when there is one. Only accounts of the same owner count: of those of others nobody learns here.
   * `browser`: the secret of the browser that consented.
   */
  async ask(account: AccountRow, subject: Subject, browser: string): Promise<Already | undefined> {
    const other = await this.#other(account, subject)
    if (other === undefined) return undefined
    const token = randomSecret()
    const now = this.#deps.clock.now()
    await this.#deps.db
      .insertInto('consent_choices')
      .values({
        token_hash: hashed(token),
        browser_hash: hashed(browser),
        account_id: account.id,
        other_id: other.id,
        replacing_since: null,
        created_at: now,
        expires_at: now + LIFETIME,
      })
      .execute()
    return { token, other }
  }

  /** Does what was chosen, once, for the browser that consented. */
  async choose(token: string, browser: string | undefined, choice: Choice): Promise<Chosen> {
    const { db, clock } = this.#deps
    const mine = db
      .selectFrom('consent_choices')
      .selectAll()
      .where('token_hash', '=', hashed(token))
      .where('browser_hash', '=', hashed(browser ?? ''))
    const asked = await mine.executeTakeFirst()
    if (asked === undefined || asked.replacing_since !== null) throw unknown()
    if (asked.expires_at <= clock.now()) {
      throw new OAuthError('AUTHORIZATION_EXPIRED', 'The choice came too late. Both accounts were kept.')
    }
    const one = db.updateTable('consent_choices').where('token_hash', '=', asked.token_hash)
    if (choice === 'keep') {
      await db.deleteFrom('consent_choices').where('token_hash', '=', asked.token_hash).execute()
      return { choice, account: await this.#accounts.get(asked.account_id) }
    }
    const [begun] = await one
      .set({ replacing_since: clock.now() })
      .where('replacing_since', 'is', null)
      .returning('token_hash')
      .execute()
    if (begun === undefined) throw unknown()
    const moved = await this.#replace(asked.account_id, asked.other_id)
    return { choice, account: await this.#accounts.get(asked.other_id), replaced: asked.account_id, grant: moved }
  }

  /** Another account that the person of this one has at the same connection, with the same owner. */
  async otherOf(id: string): Promise<AccountRow | undefined> {
    const [account, held] = await Promise.all([this.#accounts.get(id), this.#deps.store.get(id)])
    return held?.subject && this.#other(account, held.subject)
  }

  /** Renews the other account by the consent of this one, which is removed, for whoever may say so of both. */
  async renewOther(id: string): Promise<AccountRow> {
    const other = await this.otherOf(id)
    if (other === undefined) throw unknown()
    const now = this.#deps.clock.now()
    // Whoever comes after a crash goes on with it.
    await this.#deps.db
      .insertInto('consent_choices')
      .values({
        token_hash: hashed(randomSecret()),
        browser_hash: '',
        account_id: id,
        other_id: other.id,
        replacing_since: now,
        created_at: now,
        expires_at: now + LIFETIME,
      })
      .execute()
    await this.#replace(id, other.id)
    return this.#accounts.get(other.id)
  }

  /**
   * Ends a grant that the wrong person gave, and forgets who that was, so that the right one may come. At the provider too,
   * unless another account here lives on a consent of that person.
   */
  async sendAway(id: string): Promise<void> {
    const { store, clock } = this.#deps
    const held = await store.get(id)
    await this.#tokens.revoke(id, held === undefined || !(await this.#livesOn(held)))
    for (let found = await store.get(id); found?.subject !== undefined; ) {
      const { subject: _, ...rest } = found
      const stored = await store.put(grant({ ...rest, updated_at: clock.now() }), found.version)
      if (stored.ok) break
      found = stored.current
    }
    await this.#accounts.update(id, { unconfirmed: 0, subject: null })
    await this.#accounts.sorted(id)
  }

  /** Another person took the place of the one of this grant: it ends at the provider, as far as that works. */
  async left(held: Grant): Promise<void> {
    if (await this.#livesOn(held)) return
    const trouble = await this.#tokens.revokeThere(held)
    if (trouble !== undefined) this.#deps.logger.warn({ account: held.id, code: trouble.code }, trouble.message)
  }

  /** Whether another account here lives on a consent of the same person to the same client: some providers end all at once. */
  async #livesOn({ id, subject }: Grant): Promise<boolean> {
    if (subject === undefined) return false
    const { connection_id } = await this.#accounts.get(id)
    const other = await this.#deps.db
      .selectFrom('accounts')
      .select('id')
      .where('connection_id', '=', connection_id)
      .where('subject', '=', subjectKey(subject))
      .where('id', '<>', id)
      .executeTakeFirst()
    return other !== undefined
  }

  /** Ends what was cut off, and forgets choices that nobody made. */
  async reap(): Promise<void> {
    const { db, clock, logger } = this.#deps
    const now = clock.now()
    const cutOff = await db
      .selectFrom('consent_choices')
      .selectAll()
      .where('replacing_since', '<', now - CUT_OFF)
      .execute()
    for (const { account_id, other_id } of cutOff) {
      await this.#replace(account_id, other_id).catch((err: unknown) => logger.error({ err }, 'not replaced'))
    }
    await db.deleteFrom('consent_choices').where('expires_at', '<', now).where('replacing_since', 'is', null).execute()
  }

  /**
   * Moves the grant of one account to the other, and removes the one. May be cut off anywhere and begun again: the moment of
   * consent tells whether it was moved. Meanwhile nobody gets a token of the one, so that a refresh token is held once.
   */
  async #replace(from: string, to: string): Promise<Grant> {
    const { store, clock } = this.#deps
    const { connection_id } = await this.#accounts.get(to)
    await this.#accounts.update(from, { paused: 1 })
    await this.#tokens.changed(from)
    const { token_answer } = await this.#connections.definition(connection_id)
    const name = token_answer?.second?.name
    if (name !== undefined) await this.#move(`${from}/${name}`, `${to}/${name}`)
    await this.#move(from, to)
    const there = await store.get(to)
    if (there === undefined) throw unknown()
    const { subject } = there
    await this.#accounts.update(to, {
      consent_trouble: null,
      last_success_at: clock.now(),
      ...(subject === undefined ? {} : { subject: subjectKey(subject) }),
    })
    await this.#accounts.noteEnd(await this.#accounts.get(to), summary(there))
    await this.#tokens.changed(to)
    await this.#history.add(to, { type: 'authorized', ...(subject?.username && { detail: subject.username }) })
    const [row, view] = await Promise.all([this.#accounts.get(from), this.#accounts.view(from)])
    await this.#accounts.remove(from, (db) => this.#standings.removed(view, row.told, db), to)
    this.#tokens.forget(from)
    await this.#accounts.publish(to)
    return there
  }

  /** Puts a grant in the place of another one; nothing, when it was moved before. */
  async #move(from: string, to: string): Promise<void> {
    const { store, clock } = this.#deps
    const given = await this.#resting(from)
    if (given === undefined) return
    let there = await store.get(to)
    while (there?.consented_at !== given.consented_at || given.consented_at === undefined) {
      const version = there?.version ?? 0
      const stored = await store.put(grant({ ...given, id: to, version, updated_at: clock.now() }), version)
      if (stored.ok) break
      there = stored.current
    }
    await store.delete(from)
  }

  /**
   * The grant when nobody renews it: what comes of that would be lost. Whoever still does after the longest that a renewal
   * takes has ended in the middle of it.
   */
  async #resting(id: string): Promise<Grant | undefined> {
    for (let waits = 0; ; waits++) {
      const found = await this.#deps.store.get(id)
      if (found?.spending === undefined) return found
      if (waits === WAITS) return resting(found)
      await new Promise((done) => setTimeout(done, WAIT))
    }
  }

  async #other(account: AccountRow, subject: Subject): Promise<AccountRow | undefined> {
    const { db } = this.#deps
    const json = jsonOf(db)
    // Accounts that were connected by an older server have no key yet; their grants tell.
    const { rows } = await sql<{ id: string }>`
      SELECT a.id FROM accounts a JOIN evergrant_grants g ON g.id = a.id
      WHERE a.connection_id = ${account.connection_id} AND a.id <> ${account.id} AND a.unconfirmed = 0
        AND COALESCE(a.owner, '') = ${account.owner ?? ''}
        AND (a.subject = ${subjectKey(subject)} OR (a.subject IS NULL
          AND ${json.text('g.record', ['subject', 'sub'])} = ${subject.sub}
          AND ${json.text('g.record', ['subject', 'iss'])} = ${subject.iss}))
      ORDER BY a.created_at, a.id LIMIT 1`.execute(db)
    return rows[0] && this.#accounts.get(rows[0].id)
  }
}

function resting({ spending: _, ...rest }: Grant): Grant {
  return grant(rest)
}

function unknown(): OAuthError {
  return new OAuthError('AUTHORIZATION_NOT_FOUND', 'This choice was made already, or it is not known here.')
}
