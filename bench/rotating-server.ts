import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * An authorization server that rotates refresh tokens without grace and ends the family when an old one comes again
 * (RFC 9700 §4.14.2), and an API beside it that takes only the newest access token.
 */
export interface RotatingServer {
  readonly issuer: string
  readonly tokenEndpoint: string
  readonly api: string
  readonly refreshToken: string
  /** What happened so far. */
  readonly seen: { tokenRequests: number; refreshes: number; apiCalls: number; mostAtOnce: number; alive: boolean }
  close(): void
}

/** Starts it. A token request takes so many milliseconds, so that careless callers overlap. */
export async function rotatingServer(delay = 20): Promise<RotatingServer> {
  const seen = { tokenRequests: 0, refreshes: 0, apiCalls: 0, mostAtOnce: 0, alive: true }
  let generation = 0
  let newest = ''
  let atOnce = 0
  const answer = (form: URLSearchParams): [number, object] => {
    if (form.get('grant_type') === 'refresh_token') {
      seen.refreshes++
      if (form.get('refresh_token') !== `refresh-${generation}`) seen.alive = false
      if (!seen.alive) return [400, { error: 'invalid_grant' }]
      generation++
    }
    newest = `access-${seen.tokenRequests}-${form.get('resource') ?? ''}`
    const rotated = form.get('grant_type') === 'refresh_token' ? { refresh_token: `refresh-${generation}` } : {}
    return [200, { access_token: newest, token_type: 'Bearer', expires_in: 3600, ...rotated }]
  }
  const server = createServer(async (request, response) => {
    if (request.url !== '/token') {
      seen.apiCalls++
      if (request.headers.authorization === `Bearer ${newest}`) response.end('{}')
      else response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end()
      return
    }
    seen.tokenRequests++
    seen.mostAtOnce = Math.max(seen.mostAtOnce, ++atOnce)
    const [status, body] = answer(new URLSearchParams(await text(request)))
    await new Promise((resolve) => setTimeout(resolve, delay))
    atOnce--
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4096, resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    issuer,
    tokenEndpoint: `${issuer}/token`,
    api: `${issuer}/api`,
    refreshToken: 'refresh-0',
    seen,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function text(request: IncomingMessage): Promise<string> {
  let whole = ''
  for await (const part of request) whole += part
  return whole
}
