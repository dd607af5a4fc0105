import { type Grant, type GrantQuery, type GrantSummary, summary } from '@evergrant/core'
import { grantFromText } from '../record-text.ts'
import type { Send } from './client.ts'
import { laterSchema } from './failure.ts'
import { FORGET, REMOVE, run, SWAP } from './scripts.ts'

const PAGE = 200

/** Grants under keys that begin alike: a hash for each, and two sorted sets that index them. */
export class GrantKeys {
  readonly #send: Send
  readonly #prefix: string
  readonly #lifetime: string

  /** `lifetime` in seconds after the last write, 0: for ever. */
  constructor(send: Send, prefix: string, lifetime: number) {
    this.#send = send
    this.#prefix = prefix
    this.#lifetime = String(Math.ceil(lifetime * 1000))
  }

  async find(id: string): Promise<Grant | undefined> {
    const reply = await this.#send('HMGET', this.#key(id), 'record', 'schema')
    const [record, schema] = Array.isArray(reply) ? reply : []
    if (schema !== null && schema !== undefined) throw laterSchema(String(schema))
    return this.#grant(record, id)
  }

  /** Writes `next` if the stored version is the expected one, 0: none: `written`, or what it lost to. */
  async swap(next: Grant, expected: number): Promise<'written' | Grant | undefined> {
    const { refresh_at, expires_at } = summary(next)
    const due = refresh_at ?? expires_at ?? ''
    const args = [expected, next.version, next.id, JSON.stringify(next), due, this.#lifetime].map(String)
    const reply = await run(this.#send, SWAP, this.#keys(next.id), args)
    return Array.isArray(reply) ? this.#grant(reply[0], next.id) : 'written'
  }

  async remove(id: string): Promise<void> {
    await run(this.#send, REMOVE, this.#keys(id), [id])
  }

  /** Parts of a list, in order; a filter may leave a part empty. */
  async *parts(query: GrantQuery): AsyncIterable<GrantSummary[]> {
    for await (const ids of query.dueBefore === undefined ? this.#byId() : this.#byDue(query.dueBefore)) {
      const found = await Promise.all(ids.map((id) => this.find(id)))
      for (const [at, id] of ids.entries())
        if (found[at] === undefined) await run(this.#send, FORGET, this.#keys(id), [id])
      yield found
        .filter((one) => one !== undefined)
        .map(summary)
        .filter(({ provider }) => query.provider === undefined || provider === query.provider)
        .filter(({ standing }) => query.state === undefined || standing.state === query.state)
    }
  }

  async *#byId(): AsyncIterable<string[]> {
    for (let from = '-'; ; ) {
      const reply = await this.#send('ZRANGEBYLEX', this.#ids, from, '+', 'LIMIT', '0', String(PAGE))
      const ids = texts(reply)
      yield ids
      const last = ids.at(-1)
      if (last === undefined || ids.length < PAGE) return
      from = `(${last}`
    }
  }

  /** What is due is read at once, so that grants whose date moves meanwhile are neither missed nor repeated. */
  async *#byDue(before: number): AsyncIterable<string[]> {
    const ids = texts(await this.#send('ZRANGEBYSCORE', this.#due, '-inf', `(${before}`))
    for (let at = 0; at < ids.length; at += PAGE) yield ids.slice(at, at + PAGE)
  }

  get #ids(): string {
    return `${this.#prefix}ids`
  }

  get #due(): string {
    return `${this.#prefix}due`
  }

  #key(id: string): string {
    return `${this.#prefix}grant:${id}`
  }

  #keys(id: string): string[] {
    return [this.#key(id), this.#ids, this.#due]
  }

  #grant(record: unknown, id: string): Grant | undefined {
    return record === null || record === undefined ? undefined : grantFromText(record, id, this.#key(id))
  }
}

function texts(reply: unknown): string[] {
  return Array.isArray(reply) ? reply.map(String) : []
}
