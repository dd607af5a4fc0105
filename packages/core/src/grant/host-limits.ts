import { isOAuthError } from '../errors.ts'
import { type CircuitBreakerOptions, HostBreaker } from '../http/host-breaker.ts'
import { HostPlaces } from '../http/host-places.ts'
import type { Provider } from '../provider/resolve.ts'
import type { HostTurns, Turn } from './host-turns.ts'

/** How many grants may trouble one provider, and when it is left alone. */
export interface HostLimitsOptions extends CircuitBreakerOptions {
  /** Token requests to one host at a time. Default 16. */
  readonly concurrency?: number | undefined
}

/**
 * Limits for token requests, by the provider's host: so many at a time, the others wait their turn; and a host in
 * trouble is left alone (five failures in a row, or as long as its `Retry-After` asks), then one request tries. Whoever
 * waits holds no mark and no deadline runs; whoever is turned away has spent nothing and gets its valid token, or
 * `PROVIDER_UNAVAILABLE` with `retryAfter`.
 *
 * {@link tokenSources} has these of itself. Give the same value to several engines that share a host, or to a single
 * {@link tokenSource}.
 *
 * @example
 * ```ts
 * import { type Client, type GrantStore, hostLimits, tokenSources } from '@evergrant/core'
 *
 * const gently = (client: Client, store: GrantStore) =>
 *   tokenSources({ client, store, hosts: hostLimits({ concurrency: 4, clock: client.http.clock }) })
 * ```
 */
export function hostLimits(options: HostLimitsOptions = {}): HostTurns {
  const { concurrency = 16, ...rest } = options
  const places = new HostPlaces(concurrency)
  const breaker = new HostBreaker(rest)
  const names = new WeakMap<Provider, string>()
  return {
    async turn({ provider }) {
      const name = names.get(provider) ?? hostOf(provider)
      names.set(provider, name)
      await places.take(name)
      try {
        breaker.enter(name)
      } catch (error) {
        places.give(name)
        throw error
      }
      return new TakenTurn(name, places, breaker)
    },
  }
}

class TakenTurn implements Turn {
  readonly #name: string
  readonly #places: HostPlaces
  readonly #breaker: HostBreaker
  #left = false

  constructor(name: string, places: HostPlaces, breaker: HostBreaker) {
    this.#name = name
    this.#places = places
    this.#breaker = breaker
  }

  answered(): void {
    if (!this.#left) this.#breaker.answered(this.#name)
    this.leave()
  }

  failed(error: unknown): void {
    if (!this.#left && isOAuthError(error)) {
      const { code, status, retryAfter } = error
      const mute = code === 'PROVIDER_UNREACHABLE' || code === 'PROVIDER_TIMEOUT'
      if ((status === 429 || status === 503) && retryAfter !== undefined) this.#breaker.asked(this.#name, retryAfter)
      else if (mute || (status ?? 0) >= 500) this.#breaker.failed(this.#name)
      // A refusal is an answer: the host is well. What was no request says nothing.
      else if (status !== undefined) this.#breaker.answered(this.#name)
    }
    this.leave()
  }

  leave(): void {
    if (this.#left) return
    this.#left = true
    this.#breaker.leave(this.#name)
    this.#places.give(this.#name)
  }
}

function hostOf(provider: Provider): string {
  const address = provider.token_endpoint ?? provider.issuer
  return address !== undefined && URL.canParse(address) ? new URL(address).host : provider.id
}
