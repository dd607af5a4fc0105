import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Tables } from '../db/tables.ts'
import type { Wire } from './changes.ts'

/** Milliseconds between two looks. */
const LOOK_EVERY = 200
/** Seconds for which a message is looked for after the newest that was seen: others may be written in another order. */
const OVERLAP = 10
/** Seconds for which messages are kept. Whoever was away for longer has missed some. */
const KEPT = 60

/** How a {@link TableWire} works. */
export interface TableWireOptions {
  /** Epoch seconds. */
  readonly now: () => number
  /** Whether anything may have been written since the last time; asked before each look. */
  readonly moved: () => boolean
}

/** Messages in a table, for databases that notify nobody. */
export class TableWire implements Wire {
  readonly #db: Kysely<Tables>
  readonly #options: TableWireOptions
  readonly #seen = new Map<string, number>()
  #looked = 0
  #reaped = 0
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()
  #closed = false

  constructor(db: Kysely<Tables>, options: TableWireOptions) {
    this.#db = db
    this.#options = options
  }

  async send(message: string): Promise<void> {
    const at = this.#options.now()
    const id = randomUUID()
    this.#seen.set(id, at)
    await this.#db.insertInto('changes').values({ id, at, message }).execute()
    if (at - this.#reaped < KEPT) return
    this.#reaped = at
    await this.#db
      .deleteFrom('changes')
      .where('at', '<', at - KEPT)
      .execute()
  }

  async listen(heard: (message: string) => void, missed: () => void): Promise<void> {
    this.#options.moved()
    for (const { id, at } of await this.#newer()) this.#seen.set(id, at)
    this.#looked = this.#options.now()
    this.#next(heard, missed)
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#looking
  }

  #next(heard: (message: string) => void, missed: () => void): void {
    if (this.#closed) return
    this.#timer = setTimeout(() => {
      this.#looking = this.#look(heard, missed)
        .catch(() => undefined)
        .finally(() => this.#next(heard, missed))
    }, LOOK_EVERY).unref()
  }

  async #look(heard: (message: string) => void, missed: () => void): Promise<void> {
    const now = this.#options.now()
    // Stopped, or a database that did not answer, for longer than messages are kept.
    const away = now - this.#looked > KEPT - OVERLAP
    if (this.#options.moved() || away) {
      for (const { id, at, message } of await this.#newer()) {
        if (this.#seen.has(id)) continue
        this.#seen.set(id, at)
        heard(message)
      }
    }
    this.#looked = now
    if (away) missed()
    for (const [id, at] of this.#seen) if (at < now - KEPT * 2) this.#seen.delete(id)
  }

  #newer(): Promise<{ id: string; at: number; message: string }[]> {
    const after = Math.min(this.#looked, this.#options.now()) - OVERLAP
    return this.#db.selectFrom('changes').selectAll().where('at', '>', after).orderBy('at').execute()
  }
}
