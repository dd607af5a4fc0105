import * as oauth from 'oauth4webapi'
import { type DpopKey, openedKey } from '../client/dpop-key.ts'
import { type Clock, systemClock } from '../clock.ts'
import type { AccessToken } from '../grant/access-token.ts'
import type { TokenSource } from '../grant/token-source.ts'
import { assertPrivate } from './bearer.ts'
import { cannotProve, isBound } from './bound-token.ts'
import type { FetchMiddleware } from './middleware.ts'
import { sendable } from './sendable.ts'

/**
 * Middleware that proves possession of the token's key with every request (RFC 9449 §7): method, address and token are
 * signed. A server that asks for a nonce gets the same request once more with it, and a token that it calls invalid is
 * replaced once. A token that is not bound to a key goes as a bearer token.
 */
export function dpopMiddleware(
  source: Pick<TokenSource, 'token' | 'sending'>,
  clock: Clock = systemClock,
): FetchMiddleware {
  let opened: { readonly x: string | undefined; readonly key: Promise<DpopKey> } | undefined
  const keyOf = (jwk: JsonWebKey): Promise<DpopKey> => {
    const x = jwk.x ?? jwk.n
    if (opened?.x !== x || opened === undefined) {
      const skew = { [oauth.clockSkew]: Math.round(clock.now() - Date.now() / 1000) }
      opened = { x, key: openedKey(jwk, skew) }
    }
    return opened.key
  }
  return provingMiddleware(source, keyOf)
}

/** The same, with keys that are opened elsewhere. */
export function provingMiddleware(
  source: Pick<TokenSource, 'token' | 'sending'>,
  keyOf: (jwk: JsonWebKey) => Promise<DpopKey>,
): FetchMiddleware {
  return async (request, next) => {
    assertPrivate(request.url, source.sending)
    const want = { signal: request.signal }
    let token = await source.token(want)
    for (let nonces = 0, tokens = 0; ; ) {
      if (token.dpop_key === undefined && isBound(token)) throw cannotProve('Its key is not known here.')
      const key = token.dpop_key === undefined ? undefined : await keyOf(token.dpop_key)
      const again = request.body === null ? request : request.clone()
      const response = await proven(request, token, key, next)
      const challenge = response.status === 401 ? (response.headers.get('www-authenticate') ?? '') : 'none'
      const error = /\berror="?([\w-]+)/i.exec(challenge)?.[1]?.toLowerCase()
      const wantsNonce = error === 'use_dpop_nonce' && nonces++ === 0
      const wantsToken = (error === 'invalid_token' || (challenge !== 'none' && error === undefined)) && tokens++ === 0
      if (!wantsNonce && !wantsToken) return response
      await response.body?.cancel()
      if (wantsToken) token = await source.token({ ...want, rejected: token.access_token })
      request = again
    }
  }
}

/** `fetch` that proves possession of the token's key; see {@link dpopMiddleware}. */
export function dpopFetch(source: Pick<TokenSource, 'token' | 'sending'>, clock?: Clock): typeof fetch {
  const middleware = dpopMiddleware(source, clock)
  return (input, init) => middleware(new Request(input, init), (request) => (source.sending?.fetch ?? fetch)(request))
}

async function proven(
  request: Request,
  token: AccessToken,
  key: DpopKey | undefined,
  next: (request: Request) => Promise<Response>,
): Promise<Response> {
  let response: Response | undefined
  try {
    // The protocol layer makes the proof and keeps the nonce; the request itself goes its own way.
    return await oauth.protectedResourceRequest(
      sendable(token.access_token),
      request.method,
      new URL(request.url),
      request.headers,
      undefined,
      {
        ...(key === undefined ? {} : { DPoP: key.proofs }),
        [oauth.allowInsecureRequests]: true,
        [oauth.customFetch]: async (_url, { headers }) => {
          response = await next(new Request(request, { headers }))
          return response
        },
      },
    )
  } catch (error) {
    if (response !== undefined && error instanceof oauth.WWWAuthenticateChallengeError) return response
    throw error
  }
}
