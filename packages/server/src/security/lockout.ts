import { isIPv6 } from 'node:net'
import type { Clock } from '@evergrant/core'

const FREE_ATTEMPTS = 5
const LONGEST_WAIT = 900
const FORGET_AFTER = 3600
const MOST_SOURCES = 10_000

interface Attempts {
  failures: number
  until: number
  last: number
}

/**
 * Slows down guessing, by where it comes from: after five failures a source waits 2, 4, 8 … seconds, at most 15 minutes.
 * Never by account: otherwise anybody could lock somebody else out.
 */
export class Lockout {
  readonly #clock: Clock
  readonly #sources = new Map<string, Attempts>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Seconds for which this source still has to wait; 0: it may try. */
  wait(source: string): number {
    return Math.max(0, (this.#sources.get(networkOf(source))?.until ?? 0) - this.#clock.monotonic())
  }

  failed(from: string): void {
    const source = networkOf(from)
    const now = this.#clock.monotonic()
    const before = this.#sources.get(source)
    const failures = (before !== undefined && now - before.last < FORGET_AFTER ? before.failures : 0) + 1
    const wait = failures < FREE_ATTEMPTS ? 0 : Math.min(LONGEST_WAIT, 2 ** (failures - FREE_ATTEMPTS + 1))
    // Reinserted, so that the map is in order of age and the oldest is the first.
    this.#sources.delete(source)
    this.#sources.set(source, { failures, until: now + wait, last: now })
    const [oldest] = this.#sources.keys()
    if (this.#sources.size > MOST_SOURCES && oldest !== undefined) this.#sources.delete(oldest)
  }

  succeeded(source: string): void {
    this.#sources.delete(networkOf(source))
  }
}

/** An IPv6 address counts as its /64: whoever has one address there has them all (RFC 6177 §2). */
function networkOf(source: string): string {
  const address = source.replace(/%.*$/, '')
  if (!isIPv6(address)) return source
  // The URL parser writes every address the same way: lower case, no leading zeros, the longest run of zeros as `::`.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  if (head === '' && tail?.startsWith('ffff:')) return source
  const front = head.split(':').filter((group) => group !== '')
  const back = tail?.split(':').filter((group) => group !== '') ?? []
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => '0')
  return `${[...front, ...zeros, ...back].slice(0, 4).join(':')}::/64`
}
