import { isOAuthError, OAuthError } from '../errors.ts'
import { scrub } from '../redacted.ts'
import type { Engine } from './engine.ts'
import { type Grant, grant, summary } from './grant.ts'
import { LeaseWatch } from './lease-watch.ts'
import type { Unsaved, UnsavedSlot } from './unsaved.ts'

/** Waits between attempts to write a token that exists nowhere else yet, in seconds. */
export const QUICK_RETRIES = [0.05, 0.2, 0.5] as const

/** So many lost writes for one piece of work are no contest any more: the store contradicts itself. */
export const MOST_LOST = 100

/** What became of a write: it stands, it waits in memory, or another process was first and its record counts. */
export type Recorded =
  | { readonly state: 'written' | 'unsaved'; readonly grant: Grant }
  | { readonly state: 'lost'; readonly current: Grant | undefined }

/**
 * Writes what a spend brought. The new refresh token exists nowhere else, so a store that fails is tried again at
 * once a few times; then the token is kept in memory, `persist_failed` is raised, and the caller gets its token.
 */
export async function record(engine: Engine, slot: UnsavedSlot, unsaved: Unsaved): Promise<Recorded> {
  const { store, clock } = engine
  for (let attempt = 0; ; attempt++) {
    try {
      const stored = await store.put(unsaved.grant, unsaved.expected)
      if (!stored.ok && stored.current !== undefined) await rescue(engine, stored.current, unsaved)
      slot.set(undefined)
      return stored.ok ? { state: 'written', grant: stored.grant } : { state: 'lost', current: stored.current }
    } catch (error) {
      const wait = QUICK_RETRIES[attempt]
      if (wait !== undefined) {
        await clock.sleep(wait)
        continue
      }
      const known = slot.get() !== undefined
      slot.set(unsaved)
      if (!known) {
        const failed = storeError(error, unsaved.grant.id)
        engine.emit(() => ({ type: 'persist_failed', grant: summary(unsaved.grant), error: failed }))
      }
      return { state: 'unsaved', grant: unsaved.grant }
    }
  }
}

/** Keeps a refresh token that came late from being lost; see {@link rescued}. */
async function rescue(engine: Engine, found: Grant, unsaved: Unsaved): Promise<void> {
  const watch = new LeaseWatch(engine.clock, engine.lease ?? 30, engine.store.processes)
  let current: Grant | undefined = found
  for (let lost = 0; current !== undefined && lost < MOST_LOST; ) {
    if (current.spending !== undefined && current.refresh_token === unsaved.spent && watch.holds(current)) {
      await watch.pause(engine.random())
      current = await engine.store.get(current.id)
      continue
    }
    const next: Grant | undefined = rescued(current, unsaved, engine.clock.now())
    if (next === undefined) return
    const stored = await engine.store.put(next, current.version)
    if (stored.ok) return
    current = stored.current
    lost++
  }
  // Not written: the caller keeps it and tries again.
  if (current !== undefined) throw contradicted(unsaved.grant.id)
}

/** The error of a store that never lets anyone win, or not before a mark is old. */
export function contradicted(id: string): OAuthError {
  const message = `Grant ${id} could not be written: the store is too slow, or tells each time that another was first.`
  return new OAuthError('STORE_UNAVAILABLE', message, { grant: id })
}

/** Whatever a store threw, as a typed error. */
export function storeError(error: unknown, id: string): OAuthError {
  if (isOAuthError(error)) return error.forGrant(id)
  const words = scrub(error instanceof Error ? error.message : String(error))
  return new OAuthError('STORE_UNAVAILABLE', `The store failed for grant ${id}: ${words}`, { grant: id, cause: error })
}

/**
 * A spend succeeded, but another process changed the record meanwhile: ours was paused beyond its lease. If the
 * record still holds the refresh token that we spent, nobody knows the newer one, and it must not be lost: it goes in
 * as `failing`, to be proven by the next spend before anything is claimed. Otherwise the record is newer than ours.
 */
export function rescued(current: Grant, unsaved: Unsaved, now: number): Grant | undefined {
  const ours = unsaved.grant.refresh_token
  if (ours === undefined || ours === unsaved.spent) return undefined
  if (current.refresh_token !== unsaved.spent) return undefined
  const { spending: _, ...rest } = current
  const { standing } = unsaved.grant
  // Tokens of another account stay set aside.
  if (standing.state === 'revoked') return grant({ ...rest, refresh_token: ours, standing, updated_at: now })
  return grant({
    ...rest,
    refresh_token: ours,
    in_doubt: current.in_doubt ?? now,
    standing: {
      state: 'failing',
      since: now,
      failures: 1,
      next_attempt: now,
      trouble: { code: 'STORE_UNAVAILABLE', message: 'A refresh was recorded late and is being proven.' },
    },
    updated_at: now,
  })
}

export function stillSealed(id: string): OAuthError {
  const message = `The tokens of grant ${id} are sealed, but no sealing key is in use.`
  return new OAuthError('UNSEAL_FAILED', message, { grant: id })
}
