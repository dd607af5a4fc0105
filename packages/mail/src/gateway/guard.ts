import { createHmac, randomBytes } from 'node:crypto'
import { type Clock, systemClock } from '@evergrant/core'
import type { GatewayAccount } from './account.ts'
import { fitsHash } from './program-password.ts'

/** Wrong passwords after which a source is not listened to: for one mailbox, and altogether. */
const WRONG_FOR_ONE = 5
const WRONG_IN_ALL = 30
/** Seconds of the first lock-out; each further wrong password doubles it up to the last. */
const FIRST = 30
const LAST = 3600
/** Places that are remembered; the oldest goes first. */
const MOST_PLACES = 10_000
/** Passwords that are being checked at a time: each takes 16 MiB and one of few threads. */
const AT_ONCE = 8
const MOST_WAITING = 2000

interface Place {
  readonly wrong: number
  readonly until: number
}

/** What became of a login. */
export type Verdict =
  | { readonly kind: 'known'; readonly program: string }
  /** `lockouts`: those that begin with it, for the mailbox or for all of the source's, in seconds. */
  | { readonly kind: 'wrong'; readonly lockouts: { readonly mailbox: number; readonly source: number } }
  | { readonly kind: 'locked' }

/**
 * Decides who may use a mailbox. Wrong passwords lock their source out, for the mailbox they were meant for after a few and for
 * all of them after more, so that one badly configured program does not shut the others on its machine out. A password that
 * was right once is remembered as a keyed digest in memory, so that a thousand sessions do not cost a thousand scrypts.
 */
export class Guard {
  readonly #clock: Clock
  readonly #places = new Map<string, Place>()
  readonly #right = new Map<string, string>()
  readonly #key = randomBytes(32)
  readonly #queue: (() => void)[] = []
  #busy = 0

  constructor(clock: Clock = systemClock) {
    this.#clock = clock
  }

  /** What two log-ins have in common that are the same; nobody else can make it, or read anything from it. */
  digest(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64')
  }

  async check(account: GatewayAccount | undefined, name: string, password: string, from: string): Promise<Verdict> {
    const places = [`${from} ${name.toLowerCase().slice(0, 320)}`, from] as const
    if (places.some((place) => this.#locked(place)) || this.#queue.length >= MOST_WAITING) return { kind: 'locked' }
    const program = await this.#program(account, password, from)
    // Others of the same source may have been wrong in the meantime.
    if (places.some((place) => this.#locked(place))) return { kind: 'locked' }
    if (program !== undefined) {
      this.#places.delete(places[0])
      return { kind: 'known', program }
    }
    const mailbox = this.#wrong(places[0], WRONG_FOR_ONE)
    const source = this.#wrong(places[1], WRONG_IN_ALL)
    return { kind: 'wrong', lockouts: { mailbox, source } }
  }

  #locked(place: string): boolean {
    return (this.#places.get(place)?.until ?? 0) > this.#clock.monotonic()
  }

  /** Seconds of the lock-out that begins; 0 for none. */
  #wrong(place: string, allowed: number): number {
    const now = this.#clock.monotonic()
    const before = this.#places.get(place)
    // An hour without a wrong password is a clean slate.
    const wrong = (before !== undefined && now - before.until < LAST ? before.wrong : 0) + 1
    const until = wrong < allowed ? now : now + Math.min(LAST, FIRST * 2 ** Math.min(wrong - allowed, 12))
    this.#places.delete(place)
    this.#places.set(place, { wrong, until })
    for (const oldest of this.#places.keys()) {
      if (this.#places.size <= MOST_PLACES) break
      this.#places.delete(oldest)
    }
    return until - now
  }

  async #program(account: GatewayAccount | undefined, password: string, from: string): Promise<string | undefined> {
    if (password === '' || password.length > 256) return undefined
    const digest = this.digest(password)
    if (account?.accepts !== undefined) return account.accepts(password, from)
    const programs = account?.programs ?? []
    const remembered = (): string | undefined => programs.find(({ hash }) => this.#right.get(hash) === digest)?.name
    const known = remembered()
    if (known !== undefined) return known
    await this.#turn()
    try {
      // Another session of the same program may have been first.
      const meanwhile = remembered()
      if (meanwhile !== undefined) return meanwhile
      // An address that is not known takes as long as one that is.
      if (programs.length === 0) await fitsHash(password, `scrypt$AAAAAAAAAAAAAAAAAAAAAA$${'A'.repeat(43)}`)
      for (const { name, hash } of programs) {
        if (!(await fitsHash(password, hash))) continue
        if (this.#right.size >= MOST_PLACES) this.#right.clear()
        this.#right.set(hash, digest)
        return name
      }
      return undefined
    } finally {
      this.#busy -= 1
      this.#queue.shift()?.()
    }
  }

  async #turn(): Promise<void> {
    if (this.#busy >= AT_ONCE) await new Promise<void>((resolve) => this.#queue.push(resolve))
    this.#busy += 1
  }
}
