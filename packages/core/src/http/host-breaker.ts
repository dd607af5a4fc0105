import { type Clock, systemClock } from '../clock.ts'
import { OAuthError } from '../errors.ts'

/** How a host in trouble is left alone. */
export interface CircuitBreakerOptions {
  /** Failures in a row after which a host is left alone. Default 5. */
  readonly failures?: number | undefined
  /** Seconds for which it is left alone the first time; doubles with every failed trial. Default 5. */
  readonly cooldown?: number | undefined
  /** Longest time in seconds, also for `Retry-After`. Default 300. */
  readonly cap?: number | undefined
  readonly clock?: Clock | undefined
  /** In [0, 1); spreads the trials of many processes. Default `Math.random`. */
  readonly random?: (() => number) | undefined
}

interface Host {
  failures: number
  opened: number
  until: number
  trying: boolean
}

/** Counts failures by host. Only hosts in trouble are remembered. */
export class HostBreaker {
  readonly #hosts = new Map<string, Host>()
  readonly #failures: number
  readonly #cooldown: number
  readonly #cap: number
  readonly #random: () => number
  readonly clock: Clock

  constructor(options: CircuitBreakerOptions = {}) {
    const { failures = 5, cooldown = 5, cap = 300, clock = systemClock, random = Math.random } = options
    this.#failures = failures
    this.#cooldown = cooldown
    this.#cap = cap
    this.#random = random
    this.clock = clock
  }

  /**
   * Before a request. Throws `PROVIDER_UNAVAILABLE` with `retryAfter` and outcome `not_sent` while the host is left
   * alone, and while one request tries whether it is well again.
   */
  enter(name: string): void {
    const host = this.#hosts.get(name)
    if (host === undefined) return
    const wait = host.until - this.clock.monotonic()
    if (wait > 0 || host.trying) {
      const retryAfter = Math.max(1, Math.ceil(wait))
      const message = `${name} is in trouble and is left alone for ${retryAfter} s.`
      throw new OAuthError('PROVIDER_UNAVAILABLE', message, { retryAfter, outcome: 'not_sent' })
    }
    host.trying = host.opened > 0
  }

  /** The host is well. */
  answered(name: string): void {
    this.#hosts.delete(name)
  }

  /** The host asked to be left alone for so many seconds. */
  asked(name: string, seconds: number): void {
    this.#open(this.#host(name), Math.min(this.#cap, seconds))
  }

  failed(name: string): void {
    const host = this.#host(name)
    host.failures++
    // Requests that were under way when it opened tell nothing new.
    if (host.failures < this.#failures || this.clock.monotonic() < host.until) return
    const seconds = Math.min(this.#cap, this.#cooldown * 2 ** Math.min(host.opened, 16))
    this.#open(host, seconds * (0.75 + this.#random() * 0.5))
  }

  /** After a request, whatever became of it. */
  leave(name: string): void {
    const host = this.#hosts.get(name)
    if (host === undefined) return
    host.trying = false
    if (host.failures === 0 && host.opened === 0) this.#hosts.delete(name)
  }

  #host(name: string): Host {
    const known = this.#hosts.get(name)
    if (known !== undefined) return known
    const host = { failures: 0, opened: 0, until: 0, trying: false }
    this.#hosts.set(name, host)
    return host
  }

  #open(host: Host, seconds: number): void {
    host.opened++
    host.until = this.clock.monotonic() + seconds
    host.trying = false
  }
}
