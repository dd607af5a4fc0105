import type { Endpoint } from './engine.ts'
import type { JournalEntry } from './journal.ts'

/** Which requests a fault or a hold is for. Every given field must be equal; an empty match is for all. */
export interface RequestMatch {
  readonly endpoint?: Endpoint | undefined
  readonly grant_type?: string | undefined
  /** As the request claims; it need not be authenticated. */
  readonly client_id?: string | undefined
  /** Only from the nth matching request on, counted from 1 when the fault or hold was set. */
  readonly nth?: number | undefined
}

/** Counts the requests that match, and says whether one is due. */
export class RequestCounter {
  readonly #match: RequestMatch
  #seen = 0

  constructor(match: RequestMatch) {
    const unknown = Object.keys(match).find((name) => !['endpoint', 'grant_type', 'client_id', 'nth'].includes(name))
    if (unknown !== undefined) throw new TypeError(`A request cannot be matched by ${unknown}`)
    this.#match = match
  }

  due(entry: JournalEntry): boolean {
    const { endpoint, grant_type, client_id, nth = 1 } = this.#match
    if (endpoint !== undefined && endpoint !== entry.endpoint) return false
    if (grant_type !== undefined && grant_type !== entry.grant_type) return false
    if (client_id !== undefined && client_id !== entry.client_id) return false
    this.#seen += 1
    return this.#seen >= nth
  }
}
