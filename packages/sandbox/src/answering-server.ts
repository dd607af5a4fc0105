import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as it arrived. */
export interface Seen {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** What a server answers; no body: an empty one. */
export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** An HTTP server on a free loopback port that remembers what came. */
export interface AnsweringServer extends AsyncDisposable {
  readonly url: string
  readonly seen: Seen[]
}

/**
 * Starts an API that answers as a test says. For APIs that are not authorization servers; `startSandbox` is for those.
 *
 * @example
 * ```ts
 * import { startAnsweringServer } from '@evergrant/sandbox'
 *
 * await using api = await startAnsweringServer(({ url }) => ({ body: { asked: url.pathname } }))
 * console.log(await (await fetch(`${api.url}/me`)).json(), api.seen.length)
 * ```
 */
export async function startAnsweringServer(answer: (seen: Seen) => Reply | Promise<Reply>): Promise<AnsweringServer> {
  const seen: Seen[] = []
  const listener = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const url = new URL(request.url ?? '', `http://${request.headers.host}`)
    const one = { method: request.method ?? '', url, headers: request.headers, body: Buffer.concat(chunks) }
    seen.push(one)
    const { status = 200, headers = {}, body } = await answer(one)
    const raw = body === undefined || typeof body === 'string' || body instanceof Uint8Array
    const type = raw ? {} : { 'content-type': 'application/json' }
    response.writeHead(status, { ...type, ...headers }).end(raw ? body : JSON.stringify(body))
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      listener.close()
      listener.closeAllConnections()
      await once(listener, 'close')
    },
  }
}
