import { type Clock, memoryPendingStore, type PendingStore } from '@evergrant/core'

/** By clock: who sets the time by hand, as tests do, is alone with it. */
const stores = new WeakMap<Clock, PendingStore>()

/**
 * Where authorizations of this process wait for their callback: a web program may make a client for each request, and the
 * one that gets the callback is not the one that asked. Core compares client and provider with the callback's.
 */
export function processPending(clock: Clock): PendingStore {
  const store = stores.get(clock) ?? memoryPendingStore({ clock })
  stores.set(clock, store)
  return store
}
