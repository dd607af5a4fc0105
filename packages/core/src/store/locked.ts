import type { Abortable } from '../abortable.ts'
import { type Grant, type GrantSummary, grant } from '../grant/grant.ts'
import type { GrantQuery, GrantStore, Stored } from './store.ts'
import { versionAfter } from './version.ts'

/**
 * Runs work while nobody else, in any process, runs work under the same name; resolves with what the work brought.
 * Fails with `STORE_UNAVAILABLE` when the lock is not to be had, and with `ABORTED` when the caller gives up waiting.
 */
export type Lock = <T>(name: string, work: () => Promise<T>, options?: Abortable) => Promise<T>

/** A place that can be read and written, and no more. */
export interface PlainStore {
  /** A write that resolved survives a crash of the machine. */
  readonly durable: boolean
  read(id: string, options?: Abortable): Promise<Grant | undefined>
  /** Replaces what is there. */
  write(next: Grant): Promise<void>
  /** Silent when there is none. */
  remove(id: string): Promise<void>
  /** For stores that can list. */
  list?(query: GrantQuery, options?: Abortable): AsyncIterable<GrantSummary>
}

/**
 * Makes a {@link GrantStore} of a place that has no compare-and-swap, by a lock around each put.
 *
 * As good as the lock: whoever writes without it, or is paused beyond its lease in the middle of a put, can replace
 * something newer. Prefer a store whose swap is its own.
 *
 * @example
 * ```ts
 * import { type Grant, locked, processLock } from '@evergrant/core'
 *
 * const shelf = new Map<string, Grant>()
 * const store = locked(
 *   {
 *     durable: false,
 *     read: async (id) => shelf.get(id),
 *     write: async (next) => void shelf.set(next.id, next),
 *     remove: async (id) => void shelf.delete(id),
 *   },
 *   processLock(),
 * )
 * console.log(await store.get('alice'))
 * ```
 */
export function locked(place: PlainStore, lock: Lock): GrantStore {
  const { durable } = place
  return {
    traits: { durable, cas: 'emulated', list: place.list !== undefined },
    get: (id, options) => place.read(id, options),
    put: (next, expected, options) =>
      lock(
        next.id,
        async (): Promise<Stored> => {
          const current = await place.read(next.id)
          if ((current?.version ?? 0) !== expected) return { ok: false, current }
          const after = grant({ ...next, version: versionAfter(next, expected) })
          await place.write(after)
          return { ok: true, grant: after }
        },
        options,
      ),
    delete: (id, options) => lock(id, () => place.remove(id), options),
    async *list(query = {}, options) {
      if (place.list !== undefined) yield* place.list(query, options)
    },
  }
}
