import type { Clock } from '@evergrant/core'
import type { Kysely } from 'kysely'
import type { HistoryEntry } from '../contract/index.ts'
import type { Tables } from '../db/tables.ts'
import { randomId } from '../security/secret.ts'

const KEPT = 90 * 86_400
const SHOWN = 200

/** What happened to each account. Entries are words of ours and of errors, which hold no secret. */
export class History {
  readonly #db: Kysely<Tables>
  readonly #clock: Clock

  constructor(db: Kysely<Tables>, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  async add(account_id: string, entry: Omit<HistoryEntry, 'at'>): Promise<void> {
    const { type, code = null, detail = null, seconds = null } = entry
    const values = { id: randomId(), account_id, at: this.#clock.now(), type, code, detail, seconds }
    await this.#db.insertInto('history').values(values).execute()
  }

  /** Newest first. */
  async of(account: string): Promise<HistoryEntry[]> {
    const rows = await this.#db
      .selectFrom('history')
      .selectAll()
      .where('account_id', '=', account)
      .orderBy('at', 'desc')
      .limit(SHOWN)
      .execute()
    return rows.map(({ at, type, code, detail, seconds }) => ({
      at,
      type: type as HistoryEntry['type'],
      ...(code === null ? {} : { code }),
      ...(detail === null ? {} : { detail }),
      ...(seconds === null ? {} : { seconds }),
    }))
  }

  async reap(): Promise<void> {
    await this.#db
      .deleteFrom('history')
      .where('at', '<', this.#clock.now() - KEPT)
      .execute()
  }
}
