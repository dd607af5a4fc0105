import { OAuthError } from '@evergrant/core'
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
  const { address, database } = withoutDatabase(url)
  const client = new Redis(address, {
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
  // Asked for by a command of its own: what the client asks for by itself and is refused, it forgets, and goes on in
  // database 0. Once it was granted, the client asks for it again after every reconnect.
  let selected: Promise<unknown> | undefined
  const select = async (): Promise<void> => {
    if (database === 0) return
    selected ??= client.call('SELECT', String(database))
    try {
      await selected
    } catch (error) {
      selected = undefined
      throw error
    }
  }
  return {
    async send(command, ...args) {
      await select()
      return client.call(command, ...args)
    },
    close: async () => client.disconnect(),
  }
}

/** The number of the database is what stands behind the host (`redis://host:6379/2`). Throws for any other path. */
function withoutDatabase(text: string): { readonly address: string; readonly database: number } {
  const url = URL.parse(text)
  // What is no whole address is for the client to understand.
  if (url === null) return { address: text, database: 0 }
  const [, number] = /^\/?(\d{0,9})$/.exec(url.pathname) ?? []
  if (number === undefined || url.searchParams.has('db')) {
    const message = 'The database in a Redis address is a number behind the host, as in redis://host:6379/2.'
    throw new OAuthError('INVALID_ARGUMENT', message)
  }
  url.pathname = ''
  return { address: url.href, database: Number(number) }
}
