import type { IncomingHttpHeaders } from 'node:http'
import { inspect } from 'node:util'
import type { Endpoint } from './engine.ts'
import type { Issued } from './http-answer.ts'

/** How a request ended. */
export interface Outcome {
  /** The status sent; undefined when the connection was cut before a status line. */
  readonly status?: number | undefined
  readonly error?: string | undefined
  /** What the sandbox handed out, even when a fault kept it from arriving. */
  readonly issued?: Issued | undefined
  /** Whether a fault had a hand in it. */
  readonly faulty: boolean
}

/** What is known of a request as it comes in. */
export type RequestSeen = Omit<JournalEntry, 'id' | 'outcome' | 'answered' | 'toString'>

/** One request that the sandbox saw. Holds raw tokens and secrets for assertions; prints without them. */
export class JournalEntry {
  readonly id: number
  /** Epoch seconds by the sandbox's clock. */
  readonly time: number
  readonly endpoint: Endpoint
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly form: Readonly<Record<string, string>>
  readonly body: string
  readonly headers: IncomingHttpHeaders
  /** As the request claims; it need not have been authenticated. */
  readonly client_id: string | undefined
  readonly grant_type: string | undefined
  /** Undefined while the request is in hand. */
  outcome: Outcome | undefined
  /** Whether the whole answer left for the client. */
  answered = false

  constructor(id: number, seen: RequestSeen) {
    this.id = id
    this.time = seen.time
    this.endpoint = seen.endpoint
    this.method = seen.method
    this.path = seen.path
    this.query = seen.query
    this.form = seen.form
    this.body = seen.body
    this.headers = seen.headers
    this.client_id = seen.client_id
    this.grant_type = seen.grant_type
    // What a failed assertion or a log prints must not carry tokens and secrets.
    Object.defineProperty(this, inspect.custom, { value: () => this.toString() })
  }

  toString(): string {
    const { status, error, issued, faulty } = this.outcome ?? {}
    const parts = [
      `#${this.id} ${this.method} ${this.endpoint}`,
      this.grant_type,
      this.client_id === undefined ? undefined : `by ${this.client_id}`,
      `-> ${this.outcome === undefined ? 'in hand' : (status ?? 'cut')}`,
      error,
      issued?.family === undefined ? undefined : `family ${issued.family} generation ${issued.generation}`,
      faulty ? '(fault)' : undefined,
    ]
    return parts.filter((part) => part !== undefined).join(' ')
  }
}

/** Every given field must be equal. */
export interface JournalQuery {
  readonly endpoint?: Endpoint | undefined
  readonly method?: string | undefined
  readonly grant_type?: string | undefined
  readonly client_id?: string | undefined
  readonly status?: number | undefined
  readonly error?: string | undefined
  readonly family?: string | undefined
}

/** The requests seen, oldest first; the oldest are forgotten beyond the limit. */
export class Journal implements Iterable<JournalEntry> {
  readonly #limit: number
  #entries: JournalEntry[] = []
  #seen = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Called by the sandbox for each request as it comes in. */
  add(seen: RequestSeen): JournalEntry {
    this.#seen += 1
    const entry = new JournalEntry(this.#seen, seen)
    this.#entries.push(entry)
    // Cut seldom, so that a long-lived sandbox does not move the whole list for each request.
    if (this.#entries.length > this.#limit * 2) this.#entries = this.#entries.slice(-this.#limit)
    return entry
  }

  where(query: JournalQuery = {}): JournalEntry[] {
    return this.#entries.filter((entry) => matches(entry, query))
  }

  count(query: JournalQuery = {}): number {
    return this.where(query).length
  }

  last(query: JournalQuery = {}): JournalEntry | undefined {
    return this.where(query).at(-1)
  }

  clear(): void {
    this.#entries = []
  }

  get length(): number {
    return this.#entries.length
  }

  [Symbol.iterator](): Iterator<JournalEntry> {
    return this.#entries[Symbol.iterator]()
  }

  toJSON(): JournalEntry[] {
    return [...this.#entries]
  }
}

function matches(entry: JournalEntry, query: JournalQuery): boolean {
  const { endpoint, method, grant_type, client_id } = entry
  const { status, error, issued } = entry.outcome ?? {}
  const facts = { endpoint, method, grant_type, client_id, status, error, family: issued?.family }
  return Object.entries(query).every(
    ([name, wanted]) => wanted === undefined || facts[name as keyof typeof facts] === wanted,
  )
}
