import type { Client } from '../client/client.ts'
import { isOAuthError, OAuthError } from '../errors.ts'
import { type CircuitBreakerOptions, HostBreaker } from '../http/host-breaker.ts'
import { HostPlaces } from '../http/host-places.ts'
import type { HostTurns, Turn } from './host-turns.ts'

/** How many grants may trouble one provider, and when it is left alone. */
export interface HostLimitsOptions extends CircuitBreakerOptions {
  /** Token requests to one host at a time. Default 16. */
  readonly concurrency?: number | undefined
}

/**
 * Limits for token requests, by the provider's host: so many at a time, the others wait their turn; and a host in
 * trouble is left alone (five failures in a row, or as long as a 503 asks with its `Retry-After`), then one request
 * tries. A 429 with `Retry-After` is about whoever asks too much (RFC 6585 §4): it holds back the client that got it, and
 * no other client of the host. Whoever waits holds no mark and no deadline runs; whoever is turned away has spent nothing
 * and gets its valid token, or `PROVIDER_UNAVAILABLE` or `RATE_LIMITED` with `retryAfter`.
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
  const clients = new HostBreaker(rest)
  const known = new WeakMap<Client, Names>()
  return {
    async turn(client) {
      let names = known.get(client)
      if (names === undefined) {
        names = namesOf(client)
        known.set(client, names)
      }
      const { host } = names
      const wait = places.take(host)
      if (wait !== undefined) await wait
      try {
        breaker.enter(host)
        try {
          clients.enter(names.client)
        } catch (error) {
          breaker.leave(host)
          throw isOAuthError(error) ? heldBack(names.client, error) : error
        }
      } catch (error) {
        places.give(host)
        throw error
      }
      return new TakenTurn(names, places, breaker, clients)
    },
  }
}

/** Whose failures are counted: those of a host, and those of a client there. */
interface Names {
  readonly host: string
  readonly client: string
}

function heldBack(name: string, { retryAfter, outcome }: OAuthError): OAuthError {
  const message = `Client ${name} was asked for fewer requests and waits for ${retryAfter} s.`
  return new OAuthError('RATE_LIMITED', message, { retryAfter, outcome })
}

class TakenTurn implements Turn {
  readonly #names: Names
  readonly #places: HostPlaces
  readonly #hosts: HostBreaker
  readonly #clients: HostBreaker
  #left = false

  constructor(names: Names, places: HostPlaces, hosts: HostBreaker, clients: HostBreaker) {
    this.#names = names
    this.#places = places
    this.#hosts = hosts
    this.#clients = clients
  }

  answered(): void {
    if (!this.#left) this.#well()
    this.leave()
  }

  failed(error: unknown): void {
    if (!this.#left && isOAuthError(error)) {
      const { host, client } = this.#names
      const { code, status, retryAfter } = error
      const mute = code === 'PROVIDER_UNREACHABLE' || code === 'PROVIDER_TIMEOUT'
      if (status === 429 && retryAfter !== undefined) {
        this.#hosts.answered(host)
        this.#clients.asked(client, retryAfter)
      } else if (status === 503 && retryAfter !== undefined) this.#hosts.asked(host, retryAfter)
      else if (mute || (status ?? 0) >= 500) this.#hosts.failed(host)
      // A refusal is an answer: the host is well. What was no request says nothing.
      else if (status !== undefined) this.#well()
    }
    this.leave()
  }

  leave(): void {
    if (this.#left) return
    this.#left = true
    this.#hosts.leave(this.#names.host)
    this.#clients.leave(this.#names.client)
    this.#places.give(this.#names.host)
  }

  #well(): void {
    this.#hosts.answered(this.#names.host)
    this.#clients.answered(this.#names.client)
  }
}

function namesOf({ provider, client_id }: Client): Names {
  const address = provider.token_endpoint ?? provider.issuer
  const host = address !== undefined && URL.canParse(address) ? new URL(address).host : provider.id
  return { host, client: `${client_id} at ${host}` }
}
