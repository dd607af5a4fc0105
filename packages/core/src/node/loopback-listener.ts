import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { finished } from 'node:stream/promises'
import { OAuthError } from '../errors.ts'
import { DEFAULT_REDIRECT, DEFAULT_REDIRECT_6, type LoopbackAddress, loopbackAddress } from './loopback-address.ts'
import { type LoopbackPage, PAGE_HEADERS, pageHtml } from './loopback-page.ts'

/** The callback that belongs to the authorization. The browser waits until it is answered. */
export interface Arrival {
  /** The whole callback URL. */
  readonly url: string
  /** Shows the page and resolves when the browser has it. */
  answer(page: LoopbackPage): Promise<void>
}

/** Listens on this machine alone for one callback (RFC 8252 §7.3), and for nothing longer than that. */
export interface LoopbackListener extends AsyncDisposable {
  /** What to send as `redirect_uri`. */
  readonly redirectUri: string
  /**
   * The first request whose `state` is this one. Everything else that comes (favicons, scanners, other paths, wrong
   * states) gets a static error page and changes nothing. Rejects with the signal's reason.
   */
  arrival(state: string, signal: AbortSignal): Promise<Arrival>
  close(): Promise<void>
}

/**
 * Starts listening. `redirectUri` decides host, port and path; without it 127.0.0.1 (else [::1]) and any free port are
 * taken. Throws `INVALID_ARGUMENT` for an address that is not this machine's, and for a port that is in use.
 */
export async function loopbackListener(redirectUri?: string): Promise<LoopbackListener> {
  if (redirectUri !== undefined) return listening(loopbackAddress(redirectUri))
  try {
    return await listening(loopbackAddress(DEFAULT_REDIRECT))
  } catch (error) {
    if (!hasNoSuchAddress(error)) throw error
    return listening(loopbackAddress(DEFAULT_REDIRECT_6))
  }
}

async function listening(address: LoopbackAddress): Promise<LoopbackListener> {
  let waiting: { readonly state: string; readonly arrived: (arrival: Arrival) => void } | undefined
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const uri = address.uri(request.socket.localPort ?? 0)
    const stray = strayPage(request, address.path, new URL(uri).host)
    const url = new URL(stray === undefined ? (request.url ?? '/') : '/', uri)
    const states = url.searchParams.getAll('state')
    if (stray !== undefined || waiting === undefined || states.length !== 1 || states[0] !== waiting.state) {
      send(response, stray ?? 'unrelated')
      return
    }
    const { arrived } = waiting
    // One callback is one answer: a reload of the page finds nobody waiting.
    waiting = undefined
    arrived({ url: url.href, answer: (page) => delivered(response, page) })
  }

  const { servers, port } = await bind(address, handle)
  const close = async (): Promise<void> => {
    await Promise.all(servers.splice(0).map(closed))
  }
  return {
    redirectUri: address.uri(port),
    arrival: (state, signal) =>
      new Promise((resolve, reject) => {
        const abort = (): void => {
          waiting = undefined
          reject(signal.reason)
        }
        const arrived = (arrival: Arrival): void => {
          signal.removeEventListener('abort', abort)
          resolve(arrival)
        }
        if (signal.aborted) abort()
        else {
          signal.addEventListener('abort', abort, { once: true })
          waiting = { state, arrived }
        }
      }),
    close,
    [Symbol.asyncDispose]: close,
  }
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void

/** Listens on every host of the address, all on one port. Hosts after the first are taken when they can be had. */
async function bind(address: LoopbackAddress, handle: Handle): Promise<{ servers: Server[]; port: number }> {
  const servers: Server[] = []
  let { port } = address
  for (const host of address.hosts) {
    const server = createServer({ requestTimeout: 10_000, maxHeaderSize: 65_536 }, handle)
    try {
      server.listen({ port, host, exclusive: true })
      await once(server, 'listening')
    } catch (error) {
      if (servers.length > 0) continue
      throw inUse(error) ? portTaken(host, port, error) : error
    }
    servers.push(server)
    port = (server.address() as AddressInfo).port
  }
  return { servers, port }
}

function inUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES')
}

async function closed(server: Server): Promise<void> {
  const end = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await end
}

/** Why a request cannot be the callback, before its state is looked at. */
function strayPage(request: IncomingMessage, path: string, host: string): LoopbackPage | undefined {
  if ((request.url ?? '/').replace(/[?#].*$/s, '') !== path) return 'not-found'
  // Another Host means that a foreign name was made to resolve to this machine.
  if (request.headers.host !== host) return 'unrelated'
  return request.method === 'GET' ? undefined : 'not-allowed'
}

/** Resolves when the browser has the page, or has gone. */
async function delivered(response: ServerResponse, page: LoopbackPage): Promise<void> {
  send(response, page)
  await finished(response).catch(() => undefined)
}

function send(response: ServerResponse, page: LoopbackPage): void {
  const { status, html } = pageHtml(page)
  response.writeHead(status, { ...PAGE_HEADERS, 'content-length': Buffer.byteLength(html), connection: 'close' })
  response.end(response.req.method === 'HEAD' ? undefined : html)
}

function hasNoSuchAddress(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT')
}

function portTaken(host: string, port: number, cause: unknown): OAuthError {
  const message = `Port ${port} on ${host} is in use by another program; end that, or leave the port out of the redirect URI.`
  return new OAuthError('INVALID_ARGUMENT', message, { cause })
}
