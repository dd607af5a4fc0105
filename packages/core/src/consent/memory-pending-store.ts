import type { Clock } from '../clock.ts'
import { systemClock } from '../clock.ts'
import type { PendingAuthorization, PendingStore } from '../grant/pending-authorization.ts'

/** How {@link memoryPendingStore} behaves. */
export interface MemoryPendingOptions {
  readonly clock?: Clock | undefined
  /** How many may be pending; the oldest gives way. Default 10,000. */
  readonly limit?: number | undefined
}

/**
 * Keeps pending authorizations in this process, any number at once, each to be taken once. Expired ones are dropped
 * when they have been over for their whole lifetime: until then, a late callback is told that it is late.
 */
export function memoryPendingStore({ clock = systemClock, limit = 10_000 }: MemoryPendingOptions = {}): PendingStore {
  const waiting = new Map<string, PendingAuthorization>()
  return {
    async put(pending) {
      const now = clock.now()
      for (const [state, { created_at, expires_at }] of waiting) {
        if (now < expires_at + (expires_at - created_at) && waiting.size < limit) break
        waiting.delete(state)
      }
      waiting.set(pending.state, pending)
    },
    async take(state) {
      const pending = waiting.get(state)
      waiting.delete(state)
      return pending
    },
  }
}
