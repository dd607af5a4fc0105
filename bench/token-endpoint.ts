import { fork } from 'node:child_process'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'

/** A token endpoint that does nothing but answer, in a process of its own so that only the client's work is measured. */
export interface Endpoint {
  readonly url: string
  close(): void
}

/** Starts the endpoint as a child process. */
export function tokenEndpoint(): Promise<Endpoint> {
  const child = fork(fileURLToPath(import.meta.url), ['serve'], { stdio: 'ignore' })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('message', (port) =>
      resolve({ url: `http://127.0.0.1:${String(port)}/token`, close: () => child.kill('SIGKILL') }),
    )
  })
}

if (process.argv[2] === 'serve') {
  const answer = JSON.stringify({ access_token: 'a'.repeat(800), token_type: 'Bearer', expires_in: 3600 })
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
      response.end(answer)
    })
  })
  // A busy client looks idle to the server; an idle connection must not be closed under it.
  server.keepAliveTimeout = 600_000
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    process.send?.(typeof address === 'object' ? address?.port : undefined)
  })
  process.on('disconnect', () => process.exit())
}
