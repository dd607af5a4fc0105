import type { Clock } from '@evergrant/core'
import { type Kysely, sql } from 'kysely'
import type { ProgramUseBy } from '../contract/index.ts'
import type { Tables } from '../db/tables.ts'

/** Seconds for which further uses of the same account by the same program are not even noted. */
const NOTED_EVERY = 1
/** Rows in one statement. */
const PART = 200

interface Use {
  at: number
  readonly source: string
  readonly via: ProgramUseBy
}

/** When a program used an account last. */
export interface ProgramUse extends Use {
  readonly key_id: string
}

/**
 * When and from where programs used accounts last. A use is a note in memory; what is new there is written every few
 * seconds, in one statement for hundreds of programs. Servers on one database write beside each other, and the latest
 * use wins, so that each shows what the others saw within those seconds. A process that is killed loses them.
 */
export class ProgramUses {
  readonly #db: Kysely<Tables>
  readonly #clock: Clock
  /** By key and account: those that were written, too, until the next flush without a use. */
  #noted = new Map<string, Map<string, Use>>()
  #writing: Promise<void> = Promise.resolve()

  constructor(db: Kysely<Tables>, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  /** @param source the address it came from; asked for at most once a second, since working it out may cost */
  note(key: string, account: string, via: ProgramUseBy, source: () => string, at = this.#clock.now()): void {
    let accounts = this.#noted.get(key)
    if (accounts === undefined) {
      accounts = new Map()
      this.#noted.set(key, accounts)
    }
    const before = accounts.get(account)
    if (before !== undefined && at - before.at < NOTED_EVERY && before.via === via) return
    accounts.set(account, { at, via, source: source() })
  }

  /** Writes what was noted. What the database does not take is written the next time. */
  flush(): Promise<void> {
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#write())
    return this.#writing
  }

  /** Who used an account last, of those that are still there; what this server noted is written first. */
  async of(account: string): Promise<ProgramUse[]> {
    await this.flush()
    return this.#db
      .selectFrom('program_uses')
      .select(['key_id', 'at', 'source', 'via'])
      .where('account_id', '=', account)
      .execute()
      .then((rows) => rows.map((row) => ({ ...row, source: row.source, via: row.via as ProgramUseBy })))
  }

  /** Forgets uses of what is gone. */
  async reap(): Promise<void> {
    await sql`DELETE FROM program_uses
      WHERE NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = program_uses.account_id)
        OR NOT EXISTS (SELECT 1 FROM api_keys k WHERE k.id = program_uses.key_id)`.execute(this.#db)
  }

  async #write(): Promise<void> {
    const noted = this.#noted
    if (noted.size === 0) return
    this.#noted = new Map()
    const rows = [...noted].flatMap(([key_id, accounts]) =>
      [...accounts].map(([account_id, use]) => ({ key_id, account_id, ...use })),
    )
    try {
      for (let from = 0; from < rows.length; from += PART) await this.#add(rows.slice(from, from + PART))
      await this.#addToKeys(noted)
    } catch (error) {
      for (const { key_id, account_id, at, source, via } of rows) this.#again(key_id, account_id, { at, source, via })
      throw error
    }
  }

  async #add(rows: readonly (Use & { readonly key_id: string; readonly account_id: string })[]): Promise<void> {
    await this.#db
      .insertInto('program_uses')
      .values(rows)
      .onConflict((of) =>
        of
          .columns(['account_id', 'key_id'])
          .doUpdateSet((with_) => ({
            at: with_.ref('excluded.at'),
            source: with_.ref('excluded.source'),
            via: with_.ref('excluded.via'),
          }))
          // Another server may have seen it later.
          .whereRef('excluded.at', '>', 'program_uses.at'),
      )
      .execute()
  }

  async #addToKeys(noted: ReadonlyMap<string, ReadonlyMap<string, Use>>): Promise<void> {
    for (const [id, accounts] of noted) {
      const last_used_at = Math.max(...[...accounts.values()].map(({ at }) => at))
      await this.#db
        .updateTable('api_keys')
        .set({ last_used_at })
        .where('id', '=', id)
        .where((where) => where.or([where('last_used_at', 'is', null), where('last_used_at', '<', last_used_at)]))
        .execute()
    }
  }

  #again(key: string, account: string, use: Use): void {
    const accounts = this.#noted.get(key) ?? new Map<string, Use>()
    this.#noted.set(key, accounts)
    // What was noted meanwhile is newer.
    if (!accounts.has(account)) accounts.set(account, use)
  }
}
