import { type Grant, type GrantQuery, summary } from '@evergrant/core'
import { grantFromText } from '../record-text.ts'
import { grantRow } from '../sql/grant-row.ts'
import type { Page } from '../sql/table-calls.ts'
import type { PostgresPool, PostgresQuery } from './pool.ts'

/** Where a list goes on. */
export interface Cursor {
  readonly id: unknown
  readonly due: unknown
}

const WHERE = 'evergrant_grants in PostgreSQL'

/** The statements on `evergrant_grants`; every one is a transaction of its own. */
export class GrantTable {
  readonly #pool: PostgresPool
  readonly #prepared: boolean

  constructor(pool: PostgresPool, prepared: boolean) {
    this.#pool = pool
    this.#prepared = prepared
  }

  async find(id: string): Promise<Grant | undefined> {
    const { rows } = await this.#pool.query(
      this.#statement('find', 'SELECT record FROM evergrant_grants WHERE id = $1', [keyText(id)]),
    )
    return rows[0] === undefined ? undefined : grantFromText(rows[0]['record'], id, WHERE)
  }

  /** Writes `next` if the stored version is the expected one, 0: none; whether it did. */
  async swap(next: Grant, expected: number): Promise<boolean> {
    const { id, version, provider, client, state, due, updated_at, record } = grantRow(next)
    const row = [keyText(id), version, keyText(provider), keyText(client), state, due, updated_at, record]
    const statement =
      expected === 0 ? this.#statement('insert', INSERT, row) : this.#statement('update', UPDATE, [...row, expected])
    const { rowCount } = await this.#pool.query(statement)
    return rowCount === 1
  }

  async remove(id: string): Promise<void> {
    await this.#pool.query(this.#statement('remove', 'DELETE FROM evergrant_grants WHERE id = $1', [keyText(id)]))
  }

  /** The next part of a list, and where it goes on. */
  async page(query: GrantQuery, after: Cursor | undefined, size: number): Promise<Page<Cursor>> {
    const { provider, state, dueBefore } = query
    const values: unknown[] = []
    const given = (value: unknown): string => `$${values.push(value)}`
    const where: string[] = []
    if (provider !== undefined) where.push(`provider = ${given(keyText(provider))}`)
    if (state !== undefined) where.push(`state = ${given(state)}`)
    if (dueBefore !== undefined) where.push(`due < ${given(dueBefore)}`)
    if (after !== undefined && dueBefore === undefined) where.push(`id > ${given(after.id)}`)
    if (after !== undefined && dueBefore !== undefined)
      where.push(`(due, id) > (${given(after.due)}::double precision, ${given(after.id)})`)
    const condition = where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`
    const order = dueBefore === undefined ? 'id' : 'due, id'
    const text = `SELECT id, due, record FROM evergrant_grants ${condition} ORDER BY ${order} LIMIT ${given(size)}`
    const { rows } = await this.#pool.query({ text, values })
    const last = rows.length < size ? undefined : rows.at(-1)
    return {
      summaries: rows.map(({ id, record }) => summary(grantFromText(record, idOf(id), WHERE))),
      ...(last === undefined ? {} : { cursor: { id: last['id'], due: last['due'] } }),
    }
  }

  #statement(name: string, text: string, values: unknown[]): PostgresQuery {
    return this.#prepared ? { name: `evergrant-${name}`, text, values } : { text, values }
  }
}

const INSERT = `
  INSERT INTO evergrant_grants (id, version, provider, client, state, due, updated_at, record)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
  ON CONFLICT (id) DO NOTHING`

const UPDATE = `
  UPDATE evergrant_grants
  SET version = $2, provider = $3, client = $4, state = $5, due = $6, updated_at = $7, record = $8
  WHERE id = $1 AND version = $9`

/** PostgreSQL's text has no NUL: it is written as \0, and a backslash therefore twice. The order stays. */
function keyText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\0', '\\0')
}

function idOf(key: unknown): string {
  return String(key).replace(/\\(.)/gs, (_, escaped: string) => (escaped === '0' ? '\0' : escaped))
}
