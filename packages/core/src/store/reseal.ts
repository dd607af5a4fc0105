import type { Abortable } from '../abortable.ts'
import { type Clock, systemClock } from '../clock.ts'
import { isOAuthError, OAuthError } from '../errors.ts'
import { LeaseWatch } from '../grant/lease-watch.ts'
import type { Keyring } from '../seal/keyring.ts'
import { resealGrant } from './sealed.ts'
import type { GrantStore } from './store.ts'

/** How far a change of keys has come. */
export interface ResealProgress {
  /** Records of the store, as far as they are counted. */
  readonly total: number
  /** Records that were looked at, in the first pass. */
  readonly done: number
  /** Records that were sealed anew, in all passes. */
  readonly resealed: number
  /** Records that a refresh is working on, and that come last. */
  readonly waiting: number
}

/** What a change of keys came to. */
export interface Resealed {
  readonly total: number
  readonly resealed: number
  /** Records that did not open, or are damaged. They are as they were. */
  readonly unreadable: readonly { readonly id: string; readonly error: OAuthError }[]
}

/** Choices of {@link reseal}. */
export interface ResealOptions extends Abortable {
  readonly onProgress?: ((progress: ResealProgress) => void) | undefined
  /** Records under way at once. Default 8. */
  readonly concurrency?: number | undefined
  /** Seconds after which a refresh that shows no sign is taken for dead. As in {@link EngineOptions}; default 30. */
  readonly lease?: number | undefined
  readonly clock?: Clock | undefined
}

/** Records that wait for a refresh at once: each is looked at twice a second. */
const MOST_WAITING = 256
/** So many passes that all found something mean that somebody goes on sealing with another key. */
const MOST_PASSES = 10

/**
 * Seals every record of a store anew with the current key of the keyring, while others read and write it: after it, no
 * record needs another key. `store` is the store itself, not a sealed view of it.
 *
 * Each record is opened and put under a version check, so a refresh that comes between wins, and its record is taken
 * again; one that a refresh has marked is left until the refresh is done or dead. It may be stopped or killed at any
 * point and begun again: what is done is left alone. Several may run at once. Passes are repeated until one finds nothing
 * to do.
 *
 * Records that do not open are told in the outcome, and stay as they are. Fails with `KEY_UNAVAILABLE` and with the
 * store's errors; with `NOT_SUPPORTED` for a store that cannot list; and with `ABORTED`.
 *
 * @example
 * ```ts
 * import { type GrantStore, keyring, reseal, type SealingKey } from '@evergrant/core'
 *
 * async function change(store: GrantStore, former: SealingKey, current: SealingKey): Promise<void> {
 *   const ring = keyring({ current, others: [former] })
 *   const { resealed, unreadable } = await reseal(store, ring)
 *   console.log(`${resealed} records were sealed anew; ${unreadable.length} do not open.`)
 * }
 * ```
 */
export async function reseal(store: GrantStore, ring: Keyring, options: ResealOptions = {}): Promise<Resealed> {
  const { onProgress, concurrency = 8, lease = 30, clock = systemClock, signal } = options
  if (!store.traits.list) throw new OAuthError('NOT_SUPPORTED', 'This store cannot list its grants.')
  const given = signal === undefined ? {} : { signal }
  const unreadable = new Map<string, OAuthError>()
  let resealed = 0

  const attempt = async (
    id: string,
    watch?: LeaseWatch,
  ): Promise<'resealed' | 'current' | 'waiting' | 'unreadable'> => {
    for (;;) {
      assertWanted(signal)
      try {
        const found = await store.get(id, given)
        if (found === undefined || (found.sealed !== undefined && ring.isCurrent(found.sealed))) return 'current'
        if (found.spending !== undefined && (watch?.holds(found) ?? true)) {
          if (watch === undefined) return 'waiting'
          await watch.pause(Math.random())
          continue
        }
        // Not given up on its way: a write is told as it went.
        if ((await store.put(await resealGrant(found, ring), found.version)).ok) return 'resealed'
      } catch (error) {
        if (!isOAuthError(error) || !RECORD_ALONE.has(error.code)) throw error
        unreadable.set(id, error.forGrant(id))
        return 'unreadable'
      }
    }
  }

  let total = 0
  for await (const _ of store.list({}, given)) total += 1
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const waiting: string[] = []
    let done = 0
    let changed = 0
    const tell = (): void => {
      // Later passes look at all once more, and say so only when they find something.
      const told = pass === 0 ? done : total
      onProgress?.({ total: Math.max(total, told + waiting.length), done: told, resealed, waiting: waiting.length })
    }
    const looked = (outcome: string): void => {
      done += 1
      if (outcome === 'resealed') {
        changed += 1
        resealed += 1
      }
      if (pass === 0 || outcome === 'resealed') tell()
    }
    await inParallel(idsOf(store, given), concurrency, async (id) => {
      const outcome = unreadable.has(id) ? 'unreadable' : await attempt(id)
      if (outcome !== 'waiting') return looked(outcome)
      waiting.push(id)
      tell()
    })
    await inParallel(waiting.splice(0), MOST_WAITING, async (id) => {
      looked(await attempt(id, new LeaseWatch(clock, lease, store.processes)))
    })
    total = done
    if (changed === 0) break
  }
  return { total, resealed, unreadable: [...unreadable].map(([id, error]) => ({ id, error })) }
}

/** Errors that are about one record, and no reason to stop. */
const RECORD_ALONE: ReadonlySet<string> = new Set(['UNSEAL_FAILED', 'STORE_CORRUPT'])

async function* idsOf(store: GrantStore, options: Abortable): AsyncIterable<string> {
  for await (const { id } of store.list({}, options)) yield id
}

/** Does the work for each, so many at once; what fails first ends it when those under way are done. */
async function inParallel(
  items: AsyncIterable<string> | Iterable<string>,
  most: number,
  work: (item: string) => Promise<void>,
): Promise<void> {
  const under = new Set<Promise<void>>()
  let failure: { readonly error: unknown } | undefined
  for await (const item of items) {
    const one = work(item)
      .catch((error: unknown) => {
        failure ??= { error }
      })
      .finally(() => under.delete(one))
    under.add(one)
    if (under.size >= most) await Promise.race(under)
    if (failure !== undefined) break
  }
  await Promise.all(under)
  if (failure !== undefined) throw failure.error
}

function assertWanted(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new OAuthError('ABORTED', 'The change of keys was stopped; begun again, it goes on.', {
      cause: signal.reason,
    })
}
