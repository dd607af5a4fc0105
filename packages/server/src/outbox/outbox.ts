import type { Clock } from '@evergrant/core'
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import { isPostgres } from '../db/dialect.ts'
import type { OutboxTable, Tables } from '../db/tables.ts'
import { randomId } from '../security/secret.ts'

/** Seconds for which nobody else tries what was taken; longer than an attempt may take. */
export const LEASE = 60
/** Seconds for which is kept what became of messages. */
const KEPT = 30 * 86_400
/** Of a receiver's answer, so many characters are kept. */
const EXCERPT = 500

/** A message as it waits, or as it ended. */
export type Message = Selectable<OutboxTable>

/** A message that this process has to try now. Nobody else does until the lease is over. */
export interface Taken extends Message {
  readonly taken_by: string
}

/** What is to be told to one receiver. */
export interface NewMessage {
  readonly channel: Message['channel']
  readonly target: string
  readonly event_id: string
  readonly type: string
  readonly payload: string
  /** Seconds to wait before the first attempt. Default 0. */
  readonly delay?: number
}

/** How one attempt went. */
export interface Attempt {
  readonly at: number
  readonly seconds: number
  readonly status?: number | undefined
  readonly code?: string | undefined
  readonly detail?: string | undefined
}

/** What becomes of a message after an attempt: it has ended so, or is tried again after so many seconds. */
export type Outcome = { readonly state: 'delivered' | 'failed' | 'dropped' } | { readonly again: number }

/**
 * What the server has to tell outside. Messages are written in the transaction of the change that they tell of, so a
 * process that is killed at any moment after it loses none; each is tried until it is delivered or given up. Of several
 * servers on one database one tries a message at a time. A server that ends after a receiver took a message and before
 * that was written down is the one case in which it is sent again, with the same id.
 */
export class Outbox {
  readonly #db: Kysely<Tables>
  readonly #clock: Clock
  #woken: () => void = () => undefined
  #added = 0

  constructor(db: Kysely<Tables>, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  /**
   * Makes a change and what is to be told of it one transaction; then whoever delivers looks at once. The first statement
   * of the work has to write: SQLite refuses a transaction that read first and writes after somebody else did.
   */
  async change<T>(work: (db: Transaction<Tables>) => Promise<T>): Promise<T> {
    const done = await this.#db.transaction().execute(work)
    this.#woken()
    return done
  }

  /** Who is to look when something was written. */
  onChange(woken: () => void): void {
    this.#woken = woken
  }

  /** Writes messages, within the transaction of what they tell of. */
  async add(db: Transaction<Tables>, messages: readonly NewMessage[]): Promise<string[]> {
    const now = this.#clock.now()
    const rows = messages.map(({ delay = 0, ...message }) => ({
      ...message,
      // In the order in which they are made here, also when that is the same moment.
      id: `${String(this.#added++).padStart(12, '0')}${randomId()}`,
      state: 'waiting' as const,
      attempts: 0,
      next_at: now + delay,
      taken_by: null,
      created_at: now,
      settled_at: null,
    }))
    if (rows.length > 0) await db.insertInto('outbox').values(rows).execute()
    return rows.map(({ id }) => id)
  }

  /** Receivers for whom something is due. */
  async dueTargets(): Promise<{ readonly channel: Message['channel']; readonly target: string }[]> {
    return this.#db
      .selectFrom('outbox')
      .select(['channel', 'target'])
      .distinct()
      .where('next_at', '<=', this.#clock.now())
      .execute()
  }

  /** Takes so many messages for a receiver that are due, oldest first; others leave them alone until the lease is over. */
  async take(target: string, most: number): Promise<Taken[]> {
    const now = this.#clock.now()
    const taken_by = randomId()
    const others = isPostgres(this.#db) ? sql`FOR UPDATE SKIP LOCKED` : sql``
    const { rows } = await sql<Taken>`
      UPDATE outbox SET next_at = ${now + LEASE}, taken_by = ${taken_by}, attempts = attempts + 1
      WHERE id IN (
        SELECT id FROM outbox WHERE target = ${target} AND next_at <= ${now}
        ORDER BY created_at, id LIMIT ${most} ${others})
      RETURNING *`.execute(this.#db)
    return rows
  }

  /**
   * Says what came of an attempt; `and`: what else changes with it, in the same transaction. Nothing of it counts when the
   * lease ran out meanwhile and somebody else has the message: false.
   */
  async settle(
    { id, taken_by }: Taken,
    outcome: Outcome,
    { at, seconds, status, code, detail }: Attempt,
    and: (db: Transaction<Tables>) => Promise<void> = async () => undefined,
  ): Promise<boolean> {
    const now = this.#clock.now()
    const next =
      'again' in outcome
        ? { next_at: now + outcome.again, taken_by: null }
        : { state: outcome.state, next_at: null, taken_by: null, settled_at: now }
    return this.#db.transaction().execute(async (db) => {
      const mine = await db
        .updateTable('outbox')
        .set(next)
        .where('id', '=', id)
        .where('taken_by', '=', taken_by)
        .returning('id')
        .execute()
      if (mine.length === 0) return false
      const attempt = { status: status ?? null, code: code ?? null, detail: detail?.slice(0, EXCERPT) ?? null }
      await db
        .insertInto('outbox_attempts')
        .values({ id: randomId(), message_id: id, at, seconds, ...attempt })
        .execute()
      await and(db)
      return true
    })
  }

  /** Gives up what still waits for a receiver. */
  async giveUp(db: Kysely<Tables>, target: string): Promise<void> {
    await db
      .updateTable('outbox')
      .set({ state: 'failed', next_at: null, taken_by: null, settled_at: this.#clock.now() })
      .where('target', '=', target)
      .where('state', '=', 'waiting')
      .execute()
  }

  /** Messages that ended are forgotten after a month. */
  async reap(): Promise<void> {
    const before = this.#clock.now() - KEPT
    // By what still waits and how old it is: an attempt ends after three days at the latest.
    await this.#db.deleteFrom('outbox').where('created_at', '<', before).where('state', '<>', 'waiting').execute()
  }
}
