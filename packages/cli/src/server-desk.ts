import { sealed } from '@evergrant/core'
import type { Desk } from '@evergrant/server'
import { type Command, Option } from 'commander'
import type { Invocation } from './invocation.ts'
import { type KeyOptions, namedKeyring } from './keys.ts'
import { present } from './option-values.ts'
import { openServer, type ServerOptions, serverFolder, serverPlace } from './server-place.ts'

/** Which server, with its sealing key, and how browsers reach it. */
export interface DeskOptions extends ServerOptions, KeyOptions {
  readonly publicUrl?: string
}

/** The option that says where links and redirect URIs lead. */
export function withPublicUrl(command: Command): Command {
  return command.addOption(
    new Option(
      '--public-url <url>',
      'how browsers reach the server, as `serve` has it (default: EVERGRANT_PUBLIC_URL)',
    ).argParser(present),
  )
}

/** Opens a server's data as whoever runs the server may: it is closed at the end, and servers that run are told. */
export async function openedDesk(options: DeskOptions, invocation: Invocation): Promise<Desk> {
  const { terminal, clock } = invocation
  const { openDesk } = await import('@evergrant/server')
  const server = await openServer(serverPlace(options, invocation), (words) => terminal.say(words))
  try {
    const cipher = await namedKeyring({ ...options, dataDir: serverFolder(options, invocation) }, invocation)
    const store = sealed(server.store, cipher, { requireSealed: true })
    const env = deskEnvironment(options, invocation)
    const wire = await server.wire(clock)
    const desk = await openDesk({ db: server.db, store, cipher, clock, env, wire })
    return {
      ...desk,
      [Symbol.asyncDispose]: async () => {
        await using _ = server
        await desk[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await server[Symbol.asyncDispose]()
    throw error
  }
}

/** Tells where a link leads when nothing said so: most servers are elsewhere. */
export function noteAddress(options: DeskOptions, { publicUrl }: Desk, invocation: Invocation): void {
  if (deskEnvironment(options, invocation)['EVERGRANT_PUBLIC_URL']) return
  invocation.terminal.say(
    `Nothing says how browsers reach the server, so ${publicUrl} was taken. If it is elsewhere, put its own address in that place, and give --public-url or EVERGRANT_PUBLIC_URL the next time.`,
  )
}

function deskEnvironment({ publicUrl }: DeskOptions, { env }: Invocation): Invocation['env'] {
  return publicUrl === undefined ? env : { ...env, EVERGRANT_PUBLIC_URL: publicUrl }
}
