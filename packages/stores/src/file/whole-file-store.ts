import { type GrantStore, grant, matches, type Stored, type StoreTraits, summary, versionAfter } from '@evergrant/core'
import { assertWanted, whileWanted } from '../given-up.ts'
import type { GrantFile } from './grant-file.ts'
import type { WriteQueue } from './write-queue.ts'

/** A store of grants that are read and written all together. */
export function wholeFileStore(
  traits: StoreTraits,
  read: () => Promise<GrantFile>,
  queue: WriteQueue<GrantFile>,
): GrantStore {
  const wanted = (signal: AbortSignal | undefined): Promise<GrantFile> => {
    assertWanted(signal)
    return whileWanted(read(), signal)
  }
  return {
    traits,
    async get(id, options) {
      return (await wanted(options?.signal)).grants.get(id)
    },
    async put(next, expected, options): Promise<Stored> {
      // Who has lost already need not wait for its turn to hear it.
      const early = (await wanted(options?.signal)).grants.get(next.id)
      if ((early?.version ?? 0) !== expected) return { ok: false, current: early }
      let stored: Stored = { ok: false, current: early }
      const change = (file: GrantFile): GrantFile | undefined => {
        const current = file.grants.get(next.id)
        stored = { ok: false, current }
        if ((current?.version ?? 0) !== expected) return undefined
        stored = { ok: true, grant: grant({ ...next, version: versionAfter(next, expected) }) }
        return { ...file, grants: new Map([...file.grants, [next.id, stored.grant]]) }
      }
      await queue.submit(change, options?.signal)
      return stored
    },
    async delete(id, options) {
      if (!(await wanted(options?.signal)).grants.has(id)) return
      const change = (file: GrantFile): GrantFile | undefined => {
        if (!file.grants.has(id)) return undefined
        return { ...file, grants: new Map([...file.grants].filter(([other]) => other !== id)) }
      }
      await queue.submit(change, options?.signal)
    },
    async *list(query = {}, options) {
      yield* matches([...(await wanted(options?.signal)).grants.values()].map(summary), query)
    },
  }
}
