import { systemClock } from '../clock.ts'
import { OAuthError } from '../errors.ts'
import type { AccessToken } from '../grant/access-token.ts'
import type { Sending, TokenSource } from '../grant/token-source.ts'
import { cannotProve, isBound } from './bound-token.ts'
import type { FetchMiddleware } from './middleware.ts'
import { redirects } from './redirects.ts'
import { isLoopback } from './secure-url.ts'
import { bearer, sendable } from './sendable.ts'

type Tokens = Pick<TokenSource, 'token' | 'sending'> & Partial<Pick<TokenSource, 'id'>>

/**
 * Middleware that adds the access token. On a 401 that says the token is invalid, the request goes once more with a
 * newer token (RFC 6750 §3.1); on a 403 only when the token has ended meanwhile. A token that is bound to a key goes
 * with a proof of it, and is refused with `NOT_SUPPORTED` when the source cannot make one. Without a token nothing is
 * sent: it fails closed. `setToken`: sends the token in another way than `Authorization: Bearer`; then redirects of GET and
 * HEAD are followed here, because `fetch` takes away no other header, and other verbs get the redirect as their answer.
 *
 * A token goes over https, or to a loopback host: plain http to another one is refused with `INSECURE_URL`, before any
 * token is asked for (RFC 6750 §5.3), unless the source's `sending.insecureHosts` names it. A redirect to another origin
 * goes without the token, as the Fetch standard has it, and what that origin answers does not renew it.
 */
export function bearerMiddleware(
  source: Tokens,
  setToken?: (request: Request, token: AccessToken) => Request,
): FetchMiddleware {
  const attached = (request: Request, token: AccessToken): Request =>
    setToken === undefined ? withToken(request, token.access_token) : byHand(setToken, request, token)
  const send: FetchMiddleware = async (request, next) => {
    assertPrivate(request.url, source.sending)
    const token = await source.token({ signal: request.signal })
    if (isBound(token)) {
      if (setToken !== undefined) throw cannotProve('Leave `setToken` away for it.')
      return (await proving(source))(request, next)
    }
    // The body is read once by the network; a copy is kept for the replay.
    const spare = request.body === null ? request : request.clone()
    const response = await next(attached(request, token))
    if (!asksForNewToken(response, request.url, token, source)) return response
    const newer = await newerToken(source, response, token, request.signal)
    return newer === undefined ? response : next(attached(spare, newer))
  }
  return setToken === undefined ? send : (request, next) => redirects(next)(request, (one) => send(one, next))
}

/** `fetch` with the access token attached, and the same rules; a streamed body is never sent twice. */
export function bearerFetch(source: Tokens): typeof fetch {
  const send: typeof fetch = (input, init) => (source.sending?.fetch ?? fetch)(input, init)
  return async (input, init) => {
    const fromRequest = input instanceof Request ? input : undefined
    const signal = init?.signal ?? fromRequest?.signal
    const url = fromRequest?.url ?? String(input)
    assertPrivate(url, source.sending)
    const want = signal == null ? undefined : { signal }
    const token = await (want === undefined ? source.token() : source.token(want))
    if (isBound(token)) return (await proving(source))(new Request(input, init), (request) => send(request))
    const replayable = isReplayable(init?.body, fromRequest)
    const spare = fromRequest?.body != null && replayable ? fromRequest.clone() : input
    const response = await send(input, withHeader(init, fromRequest, token.access_token))
    if (!replayable || !asksForNewToken(response, url, token, source)) return response
    const newer = await newerToken(source, response, token, signal ?? undefined)
    return newer === undefined ? response : send(spare, withHeader(init, fromRequest, newer.access_token))
  }
}

/** The middleware that proves a bound token's key. Throws `NOT_SUPPORTED` when the source cannot make one. */
export async function proving(
  source: Pick<TokenSource, 'token'> & Partial<Pick<TokenSource, 'id' | 'sending'>>,
): Promise<FetchMiddleware> {
  const { id, sending } = source
  const proofs = id === undefined ? undefined : sending?.proofs?.({ id, sending, token: (want) => source.token(want) })
  const prove = await proofs
  if (prove === undefined) throw cannotProve('Give the source’s client `dpop`, or send with dpopFetch(source).')
  return prove
}

/** The token for the replay. A 403 may be about something else: when no newer token can be had, it is the answer. */
async function newerToken(
  source: Tokens,
  response: Response,
  token: AccessToken,
  signal: AbortSignal | undefined,
): Promise<AccessToken | undefined> {
  try {
    const newer = await source.token({ rejected: token.access_token, signal })
    await response.body?.cancel()
    return newer
  } catch (error) {
    if (response.status === 403) return undefined
    await response.body?.cancel()
    throw error
  }
}

/** Checked before: the platform's error for a bad header shows its value. */
function byHand(
  setToken: (request: Request, token: AccessToken) => Request,
  request: Request,
  token: AccessToken,
): Request {
  sendable(token.access_token)
  return setToken(new Request(request), token)
}

function withToken(request: Request, token: string): Request {
  const authorized = new Request(request)
  authorized.headers.set('authorization', bearer(token))
  return authorized
}

function withHeader(init: RequestInit | undefined, request: Request | undefined, token: string): RequestInit {
  const given = init?.headers ?? request?.headers
  const authorization = bearer(token)
  // Most requests bring none, and the platform makes its own of whatever it is given.
  if (given === undefined) return { ...init, headers: { authorization } }
  const headers = new Headers(given)
  headers.set('authorization', authorization)
  return { ...init, headers }
}

function isReplayable(body: BodyInit | null | undefined, request: Request | undefined): boolean {
  // Streams and iterators are used up by the first sending.
  const once =
    typeof body === 'object' && body !== null && (body instanceof ReadableStream || Symbol.asyncIterator in body)
  return !once && (request === undefined || body !== undefined || !request.bodyUsed)
}

/**
 * Throws `INSECURE_URL` for plain http to another machine: everybody on the way could read and use the token. What is no
 * whole address belongs to the page that asks, which a browser judges.
 */
export function assertPrivate(address: string, sending: Sending | undefined): void {
  // The last is what tests and local servers use, and need not be parsed.
  if (!/^http:/i.test(address) || LOCAL.test(address) || !URL.canParse(address)) return
  const { host, hostname, origin } = new URL(address)
  if (isLoopback(hostname) || sending?.insecureHosts?.some((named) => named === host || named === hostname)) return
  const message = `${origin} is plain http, and ${hostname} is not this machine: the access token was not sent. Use https, or name the host in insecureHosts.`
  throw new OAuthError('INSECURE_URL', message, { outcome: 'not_sent' })
}

function asksForNewToken(response: Response, asked: string, token: AccessToken, { sending }: Tokens): boolean {
  if (response.status !== 401 && response.status !== 403) return false
  // Another origin did not get the token, so what it says is not about it.
  if (response.redirected && URL.canParse(asked) && new URL(response.url).origin !== new URL(asked).origin) return false
  const { expires_at } = token
  const ended = expires_at === undefined ? undefined : (sending?.clock ?? systemClock).now() >= expires_at
  return needsNewToken(response.status, response.headers.get('www-authenticate'), ended)
}

/**
 * Whether a newer token can help: a 401 whose challenge says `invalid_token`, or gives no reason at all. Other
 * reasons (`insufficient_scope`, a claims challenge, a DPoP nonce) need something else than a newer token.
 *
 * A 403 says that the token is good and does not suffice (RFC 6750 §3.1), but some APIs answer it for a token that ran
 * out on the way. So it counts like a 401 when the token has ended by our clock; when nobody knows its end, only if the
 * API sent a challenge at all, or each forbidden request would cost a refresh.
 */
export function needsNewToken(status: number, challenge: string | null | undefined, ended?: boolean): boolean {
  if (status === 403 ? !(ended ?? Boolean(challenge)) : status !== 401) return false
  const error = /\berror="?([\w-]+)/i.exec(challenge ?? '')?.[1]
  return error === undefined || error.toLowerCase() === 'invalid_token'
}

/** Addresses that are this machine's for sure; others are parsed. */
const LOCAL = /^http:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?(?:[/?#]|$)/i
