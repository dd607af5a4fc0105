import { type Clock, systemClock } from '../clock.ts'
import { OAuthError } from '../errors.ts'
import { decrypted, encrypted } from './aes-gcm.ts'
import { textOf, utf8 } from './bytes.ts'
import type { Cipher } from './cipher.ts'
import { DataKeys } from './data-keys.ts'
import { associated, changed, type SealedText, sealedBy, sealedText, writtenText } from './sealed-text.ts'
import { assertKeyId, type SealingKey } from './sealing-key.ts'

/** The keys of a {@link keyring}. */
export interface Keys {
  /** Seals, and opens what it sealed. */
  readonly current: SealingKey
  /** Former keys, or the next one: they only open. */
  readonly others?: readonly SealingKey[] | undefined
}

/** Choices of a {@link keyring}. */
export interface KeyringOptions {
  /**
   * Reads the keys again: when a text names a key that is not known, and before sealing when they were read more than
   * `reloadEvery` seconds ago. So a change of keys reaches running programs. A reading that fails before sealing leaves
   * the known keys in use.
   */
  readonly reload?: (() => Promise<Keys>) | undefined
  /** Seconds. Default 60. */
  readonly reloadEvery?: number | undefined
  /** Seconds for which a data key is kept and used. Default 3600. */
  readonly maxAge?: number | undefined
  /** How many texts one data key seals. Default 1 000 000; at most 2^32 (NIST SP 800-38D §8.3). */
  readonly maxUses?: number | undefined
  /** How many unwrapped data keys are kept. Default 1000. */
  readonly maxKeys?: number | undefined
  readonly clock?: Clock | undefined
}

/** A {@link Cipher} that also tells which keys it has, for people and for a change of keys. */
export interface Keyring extends Cipher {
  seal(text: string, context: string): Promise<string>
  open(sealed: string, context: string): Promise<string>
  /** Id of the key that seals. Not a secret. */
  readonly kid: string
  /** Ids of all keys, the one that seals first. */
  readonly kids: readonly string[]
  /** Whether a text was sealed with the current key, in the current format. */
  isCurrent(sealed: string): boolean
  /** Reads the keys again now, when there is a `reload`. */
  reload(): Promise<void>
}

/** Seconds between two readings because of the same key that is not known. */
const UNKNOWN_EVERY = 1

/**
 * Seals with AES-256-GCM under data keys, which the current {@link SealingKey} wraps: envelope encryption. Runs wherever
 * Web Crypto does. The format is {@link SealedText}'s, `eg2`; texts in `eg1`, of former versions, are opened.
 *
 * A data key is used for an hour or a million texts, and kept in memory as long, so a key service is asked seldom;
 * callers that come together share one request. What was unwrapped before opens while the service is away.
 *
 * Opening fails with `UNSEAL_FAILED` for an unknown key, a changed text or another context, and with `KEY_UNAVAILABLE`
 * when the key cannot be used now. Messages name the key's id; key and text never appear.
 *
 * @example
 * ```ts
 * import { keyring, memoryStore, sealed, sealingKey } from '@evergrant/core'
 *
 * async function sealedStore(former: Uint8Array, next: Uint8Array) {
 *   const ring = keyring({ current: await sealingKey(next), others: [await sealingKey(former)] })
 *   return sealed(memoryStore(), ring)
 * }
 * ```
 */
export function keyring(keys: Keys, options: KeyringOptions = {}): Keyring {
  const { clock = systemClock, reloadEvery = 60, maxAge = 3600, maxUses = 1_000_000, maxKeys = 1000 } = options
  if (!(maxUses >= 1 && maxUses <= 2 ** 32))
    throw new OAuthError('INVALID_ARGUMENT', 'A data key seals 1 to 2^32 texts (NIST SP 800-38D §8.3).')
  const dataKeys = new DataKeys(clock, { maxAge, maxUses, maxKeys })
  let known = byId(keys)
  let { current } = keys
  let readAt = clock.monotonic()
  let reading: Promise<void> | undefined
  let missed = { kid: '', at: 0 }

  const reload = (): Promise<void> => {
    if (options.reload === undefined) return Promise.resolve()
    reading ??= options
      .reload()
      .then((next) => {
        known = byId(next)
        current = next.current
      })
      .finally(() => {
        readAt = clock.monotonic()
        reading = undefined
      })
    return reading
  }
  const keyOf = async (kid: string): Promise<SealingKey> => {
    const again = missed.kid !== kid || clock.monotonic() - missed.at >= UNKNOWN_EVERY
    if (!known.has(kid) && (reading !== undefined || again)) await reload()
    const key = known.get(kid)
    if (key !== undefined) return key
    missed = { kid, at: clock.monotonic() }
    const message = `The text was sealed with key ${kid}, which is not given (given: ${[...known.keys()].join(', ')}).`
    throw new OAuthError('UNSEAL_FAILED', message)
  }

  return {
    get kid() {
      return current.id
    },
    get kids() {
      return [...known.keys()]
    },
    isCurrent: (text) => text.startsWith('eg2.') && sealedBy(text) === current.id,
    reload,
    async seal(text, context) {
      if (clock.monotonic() - readAt >= reloadEvery) await reload().catch(() => undefined)
      const by = current
      const { wrapped, key } = await dataKeys.sealing(by)
      const bound = associated({ format: 'eg2', kid: by.id, wrapped }, context)
      return writtenText(by.id, wrapped, await encrypted(key, utf8.encode(text), bound))
    },
    async open(sealed, context) {
      const parts = sealedText(sealed)
      const by = await keyOf(parts.kid)
      const bound = associated(parts, context)
      const dataKey = parts.format === 'eg2' ? await dataKeys.opening(by, parts.wrapped) : undefined
      try {
        return textOf(
          await (dataKey === undefined ? direct(by, parts, bound) : decrypted(dataKey.key, parts.bytes, bound)),
        )
      } catch (cause) {
        throw changed(parts.kid, cause)
      }
    },
  }
}

function direct(by: SealingKey, { bytes }: SealedText, bound: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  if (by.openDirect === undefined) throw new Error('This key never sealed anything without a data key.')
  return by.openDirect(bytes, bound)
}

function byId({ current, others = [] }: Keys): ReadonlyMap<string, SealingKey> {
  const known = new Map<string, SealingKey>()
  for (const key of [current, ...others]) {
    assertKeyId(key.id)
    if (!known.has(key.id)) known.set(key.id, key)
  }
  return known
}
