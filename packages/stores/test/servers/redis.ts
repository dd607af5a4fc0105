import { Redis } from 'ioredis'
import { freePort, ServerProgram } from './program.ts'

/** A real Redis server, empty. */
export interface RedisServer {
  readonly port: number
  readonly url: string
  /** A client of the test's own; closed with the server. */
  readonly client: Redis
  stop(): Promise<void>
}

/** `settings` are arguments of redis-server, such as `--appendonly yes`. */
export async function startRedis(...settings: string[]): Promise<RedisServer> {
  const folder = await ServerProgram.folder()
  const port = await freePort()
  const client = new Redis({ host: '127.0.0.1', port, lazyConnect: true, retryStrategy: () => 25 })
  client.on('error', () => undefined)
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder, ...settings]
  const ready = (): Promise<unknown> => client.ping()
  const starting = ServerProgram.start('redis-server', args, folder, { signal: 'SIGTERM', ready })
  const program = await starting.catch((error: unknown) => {
    // It would try to connect for ever, and keep the process alive.
    client.disconnect()
    throw error
  })
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    client,
    async stop() {
      client.disconnect()
      await program.stop()
    },
  }
}
