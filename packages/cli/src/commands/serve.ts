import { once } from 'node:events'
import { Command, Option } from 'commander'
import type { Invocation } from '../invocation.ts'
import { present } from '../option-values.ts'
import type { Action } from '../program.ts'

interface ServeOptions {
  readonly port?: string
  readonly publicUrl?: string
  readonly dataDir?: string
  readonly sandbox?: boolean
  readonly quiet?: boolean
}

export function serveCommand(action: Action): Command {
  return new Command('serve')
    .summary('run the connection server')
    .description('Runs the connection server: its page for people, and its API for programs. Ctrl-C ends it.')
    .addOption(new Option('--port <number>', 'default: EVERGRANT_PORT').argParser(present))
    .addOption(
      new Option('--public-url <url>', 'how browsers reach it (default: EVERGRANT_PUBLIC_URL)').argParser(present),
    )
    .addOption(
      new Option('--data-dir <path>', 'where SQLite and the key live (default: EVERGRANT_DATA_DIR)').argParser(present),
    )
    .option('--sandbox', 'with providers to try things out (EVERGRANT_SANDBOX=on)')
    .option('--verbose', 'more detail on stderr')
    .addOption(new Option('--quiet', 'on stderr only errors (EVERGRANT_LOG_LEVEL=error)').conflicts('verbose'))
    .action((options: ServeOptions) => action(serve, options))
}

/** What is typed wins over the environment; everything else is the server's own. Runs until it is told to stop. */
async function serve(options: ServeOptions, { env, terminal, clock, signal }: Invocation): Promise<void> {
  const { main } = await import('@evergrant/server/main')
  const settings = {
    ...env,
    ...(options.port === undefined ? {} : { EVERGRANT_PORT: options.port }),
    ...(options.publicUrl === undefined ? {} : { EVERGRANT_PUBLIC_URL: options.publicUrl }),
    ...(options.dataDir === undefined ? {} : { EVERGRANT_DATA_DIR: options.dataDir }),
    ...(options.quiet === true ? { EVERGRANT_LOG_LEVEL: 'error' } : {}),
    ...(options.sandbox === true ? { EVERGRANT_SANDBOX: 'on' } : {}),
  }
  // Where it runs, and the first-run link, are what this command gives: they go to stdout as they are.
  const say = (line: string): void => terminal.result(line)
  await using server = await main(settings, { clock, say, signals: false })
  terminal.detail(`serving ${server.url}`)
  if (!signal.aborted) await once(signal, 'abort')
}
