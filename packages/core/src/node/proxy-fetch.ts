import type { LookupFunction } from 'node:net'
import { type Clock, systemClock } from '../clock.ts'
import { OAuthError } from '../errors.ts'
import { leavesWithin } from './leaves-within.ts'

/** How requests reach the network. Needs the package `undici`, which is an optional peer. */
export interface ProxyOptions {
  /**
   * The proxy: `http://host:port`, `https://host:port`, or `host:port` for http. Left out, the variables HTTP_PROXY and
   * HTTPS_PROXY decide.
   */
  readonly proxy?: string | undefined
  readonly username?: string | undefined
  /** May hold any character; it is not an address. */
  readonly password?: string | undefined
  /** Hosts that are reached without the proxy, as in NO_PROXY: `localhost, .corp.example, 10.0.0.1:8080, *`. Default: the variable NO_PROXY. */
  readonly noProxy?: string | readonly string[] | undefined
  /** Speak plain http to the proxy even if its address says https. Default false. */
  readonly httpOnly?: boolean | undefined
  /** Open a tunnel (CONNECT) for plain http targets too. Default false: they are forwarded. */
  readonly tunnel?: boolean | undefined
  /** Certificate authorities in PEM that are trusted for the targets instead of the usual ones. */
  readonly ca?: string | readonly string[] | undefined
  /** Resolves the names of targets that are connected to without a proxy. Default: the machine's resolver. */
  readonly lookup?: LookupFunction | undefined
  /** Whether the target's certificate must be valid. Default true. False is for tests: anybody can then read the tokens. */
  readonly verifyTls?: boolean | undefined
  /**
   * Seconds within which a request has to leave, default 10. One that got no connection until then, or whose process was
   * stopped meanwhile, is not sent any more (`outcome: 'not_sent'`): others may have done its work since.
   */
  readonly leaveWithin?: number | undefined
  /** Default: the machine's clock. */
  readonly clock?: Clock | undefined
}

/** A `fetch` that holds connections; close it when it is not needed any more. */
export type ProxyFetch = typeof fetch & AsyncDisposable & { close(): Promise<void> }

/**
 * A `fetch` that goes through a proxy, with authentication if the proxy wants it. Give it as `http.fetch` of
 * {@link defineClient} so that token requests take the same way, and to {@link compose} or {@link httpSession} for an API.
 *
 * Throws `INVALID_ARGUMENT` for a proxy address that is none, and `NOT_SUPPORTED` when `undici` is not installed.
 *
 * @example
 * ```ts
 * import { defineClient, type Provider } from '@evergrant/core'
 * import { proxyFetch } from '@evergrant/core/node'
 *
 * async function behindProxy(provider: Provider) {
 *   const fetch = await proxyFetch({ proxy: 'http://proxy.example:8080', username: 'me', password: 'secret' })
 *   return defineClient({ provider, client_id: 'my-program', http: { fetch } })
 * }
 * ```
 */
export async function proxyFetch(options: ProxyOptions = {}): Promise<ProxyFetch> {
  const undici = await peer()
  const { ca, verifyTls = true, noProxy, lookup, leaveWithin = 10, clock = systemClock } = options
  const uri = proxyAddress(options)
  const requestTls = { ...(ca === undefined ? {} : { ca: [ca].flat() }), rejectUnauthorized: verifyTls }
  const agent = new undici.EnvHttpProxyAgent({
    ...(uri === undefined ? {} : { httpProxy: uri, httpsProxy: uri }),
    ...(noProxy === undefined ? {} : { noProxy: typeof noProxy === 'string' ? noProxy : noProxy.join(',') }),
    ...(options.tunnel === true ? { proxyTunnel: true } : {}),
    requestTls,
    connect: { ...requestTls, ...(lookup === undefined ? {} : { lookup }) },
  })
  const dispatcher = agent.compose(leavesWithin(leaveWithin, clock, undici.errors.ConnectTimeoutError))
  const send = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const { url, ...rest } = parts(input, init)
    // undici's fetch and the global one share their shapes, not their classes.
    const response = await undici.fetch(url, { ...rest, dispatcher } as Parameters<typeof undici.fetch>[1])
    return response as unknown as Response
  }
  const close = (): Promise<void> => agent.close()
  return Object.assign(send, { close, [Symbol.asyncDispose]: close })
}

async function peer(): Promise<typeof import('undici')> {
  try {
    return await import('undici')
  } catch (cause) {
    throw new OAuthError('NOT_SUPPORTED', 'proxyFetch needs the package undici: npm install undici', { cause })
  }
}

function proxyAddress({ proxy, username, password, httpOnly = false }: ProxyOptions): string | undefined {
  if (proxy === undefined || proxy.trim() === '') return undefined
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy.trim()) ? proxy.trim() : `http://${proxy.trim()}`
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || !/^(?:https?|socks5?):$/.test(url.protocol) || url.hostname === '') {
    throw new OAuthError('INVALID_ARGUMENT', 'The proxy address is none: it looks like http://proxy.example:8080.')
  }
  if (httpOnly && url.protocol === 'https:') {
    const port = url.port === '' ? '443' : url.port
    return proxyAddress({
      proxy: `http://${url.username}${url.password && `:${url.password}`}${url.username && '@'}${url.hostname}:${port}`,
      username,
      password,
    })
  }
  if (username !== undefined) url.username = encodeURIComponent(username)
  if (password !== undefined) url.password = encodeURIComponent(password)
  return url.href
}

/** A global Request is foreign to undici; what it consists of is not. */
function parts(input: string | URL | Request, init: RequestInit = {}): RequestInit & { readonly url: string } {
  if (!(input instanceof Request)) return { ...init, url: String(input) }
  const { url, method, headers, body, redirect, signal, credentials, cache, integrity, keepalive } = input
  const { mode, referrerPolicy } = input
  const own = {
    method,
    headers: [...headers],
    redirect,
    signal,
    credentials,
    cache,
    integrity,
    keepalive,
    referrerPolicy,
  }
  const streamed = body === null ? {} : { body, duplex: 'half' as const }
  return { ...own, ...(mode === 'navigate' ? {} : { mode }), ...streamed, ...init, url }
}
