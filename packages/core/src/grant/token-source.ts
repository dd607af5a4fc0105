import type { Clock } from '../clock.ts'
import type { FetchMiddleware } from '../http/middleware.ts'
import type { AccessToken } from './access-token.ts'
import type { Want } from './want.ts'

/**
 * Yields a valid access token for one grant: what every layer above depends on.
 *
 * Concurrent callers share one request; several processes on one store share one request too. A token that is
 * still valid is served while a newer one is fetched, and during outages.
 */
export interface TokenSource {
  /** Id of the grant. */
  readonly id: string
  /**
   * A valid access token. From memory when one is held; otherwise the store is read, and the provider is asked
   * when the store has none either.
   *
   * Fails with `CONSENT_REQUIRED` (a person has to consent again), `GRANT_NOT_FOUND`, a transient error
   * (`PROVIDER_UNAVAILABLE`, `PROVIDER_TIMEOUT`, `PROVIDER_UNREACHABLE`, `RATE_LIMITED`, `INVALID_ANSWER`), a
   * configuration error (`INVALID_CLIENT`, `TOKEN_REQUEST_REFUSED`), a store error, or `ABORTED` for this caller only.
   * What a function of the program's own throws on the way (a step around `fetch`, a key source) is thrown on as it is;
   * while the grant then waits for the next attempt, it fails with `PROGRAM_ERROR`.
   */
  token(want?: Want): Promise<AccessToken>
  /** The token in memory, if it is valid now; never waits, never asks anybody. */
  peek(): AccessToken | undefined
  /** Forgets what is in memory: the next call reads the store. For news from another process. */
  forget(): void
  /**
   * Adds the token to a request; on a 401 that says the token is invalid, once more with a newer one. A token that is
   * bound to a key goes with a proof (RFC 9449), if the client was given `dpop`.
   */
  readonly authorize: FetchMiddleware
  /** `fetch` with the token attached, by the same rules. Requests go the way of {@link Sending.fetch}. */
  readonly fetch: typeof fetch
  /** How requests with its tokens are sent. */
  readonly sending?: Sending | undefined
}

/** How requests with a source's tokens are sent. */
export interface Sending {
  /** Makes the requests; the global `fetch` when absent. */
  readonly fetch?: typeof fetch | undefined
  /**
   * Hosts, with their port if it is not 80, that get tokens over plain http although they are not this machine. Anybody on
   * the way there can read and use the tokens: only for networks that nobody else is on. Default: none.
   */
  readonly insecureHosts?: readonly string[] | undefined
  /** Tells whether a token has ended when an API refuses it. Default: the machine's. */
  readonly clock?: Clock | undefined
  /** The middleware that proves possession of a bound token's key; undefined when it cannot be made. */
  proofs?(source: Pick<TokenSource, 'id' | 'token' | 'sending'>): Promise<FetchMiddleware | undefined>
}
