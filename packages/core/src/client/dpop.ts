import type * as oauth from 'oauth4webapi'
import type { TokenSource } from '../grant/token-source.ts'
import { provingMiddleware } from '../http/dpop.ts'
import type { FetchMiddleware } from '../http/middleware.ts'
import { createdKey, type DpopKey, openedKey } from './dpop-key.ts'

/** How a client binds its tokens to keys (RFC 9449). A value, made by {@link dpop}. */
export interface Dpop {
  /** The key of a grant; a new one for a grant that has none. */
  key(stored: JsonWebKey | undefined, registration: oauth.Client): Promise<DpopKey>
  /** Middleware that sends a source's tokens with proofs of their keys. */
  prove(source: Pick<TokenSource, 'token' | 'sending'>, registration: oauth.Client): FetchMiddleware
}

/** How many keys stay open; the one that was not used for longest goes first. */
const OPEN_KEYS = 1000

/**
 * Binds tokens to a key of their grant's own (RFC 9449): who steals a token or a refresh token cannot use it. The key is
 * stored with the grant's tokens, and sealed with them. A provider that does not know DPoP answers with bearer tokens,
 * and they are used as such. Requests to an API must prove the key too: `source.fetch` and `source.authorize` do, and
 * `dpopFetch(source)` for a source of another making.
 *
 * @example
 * ```ts
 * import { defineClient, dpop, type Provider } from '@evergrant/core'
 *
 * const client = (provider: Provider) => defineClient({ provider, client_id: 'my-program', dpop: dpop() })
 * ```
 */
export function dpop(alg: 'ES256' | 'RS256' | 'PS256' = 'ES256'): Dpop {
  const open = new Map<string, Promise<DpopKey>>()
  const value: Dpop = {
    async key(stored, registration) {
      if (stored === undefined) return createdKey(alg, registration)
      const name = `${stored.x ?? stored.n}`
      const known = open.get(name) ?? openedKey(stored, registration)
      open.delete(name)
      open.set(name, known)
      for (const oldest of open.keys()) {
        if (open.size <= OPEN_KEYS) break
        open.delete(oldest)
      }
      known.catch(() => open.delete(name))
      return known
    },
    prove: (source, registration) => provingMiddleware(source, (jwk) => value.key(jwk, registration)),
  }
  return value
}
