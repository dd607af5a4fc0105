import { base64url } from '../client/pem.ts'
import type { Clock } from '../clock.ts'
import { isOAuthError, OAuthError } from '../errors.ts'
import { scrub } from '../redacted.ts'
import { aesKey } from './aes-gcm.ts'
import { fromBase64url } from './bytes.ts'
import { changed } from './sealed-text.ts'
import type { SealingKey } from './sealing-key.ts'

/** How long a data key is kept and used. */
export interface DataKeyLimits {
  /** Seconds after which a data key is forgotten, and unwrapped or made anew. */
  readonly maxAge: number
  /** Texts that one data key seals. */
  readonly maxUses: number
  /** Unwrapped data keys in memory. */
  readonly maxKeys: number
}

/** A data key, and how it stands in a text. */
export interface DataKey {
  readonly wrapped: string
  readonly key: CryptoKey
}

interface Kept {
  readonly key: Promise<DataKey>
  readonly since: number
}

interface Sealing extends Kept {
  readonly kid: string
  uses: number
}

/** Data keys in memory, so that most calls ask no key service. Callers who come together share one request. */
export class DataKeys {
  readonly #clock: Clock
  readonly #limits: DataKeyLimits
  /** In order of last use. */
  readonly #open = new Map<string, Kept>()
  #sealing: Sealing | undefined

  constructor(clock: Clock, limits: DataKeyLimits) {
    this.#clock = clock
    this.#limits = limits
  }

  /** The data key that seals now, wrapped by this key. */
  sealing(by: SealingKey): Promise<DataKey> {
    const { maxUses } = this.#limits
    const last = this.#sealing
    if (last !== undefined && last.kid === by.id && last.uses < maxUses && this.#isFresh(last)) {
      last.uses += 1
      return last.key
    }
    const made: Sealing = { kid: by.id, uses: 1, since: this.#clock.monotonic(), key: created(by) }
    this.#sealing = made
    made.key.then(
      ({ wrapped }) => this.#keep(`${by.id}.${wrapped}`, made),
      () => {
        if (this.#sealing === made) this.#sealing = undefined
      },
    )
    return made.key
  }

  /** The data key that stands wrapped in a text. */
  opening(by: SealingKey, wrapped: string): Promise<DataKey> {
    const name = `${by.id}.${wrapped}`
    const known = this.#open.get(name)
    if (known !== undefined && this.#isFresh(known)) {
      this.#keep(name, known)
      return known.key
    }
    const kept = { since: this.#clock.monotonic(), key: unwrapped(by, wrapped) }
    this.#keep(name, kept)
    kept.key.catch(() => {
      if (this.#open.get(name) === kept) this.#open.delete(name)
    })
    return kept.key
  }

  #isFresh({ since }: Kept): boolean {
    return this.#clock.monotonic() - since < this.#limits.maxAge
  }

  #keep(name: string, kept: Kept): void {
    this.#open.delete(name)
    this.#open.set(name, kept)
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= this.#limits.maxKeys) break
      this.#open.delete(oldest)
    }
  }
}

async function created(by: SealingKey): Promise<DataKey> {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  const key = await aesKey(bytes)
  const wrapped = base64url(await asked(by, () => by.wrap(bytes)))
  bytes.fill(0)
  return { wrapped, key }
}

async function unwrapped(by: SealingKey, wrapped: string): Promise<DataKey> {
  const bytes = fromBase64url(wrapped)
  if (bytes === undefined) throw changed(by.id)
  const plain = Uint8Array.from(await asked(by, () => by.unwrap(bytes)))
  if (plain.length !== 32) throw changed(by.id)
  const key = await aesKey(plain)
  plain.fill(0)
  return { wrapped, key }
}

/** Whatever a key throws, as a typed error. */
async function asked(by: SealingKey, work: () => Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await work()
  } catch (cause) {
    if (isOAuthError(cause)) throw cause
    const words = scrub(cause instanceof Error ? cause.message : String(cause))
    throw new OAuthError('KEY_UNAVAILABLE', `Key ${by.id} could not be used: ${words}`, { cause })
  }
}
