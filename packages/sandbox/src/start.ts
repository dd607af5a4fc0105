import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSandbox, type Sandbox, type SandboxOptions } from './sandbox.ts'

/** As for `createSandbox`, except that the issuer follows from the port. */
export interface StartOptions extends Omit<SandboxOptions, 'issuer'> {
  /** Absent: the address it listens on. */
  readonly issuer?: string | undefined
  /** Absent or 0: one that is free. */
  readonly port?: number | undefined
}

/** A sandbox that listens. `await using` closes it at the end of the block. */
export interface RunningSandbox extends Sandbox, AsyncDisposable {
  /** The address it listens on, without a trailing slash. The same as the issuer unless one was given. */
  readonly url: string
  /** Cuts all connections and stops listening. */
  close(): Promise<void>
}

/**
 * Starts a sandbox on 127.0.0.1.
 *
 * @example
 * await using sandbox = await startSandbox({ clients: [{ client_id: 'demo', redirect_uris: ['http://127.0.0.1/cb'] }] })
 */
export async function startSandbox({ port = 0, issuer, ...options }: StartOptions = {}): Promise<RunningSandbox> {
  // Longer than clients keep theirs: otherwise they send a request into a connection that is just being closed.
  const server = createServer({ keepAliveTimeout: 75_000 })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const sandbox = createSandbox({ ...options, issuer: issuer ?? url })
  server.on('request', (request, response) => {
    sandbox.handle(request, response).catch(() => response.destroy())
  })
  const close = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return { ...sandbox, url, close, [Symbol.asyncDispose]: close }
}
