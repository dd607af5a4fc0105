import { type Grant, type GrantSummary, summary, versioned } from '../grant/grant.ts'
import { matches } from './query.ts'
import type { GrantQuery, GrantStore } from './store.ts'
import { versionAfter } from './version.ts'

/** Keeps grants in this process only. For tests, and for flows that need no person. */
export function memoryStore(): GrantStore {
  const grants = new Map<string, Grant>()
  return {
    traits: { durable: false, cas: 'native', list: true, local: true },
    async get(id) {
      return grants.get(id)
    },
    async put(next, expected) {
      const current = grants.get(next.id)
      if ((current?.version ?? 0) !== expected) return { ok: false, current }
      const stored = versioned(next, versionAfter(next, expected))
      grants.set(next.id, stored)
      return { ok: true, grant: stored }
    },
    async delete(id) {
      grants.delete(id)
    },
    async *list(query: GrantQuery = {}): AsyncIterable<GrantSummary> {
      yield* matches([...grants.values()].map(summary), query)
    },
  }
}
