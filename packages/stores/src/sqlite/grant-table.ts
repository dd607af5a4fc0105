import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { type Grant, type GrantQuery, summary } from '@evergrant/core'
import { grantFromText } from '../record-text.ts'
import { grantRow } from '../sql/grant-row.ts'
import type { Page } from '../sql/table-calls.ts'

/** Where a list goes on. */
export interface Cursor {
  readonly id: string
  readonly due: number
}

/** The statements on `evergrant_grants`; every one is a transaction of its own. */
export class GrantTable {
  readonly #database: DatabaseSync
  readonly #name: string
  readonly #find: StatementSync
  readonly #insert: StatementSync
  readonly #update: StatementSync
  readonly #remove: StatementSync

  constructor(database: DatabaseSync, name: string) {
    this.#database = database
    this.#name = name
    this.#find = database.prepare('SELECT record FROM evergrant_grants WHERE id = :id')
    this.#insert = database.prepare(`
      INSERT INTO evergrant_grants (id, version, provider, client, state, due, updated_at, record)
      VALUES (:id, :version, :provider, :client, :state, :due, :updated_at, :record)
      ON CONFLICT (id) DO NOTHING`)
    this.#update = database.prepare(`
      UPDATE evergrant_grants SET version = :version, provider = :provider, client = :client, state = :state,
        due = :due, updated_at = :updated_at, record = :record
      WHERE id = :id AND version = :expected`)
    this.#remove = database.prepare('DELETE FROM evergrant_grants WHERE id = :id')
  }

  find(id: string): Grant | undefined {
    const row = this.#find.get({ id })
    return row === undefined ? undefined : this.#grant(row['record'], id)
  }

  /** Writes `next` if the stored version is the expected one, 0: none; whether it did. */
  swap(next: Grant, expected: number): boolean {
    const row = { ...grantRow(next) }
    const { changes } = expected === 0 ? this.#insert.run(row) : this.#update.run({ ...row, expected })
    return Number(changes) === 1
  }

  remove(id: string): void {
    this.#remove.run({ id })
  }

  /** The next part of a list, and where it goes on. Read at once: no statement stays open while the caller waits. */
  page(query: GrantQuery, after: Cursor | undefined, size: number): Page<Cursor> {
    const { provider, state, dueBefore } = query
    const where: string[] = []
    const values: Record<string, SQLInputValue> = { size }
    const must = (condition: string, given: Record<string, SQLInputValue>): void => {
      where.push(condition)
      Object.assign(values, given)
    }
    if (provider !== undefined) must('provider = :provider', { provider })
    if (state !== undefined) must('state = :state', { state })
    if (dueBefore !== undefined) must('due < :dueBefore', { dueBefore })
    if (after !== undefined) {
      const { id, due } = after
      if (dueBefore === undefined) must('id > :id', { id })
      else must('(due, id) > (:due, :id)', { id, due })
    }
    const condition = where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`
    const order = dueBefore === undefined ? 'id' : 'due, id'
    const text = `SELECT id, due, record FROM evergrant_grants ${condition} ORDER BY ${order} LIMIT :size`
    const rows = this.#database.prepare(text).all(values)
    const last = rows.length < size ? undefined : rows.at(-1)
    return {
      summaries: rows.map((row) => summary(this.#grant(row['record'], String(row['id'])))),
      ...(last === undefined ? {} : { cursor: { id: String(last['id']), due: Number(last['due']) } }),
    }
  }

  #grant(record: unknown, id: string): Grant {
    return grantFromText(record, id, this.#name)
  }
}
