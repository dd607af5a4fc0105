import type { Abortable } from '../abortable.ts'
import type { Grant, GrantSummary, Standing } from '../grant/grant.ts'

/** What a store can promise. */
export interface StoreTraits {
  /** A put that resolved survives a crash of the machine. */
  readonly durable: boolean
  /** Whether compare-and-swap holds between processes by itself, through a lock, or not at all. */
  readonly cas: 'native' | 'emulated' | 'none'
  /** Whether {@link GrantStore.list} works. */
  readonly list: boolean
  /**
   * Nobody outside this process sees what is in it. Then no mark is written for a request that uses nothing up, such as
   * one by client credentials. Default false.
   */
  readonly local?: boolean
}

/** The outcome of a put: written, or lost to what is there now (undefined: nothing is). */
export type Stored =
  | { readonly ok: true; readonly grant: Grant }
  | { readonly ok: false; readonly current: Grant | undefined }

/** Which grants to list. Everything given must hold. */
export interface GrantQuery {
  readonly provider?: string | undefined
  readonly state?: Standing['state'] | undefined
  /** Only grants whose default access token is due for refresh before this (epoch seconds). */
  readonly dueBefore?: number | undefined
  /** At most this many. */
  readonly limit?: number | undefined
}

/**
 * Tells whether a process that was refreshing a grant has ended: others then need not wait until its lease has passed.
 * A store on one machine asks the system. One that several machines share may count how long a process has been silent,
 * by a clock of the store's and for longer than a lease; where that cannot be known it leaves this out.
 */
export interface StoreProcesses {
  /** This process, in a text that the others know it by. It stands in the marks that it writes. */
  readonly own: string
  /**
   * Whether that process is gone, or has been silent for longer than any request of it lasts. False for every text that
   * is not understood. Asked often, so it answers from memory.
   */
  hasEnded(name: string): boolean
}

/**
 * Where grants live. Two rules make everything else safe: `put` writes only when the stored version is the
 * expected one, atomically between processes; and a `put` that resolved has been written.
 *
 * A store fails with `STORE_UNAVAILABLE`, `STORE_CORRUPT` or `STORE_READ_ONLY`. After the latter two it has changed
 * nothing. After `STORE_UNAVAILABLE` nobody knows: a connection that broke while a `put` or `delete` was answered may
 * have carried it out. Whoever goes on reads again first; a repeated `put` with the same expected version does no harm,
 * because it loses to its own first try.
 */
export interface GrantStore {
  readonly traits: StoreTraits
  /** Which of the processes that share the store have ended, where that can be known. See {@link StoreProcesses}. */
  readonly processes?: StoreProcesses | undefined
  /** The grant as it is now, or undefined. */
  get(id: string, options?: Abortable): Promise<Grant | undefined>
  /**
   * Writes `next` as version `expected + 1` if the stored version is `expected`; or, where `expected` is 0, as version
   * `next.version + 1` if nothing is stored: see {@link firstVersion} for what a new grant begins with, and
   * {@link versionAfter}. Otherwise writes nothing and returns what is there.
   */
  put(next: Grant, expected: number, options?: Abortable): Promise<Stored>
  /** Removes the grant; silent when there is none. */
  delete(id: string, options?: Abortable): Promise<void>
  /** Summaries in order of id (in order of due date when `dueBefore` is given). Never carries a token. */
  list(query?: GrantQuery, options?: Abortable): AsyncIterable<GrantSummary>
}
