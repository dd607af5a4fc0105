import { type Grant, type GrantStore, grant, matches, type Stored, summary, versionAfter } from '@evergrant/core'
import type { GrantIds } from './grant-ids.ts'

/**
 * A store for one consent: what is written under `ids.nobody` goes to whoever consented, in the place of what that person
 * had there. Two consents of one person at once leave the later one.
 */
export function bySubject(store: GrantStore, ids: Pick<GrantIds, 'nobody' | 'ofSubject'>): GrantStore {
  return {
    traits: store.traits,
    processes: store.processes,
    get: async (id, options) => (id === ids.nobody ? undefined : store.get(id, options)),
    async put(next, expected, options): Promise<Stored> {
      if (next.id !== ids.nobody) return store.put(next, expected, options)
      const id = ids.ofSubject(next.subject)
      const before = await store.get(id, options)
      const stored = await store.put(grant({ ...next, id }), before?.version ?? 0, options)
      // Lost: whoever writes reads again, and under the name of nobody there is nothing.
      return stored.ok ? stored : { ok: false, current: undefined }
    },
    delete: (id, options) => store.delete(id, options),
    list: (query, options) => store.list(query, options),
  }
}

/** A store of which some grants are kept in this process alone. */
export interface PartlyStored extends GrantStore {
  /** Keeps a grant here from now on: it is read from the store until it changes. */
  keep(id: string): void
  /** Drops what is kept here: the store's own record counts again. */
  forget(id: string): void
}

/** `keepsAll`: nothing is written to the store at all. */
export function partlyStored(store: GrantStore, keepsAll: boolean): PartlyStored {
  const kept = new Set<string>()
  const own = new Map<string, Grant>()
  return {
    traits: store.traits,
    processes: store.processes,
    get: async (id, options) => own.get(id) ?? store.get(id, options),
    async put(next, expected, options): Promise<Stored> {
      if (!keepsAll && !kept.has(next.id)) return store.put(next, expected, options)
      const stored = await store.get(next.id, options)
      const current = own.get(next.id) ?? stored
      if ((current?.version ?? 0) !== expected) return { ok: false, current }
      const written = grant({ ...next, version: versionAfter(next, expected) })
      own.set(next.id, written)
      return { ok: true, grant: written }
    },
    async delete(id, options) {
      own.delete(id)
      await store.delete(id, options)
    },
    async *list(query = {}, options) {
      const { limit: left = Number.POSITIVE_INFINITY, ...conditions } = query
      let count = 0
      for (const one of matches([...own.values()].map(summary), query)) if (count++ < left) yield one
      for await (const one of store.list(conditions, options)) {
        if (count >= left) return
        if (!own.has(one.id) && count++ < left) yield one
      }
    },
    keep: (id) => void kept.add(id),
    forget(id) {
      kept.delete(id)
      own.delete(id)
    },
  }
}

/** The same store, in which everything that is written is kept in this process. */
export function keeping(store: PartlyStored): GrantStore {
  return {
    traits: store.traits,
    processes: store.processes,
    get: (id, options) => store.get(id, options),
    put(next, expected, options) {
      store.keep(next.id)
      return store.put(next, expected, options)
    },
    delete: (id, options) => store.delete(id, options),
    list: (query, options) => store.list(query, options),
  }
}
