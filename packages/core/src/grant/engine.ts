import type { Client } from '../client/client.ts'
import { type Clock, systemClock } from '../clock.ts'
import { OAuthError } from '../errors.ts'
import type { GrantEvent, GrantListener } from '../events.ts'
import { expected } from '../expected.ts'
import type { Flow } from '../protocol/flow.ts'
import { refreshFlow } from '../protocol/refresh.ts'
import { abilities } from '../provider/abilities.ts'
import type { GrantStore } from '../store/store.ts'
import type { HostTurns } from './host-turns.ts'
import type { TestPoints } from './test-points.ts'
import type { Sending } from './token-source.ts'

/** What token sources work with. */
export interface EngineOptions {
  readonly store: GrantStore
  /** The registration that a grant belongs to; a function when one engine serves several. */
  readonly client: Client | ((grantId: string) => Client | Promise<Client>)
  /** How tokens are obtained without a person. Default: {@link refreshFlow}. */
  readonly flow?: Flow | undefined
  /** Default: the client's, so that both agree; the machine's when `client` is a function. */
  readonly clock?: Clock | undefined
  /**
   * Makes the requests of a token source's own `fetch` to APIs. Default: that of the grant's client, so that a proxy
   * serves both.
   */
  readonly fetch?: typeof fetch | undefined
  /** Hosts that get tokens over plain http; see {@link Sending.insecureHosts}. Default: none but loopback. */
  readonly insecureHosts?: readonly string[] | undefined
  /** Limits for token requests by host: the value of `hostLimits()`. Default: those of its kind for `tokenSources`. */
  readonly hosts?: HostTurns | undefined
  /** Hears what happens to grants, after it was recorded and returned. */
  readonly onEvent?: GrantListener | undefined
  /** Seconds before its end from which a token is not handed out any more. Default 10. */
  readonly clockSkew?: number | undefined
  /**
   * Seconds for which a mark of another process is respected while the record does not change. Must be longer than
   * every process's request deadline, else `INVALID_ARGUMENT`. Default: the client's deadline plus 10.
   */
  readonly lease?: number | undefined
  /** In [0, 1); spreads refreshes and waits. Default `Math.random`. */
  readonly random?: (() => number) | undefined
  /** Named points that a test may stop at. */
  readonly testPoints?: TestPoints | undefined
}

/** The options with their defaults, shared by all token sources of one engine. */
export interface Engine {
  readonly store: GrantStore
  readonly client: (grantId: string) => Client | Promise<Client>
  readonly flow: Flow
  readonly clock: Clock
  /** The event is made only for a listener. */
  readonly emit: (event: () => GrantEvent) => void
  readonly clockSkew: number
  readonly lease: number | undefined
  readonly random: () => number
  readonly sending: (grantId: string) => Sending
  readonly hosts: HostTurns | undefined
  readonly reach: (point: keyof TestPoints) => Promise<void> | undefined
}

/** Fills the defaults in. */
export function engine(options: EngineOptions): Engine {
  const {
    store,
    client,
    flow = refreshFlow,
    clock = (typeof client === 'function' ? undefined : client?.http.clock) ?? systemClock,
    onEvent,
    clockSkew = 10,
    lease,
    random = Math.random,
  } = options
  // Without types either may be missing, and would be told as trouble of the store much later.
  if (!client || !store?.get) throw expected(client ? 'store' : 'client')
  const clientOf = typeof client === 'function' ? client : () => client
  if (typeof client !== 'function') assertLease(lease, client)
  return {
    store,
    client: clientOf,
    flow,
    clock,
    emit(event) {
      // Record, then return, then notify: the callers' promises settle first, and no listener can fail them.
      if (onEvent === undefined) return
      const made = event()
      setTimeout(() => onEvent(made), 0)
    },
    clockSkew,
    lease,
    random,
    hosts: options.hosts,
    sending: sendingWith(options, client, clock),
    reach: (point) => options.testPoints?.[point]?.(),
  }
}

/** How requests are sent: one value for all grants of one client, one by grant when each has its own. */
function sendingWith(
  { fetch, insecureHosts }: EngineOptions,
  client: EngineOptions['client'],
  clock: Clock,
): (grantId: string) => Sending {
  const of = (clientOf: () => Client | Promise<Client>, send: Sending['fetch']): Sending => ({
    fetch: fetch ?? send,
    clock,
    insecureHosts,
    async proofs(source) {
      const { dpop, registration } = await clientOf()
      return dpop?.prove(source, registration)
    },
  })
  if (typeof client !== 'function') {
    const shared = of(() => client, apiFetch(client))
    return () => shared
  }
  return (id) =>
    of(
      () => client(id),
      async (input, init) => apiFetch(await client(id))(input, init),
    )
}

/** How a client's requests to APIs go. */
function apiFetch(client: Client): typeof fetch {
  return client.provider[abilities]?.apiFetch(client) ?? client.http.fetch
}

/** A mark that others pass over while its request may still be answered protects nothing. Throws `INVALID_ARGUMENT`. */
export function assertLease(lease: number | undefined, { http, provider }: Client): void {
  if (lease === undefined || lease > http.deadline) return
  const message = `A lease of ${lease} s must be longer than the request deadline of ${http.deadline} s.`
  throw new OAuthError('INVALID_ARGUMENT', message, { provider: provider.id, outcome: 'not_sent' })
}
