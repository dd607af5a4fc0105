import type { Clock } from '@evergrant/core'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { HistoryEntry } from '../contract/index.ts'
import type { Tables } from '../db/tables.ts'
import { randomId } from '../security/secret.ts'
import type { TimelineEntry } from './timeline.ts'

const KEPT = 90 * 86_400
const SHOWN = 200
/** A renewal every hour for as long as lines are kept, and as many others. */
const MOST_LINES = 5_000
/** Renewals closer to each other than this are one line: tokens that live for a minute would fill the page. */
const ONE_LINE = 600

/** What happened to each account. Entries are words of ours and of errors, which hold no secret. */
export class History {
  readonly #db: Kysely<Tables>
  readonly #clock: Clock
  #added = 0

  constructor(db: Kysely<Tables>, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  /** Within a transaction of the caller when one is given; a renewal is never. */
  async add(account_id: string, entry: Omit<HistoryEntry, 'at'>, db: Kysely<Tables> = this.#db): Promise<void> {
    const { type, code = null, detail = null, seconds = null } = entry
    if (type === 'refreshed' && (await this.#again(account_id, seconds))) return
    const values = { id: this.#nextId(), account_id, at: this.#clock.now(), type, code, detail, seconds }
    await db.insertInto('history').values(values).execute()
  }

  /**
   * The same line for all these accounts whose owner is, or was until they were removed, somebody else than that user (null: for all there
   * are), within a transaction of the caller: one statement, however many they are.
   */
  async addToOthers(
    db: Transaction<Tables>,
    accounts: readonly string[] | null,
    but: string,
    { type, detail = null }: Pick<HistoryEntry, 'type'> & { readonly detail?: string | null },
  ): Promise<void> {
    const id = this.#nextId()
    await db
      .insertInto('history')
      .columns(['id', 'account_id', 'at', 'type', 'detail'])
      .expression((of) =>
        of
          .selectFrom('accounts')
          .select([
            sql<string>`CAST(${id} AS TEXT) || accounts.id`.as('line'),
            'accounts.id',
            sql<number>`CAST(${this.#clock.now()} AS DOUBLE PRECISION)`.as('at'),
            sql<string>`CAST(${type} AS TEXT)`.as('type'),
            sql<string | null>`CAST(${detail} AS TEXT)`.as('detail'),
          ])
          .where((or) =>
            or.or([or('owner', '!=', but), or.and([or('owner', 'is', null), or('former_owner', '!=', but)])]),
          )
          .$if(accounts !== null, (query) => query.where('accounts.id', 'in', [...(accounts ?? [])])),
      )
      .execute()
  }

  /** In the order in which they are made here: what happens at the same time is told in the order it happened. */
  #nextId(): string {
    return `${String(this.#added++).padStart(12, '0')}${randomId()}`
  }

  /** Counts a renewal on the newest line, if that is one of a moment ago. One statement: two at once count as two. */
  async #again(account_id: string, seconds: number | null): Promise<boolean> {
    const now = this.#clock.now()
    const counted = await this.#db
      .updateTable('history')
      .set((of) => ({
        at: now,
        seconds,
        times: of('times', '+', 1),
        since: of.fn.coalesce('since', 'at'),
      }))
      .where('id', '=', (of) =>
        of
          .selectFrom('history')
          .select('id')
          .where('account_id', '=', account_id)
          .orderBy('at', 'desc')
          .orderBy('id', 'desc')
          .limit(1),
      )
      .where('type', '=', 'refreshed')
      .where('at', '>', now - ONE_LINE)
      .returning('id')
      .execute()
    return counted.length > 0
  }

  /** Newest first. */
  async of(account: string): Promise<HistoryEntry[]> {
    const rows = await this.#db
      .selectFrom('history')
      .selectAll()
      .where('account_id', '=', account)
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(SHOWN)
      .execute()
    return rows.map(({ at, type, code, detail, seconds, times, since }) => ({
      at,
      type: type as HistoryEntry['type'],
      ...(code === null ? {} : { code }),
      ...(detail === null ? {} : { detail }),
      ...(seconds === null ? {} : { seconds }),
      ...(since === null ? {} : { times, since }),
    }))
  }

  /** All that is kept, oldest first, as far as a time line is made of it. */
  async linesOf(account: string): Promise<TimelineEntry[]> {
    const rows = await this.#db
      .selectFrom('history')
      .select(['at', 'type', 'code', 'times', 'since'])
      .where('account_id', '=', account)
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(MOST_LINES)
      .execute()
    return rows.reverse().map(({ at, type, code, times, since }) => ({
      at,
      type: type as HistoryEntry['type'],
      times,
      ...(code === null ? {} : { code }),
      ...(since === null ? {} : { since }),
    }))
  }

  async reap(): Promise<void> {
    await this.#db
      .deleteFrom('history')
      .where('at', '<', this.#clock.now() - KEPT)
      .execute()
  }
}
