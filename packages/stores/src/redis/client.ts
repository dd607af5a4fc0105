import { optionalPackage } from '../optional-package.ts'

/** What of a Redis client is used: `call` as in ioredis, or `sendCommand` as in the package `redis`. */
export type RedisClient =
  | { call(command: string, ...args: string[]): Promise<unknown> }
  | { sendCommand(args: string[]): Promise<unknown> }

/** Sends one command and resolves with its reply. */
export type Send = (command: string, ...args: string[]) => Promise<unknown>

/** A connection of the store's own, that has to be closed. */
export interface OwnConnection {
  readonly send: Send
  close(): Promise<void>
}

/** The commands of a client that was handed in. */
export function commandsOf(client: RedisClient): Send {
  // ioredis has a sendCommand too, which takes something else.
  if ('call' in client) return (command, ...args) => client.call(command, ...args)
  return (command, ...args) => client.sendCommand([command, ...args])
}

/** Opens a connection on `ioredis`. A command without an answer fails after `deadline` seconds. */
export async function openConnection(url: string, deadline: number): Promise<OwnConnection> {
  const { Redis } = await optionalPackage('ioredis', 'A Redis store', () => import('ioredis'))
  const milliseconds = Math.ceil(deadline * 1000)
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: milliseconds,
    commandTimeout: milliseconds,
    // What was on its way when a connection broke fails at once and is not sent again behind the caller's back: it may
    // have been written.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 2000),
  })
  // Every command tells its own caller; without a listener the same error would also be printed.
  client.on('error', () => undefined)
  return {
    send: (command, ...args) => client.call(command, ...args),
    close: async () => client.disconnect(),
  }
}
