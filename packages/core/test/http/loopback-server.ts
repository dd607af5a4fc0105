import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a request looked like when it arrived. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A real HTTP server on a free loopback port, which remembers what came. */
export interface LoopbackServer extends AsyncDisposable {
  readonly url: string
  readonly seen: Seen[]
}

export async function loopbackServer(
  answer: (seen: Seen, response: ServerResponse) => void | Promise<void>,
): Promise<LoopbackServer> {
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const one = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    }
    seen.push(one)
    await answer(one, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** Answers with each of the given statuses in turn, and 200 from then on. */
export function turns(
  ...answers: readonly { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }[]
): (seen: Seen, response: ServerResponse) => void {
  const left = [...answers]
  return (_, response) => {
    const { status, headers = {}, body = '' } = left.shift() ?? { status: 200, body: 'ok' }
    response.writeHead(status, headers).end(body)
  }
}
