import type { Abortable } from '../abortable.ts'
import { sealedBy } from '../seal/sealed-text.ts'
import type { GrantStore } from './store.ts'

/** How many records need which key. */
export interface KeyCensus {
  /** By key id. */
  readonly sealed: Readonly<Record<string, number>>
  /** Records whose tokens are not sealed. */
  readonly clear: number
  /** Records that something else than a keyring sealed. */
  readonly foreign: number
}

/** Counts the records of a store (not of a sealed view of it) by the key they need. Opens nothing, needs no key. */
export async function keyCensus(store: GrantStore, options: Abortable = {}): Promise<KeyCensus> {
  const sealed = new Map<string, number>()
  let [clear, foreign] = [0, 0]
  for await (const { id } of store.list({}, options)) {
    const found = await store.get(id, options)
    if (found === undefined) continue
    const kid = found.sealed === undefined ? undefined : sealedBy(found.sealed)
    if (kid !== undefined) sealed.set(kid, (sealed.get(kid) ?? 0) + 1)
    else if (found.sealed === undefined) clear += 1
    else foreign += 1
  }
  return { sealed: Object.fromEntries(sealed), clear, foreign }
}
