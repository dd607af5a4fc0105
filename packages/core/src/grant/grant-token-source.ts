import { abandoned, detachable } from '../detachable.ts'
import { OAuthError } from '../errors.ts'
import { bearerFetch, bearerMiddleware } from '../http/bearer.ts'
import type { FetchMiddleware } from '../http/middleware.ts'
import type { AccessToken } from './access-token.ts'
import type { Engine } from './engine.ts'
import { type Grant, summary, tokenOf } from './grant.ts'
import { record } from './record.ts'
import { renew } from './renew.ts'
import type { Sending, TokenSource } from './token-source.ts'
import type { Unsaved, UnsavedSlot } from './unsaved.ts'
import { accessKey, type Want } from './want.ts'
import { hardEnd, type Wish } from './wish.ts'

/** A token in memory, ready to hand out. */
interface Held {
  readonly token: AccessToken
  /** The same promise for every caller: the hot path allocates nothing. */
  readonly promise: Promise<AccessToken>
  readonly soft: number
  readonly hard: number
  /** How long tokens of this kind can be handed out when they are new, as last seen; infinity while unknown. */
  readonly life: number
}

interface Flight {
  readonly promise: Promise<Grant>
  readonly wish: Wish
}

/** The token source of one grant: what is in memory, and at most one flight per key, one spend at a time. */
export class GrantTokenSource implements TokenSource {
  readonly id: string
  readonly #engine: Engine
  #held: Held | undefined
  #others: Map<string, Held> | undefined
  #flights: Map<string, Flight> | undefined
  /** Flights of different keys spend the same refresh token, so they fly one after another. */
  #last: Flight | undefined
  #quietUntil = 0
  /** Counts calls of {@link forget}: what a flight read before one is not kept after it. */
  #forgotten = 0
  /** Made when first needed: most sources of a large server never spend. */
  #owner: string | undefined
  #unsaved: Unsaved | undefined
  #authorize: FetchMiddleware | undefined
  #fetch: typeof fetch | undefined
  #sending: Sending | undefined

  constructor(engine: Engine, id: string) {
    this.#engine = engine
    this.id = id
  }

  token(want?: Want): Promise<AccessToken> {
    if (want === undefined) {
      const held = this.#held
      if (held !== undefined) {
        const now = this.#engine.clock.now()
        if (now < held.soft) return held.promise
        if (now < held.hard) return this.#served('', held, undefined)
      }
      return this.#fly('', {})
    }
    const key = accessKey(want)
    const held = key === '' ? this.#held : this.#others?.get(key)
    if (held === undefined || want.force === true || held.token.access_token === want.rejected)
      return this.#fly(key, want)
    const now = this.#engine.clock.now()
    const { minTtl = 0 } = want
    // A newer token would not live as long either: the one held is good until it is due for renewal anyway.
    const vain = minTtl >= held.life && now < held.soft
    if (now + minTtl >= held.hard && !vain) return this.#fly(key, want)
    return now < held.soft ? held.promise : this.#served(key, held, want)
  }

  peek(): AccessToken | undefined {
    const held = this.#held
    return held !== undefined && this.#engine.clock.now() < held.hard ? held.token : undefined
  }

  forget(): void {
    this.#forgotten++
    this.#held = undefined
    this.#others = undefined
    this.#quietUntil = 0
  }

  get authorize(): FetchMiddleware {
    this.#authorize ??= bearerMiddleware(this)
    return this.#authorize
  }

  get fetch(): typeof fetch {
    this.#fetch ??= bearerFetch(this)
    return this.#fetch
  }

  get sending(): Sending {
    this.#sending ??= this.#engine.sending(this.id)
    return this.#sending
  }

  /** Whether a flight is under way or a token waits to be written: such a source must not be dropped. */
  get busy(): boolean {
    return this.#unsaved !== undefined || (this.#flights?.size ?? 0) > 0
  }

  /** Waits for flights and writes what the store has not taken. Rejects when the store still does not take it. */
  async settle(): Promise<void> {
    await Promise.allSettled([...(this.#flights?.values() ?? [])].map((flight) => flight.promise))
    const unsaved = this.#unsaved
    if (unsaved === undefined) return
    const { state, grant } = { grant: unsaved.grant, ...(await record(this.#engine, this.#slot(1), unsaved)) }
    if (state === 'written') this.#engine.emit(() => ({ type: 'persisted', grant: summary(grant) }))
    if (state !== 'unsaved') return
    const message = `The store does not take the new tokens of grant ${this.id}; they exist only in this process.`
    throw new OAuthError('STORE_UNAVAILABLE', message, { grant: this.id })
  }

  /** Between soft and hard end: the old token is served, and one flight renews it in the background. */
  #served(key: string, held: Held, want: Want | undefined): Promise<AccessToken> {
    if (this.#flights?.has(key) !== true && this.#engine.clock.now() >= this.#quietUntil) {
      // A failure was recorded and emitted by the flight; nobody waits for it here.
      this.#start(key, this.#wish(key, want ?? {}, true)).promise.catch(() => undefined)
    }
    return held.promise
  }

  async #fly(key: string, want: Want): Promise<AccessToken> {
    if (want.signal?.aborted) throw abandoned(want.signal)
    for (;;) {
      const joined = this.#flights?.get(key)
      if (joined === undefined) {
        const flight = this.#start(key, this.#wish(key, want, false))
        const token = tokenOf(await detachable(flight.promise, want.signal), key)
        // The best there is, even when the provider's tokens live shorter than wanted.
        if (token !== undefined) return token
      } else {
        const { wish, promise } = joined
        // One that asks for more may fail where this caller is content with the token that is there.
        const more =
          wish.background ||
          (wish.force && !want.force) ||
          wish.minTtl > (want.minTtl ?? 0) ||
          wish.rejected !== want.rejected
        const grant = await detachable(more ? promise.catch(ignore) : promise, want.signal)
        const token = grant === undefined ? undefined : tokenOf(grant, key)
        // A flight that was under way may have wished for less than this caller does.
        if (token !== undefined && this.#satisfies(token, want, wish)) return token
      }
    }
  }

  #satisfies(token: AccessToken, want: Want, flown: Wish): boolean {
    const { minTtl = 0, rejected, force = false } = want
    if (force && !flown.force) return false
    if (token.access_token === rejected && flown.rejected !== rejected) return false
    // One that wished for as much brought the best there is; all who wait for it are content.
    if (!flown.background && minTtl <= flown.minTtl) return true
    return this.#engine.clock.now() + minTtl < hardEnd(token, this.#engine.clockSkew)
  }

  #wish(key: string, want: Want, background: boolean): Wish {
    const { resource, scope, minTtl = 0, force = false, rejected } = want
    return { key, resource, scope, minTtl, force, rejected, background }
  }

  #start(key: string, wish: Wish): Flight {
    const before = this.#last?.promise
    const next = (): Promise<Grant> => this.#renew(wish)
    const flight = { promise: before === undefined ? next() : before.then(next, next), wish }
    this.#last = flight
    this.#flights ??= new Map()
    this.#flights.set(key, flight)
    return flight
  }

  async #renew(wish: Wish): Promise<Grant> {
    try {
      const began = this.#engine.clock.now()
      const before = this.#forgotten
      const grant = await renew(this.#engine, this.id, wish, { owner: () => this.#name(), slot: this.#slot(1) })
      if (before === this.#forgotten) this.#hold(grant, wish.key, grant.updated_at >= began)
      this.#quietUntil = this.#nextBackground(grant, wish.key)
      return grant
    } catch (error) {
      this.#quietUntil = this.#engine.clock.now() + 5
      throw error
    } finally {
      // Over before anybody who waits for it goes on.
      this.#flights?.delete(wish.key)
      if (this.#flights?.size === 0) this.#flights = undefined
      if (this.#last?.wish === wish) this.#last = undefined
    }
  }

  #name(): string {
    this.#owner ??= crypto.randomUUID()
    return this.#owner
  }

  /** When a background flight may start again: not at every call while the last one could not bring a new token. */
  #nextBackground(grant: Grant, key: string): number {
    const now = this.#engine.clock.now()
    if (now < (tokenOf(grant, key)?.refresh_at ?? Number.POSITIVE_INFINITY)) return 0
    return Math.max(now + 1, grant.standing.state === 'failing' ? grant.standing.next_attempt : 0)
  }

  #hold(grant: Grant, key: string, isNew: boolean): void {
    const token = tokenOf(grant, key)
    if (token === undefined) return
    const before = key === '' ? this.#held : this.#others?.get(key)
    const hard = hardEnd(token, this.#engine.clockSkew)
    const held: Held = {
      token,
      promise: Promise.resolve(token),
      soft: token.refresh_at ?? token.expires_at ?? Number.POSITIVE_INFINITY,
      hard,
      life:
        isNew && token.access_token !== before?.token.access_token
          ? hard - this.#engine.clock.now()
          : (before?.life ?? Number.POSITIVE_INFINITY),
    }
    if (key === '') this.#held = held
    else {
      this.#others ??= new Map()
      this.#others.set(key, held)
    }
  }

  #slot(wait: number): UnsavedSlot {
    return {
      get: () => this.#unsaved,
      set: (unsaved) => {
        this.#unsaved = unsaved
        if (unsaved !== undefined) this.#persistLater(unsaved, wait)
      },
    }
  }

  /** Tries again to write what the store did not take, ever more slowly, until it is written or replaced. */
  #persistLater(waiting: Unsaved, wait: number): void {
    const { clock } = this.#engine
    void clock.sleep(wait).then(async () => {
      // A flight writes it first, before anything else.
      if (this.#unsaved !== waiting || this.#last !== undefined) return
      const outcome = await record(this.#engine, this.#slot(Math.min(60, wait * 2)), waiting)
      if (outcome.state === 'written') this.#engine.emit(() => ({ type: 'persisted', grant: summary(outcome.grant) }))
    })
  }
}

function ignore(): undefined {
  return undefined
}
