import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { auditCommand } from './commands/audit.ts'
import { backupCommand, restoreCommand } from './commands/backup.ts'
import { completionCommand } from './commands/completion.ts'
import { connectionsCommand } from './commands/connections.ts'
import { doctorCommand } from './commands/doctor.ts'
import { generateCommand } from './commands/generate.ts'
import { grantsCommand } from './commands/grants.ts'
import { importCommand } from './commands/import.ts'
import { keysCommand } from './commands/keys.ts'
import { loginCommand } from './commands/login.ts'
import { mailCommand } from './commands/mail.ts'
import { peopleCommand } from './commands/people.ts'
import { providersCommand } from './commands/providers.ts'
import { serveCommand } from './commands/serve.ts'
import { tokenCommand } from './commands/token.ts'
import { exitCode } from './exit-code.ts'
import type { Invocation } from './invocation.ts'
import { UsageError } from './usage-error.ts'

/** What a command does. It may resolve with an exit code; otherwise all is well. It throws what went wrong. */
export type Work<O> = (options: O, invocation: Invocation) => Promise<unknown>

/** Hands a command's work to the program, which runs it after the command line was read. */
export type Action = <O>(work: Work<O>, options: O) => Promise<void>

/** Reads the command line, does what it says, and resolves with the exit code. */
export async function run(argv: readonly string[], invocation: Invocation): Promise<number> {
  const { terminal } = invocation
  // Known before the rest is read, because reading it may fail. What follows `--` is no option.
  const end = argv.indexOf('--')
  const flags = new Set(end < 0 ? argv : argv.slice(0, end))
  terminal.speak({ json: flags.has('--json'), verbose: flags.has('--verbose'), quiet: flags.has('--quiet') })
  let code: number = exitCode.done
  const action: Action = async (work, options) => {
    const answer = await work(options, invocation)
    if (typeof answer === 'number') code = answer
  }
  const root = program(action, invocation)
  try {
    await root.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.code.startsWith('commander.help') || error.code === 'commander.version') {
      // Help that was asked for is a result; help in place of a missing command is a usage error.
      return error.exitCode === 0 ? exitCode.done : exitCode.usage
    }
    const path = commandPath(root, argv)
    throw new UsageError(
      error.message.replace(/^error: /, '').replace(/\n/g, ' '),
      `\`${path} --help\` shows what can be given.`,
    )
  }
  return code
}

function program(action: Action, { terminal }: Invocation): Command {
  const root = new Command('evergrant')
    .description('Log in once, then get a valid access token whenever a program asks.')
    .version(version(), '-V, --version')
    .helpCommand(false)
    .helpOption('-h, --help', 'show this text')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.result(text.trimEnd()),
      writeErr: (text) => terminal.say(text.trimEnd()),
      // Commander's own words are told once, as every other error is.
      outputError: () => undefined,
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
    })
    .addHelpText(
      'after',
      `
Exit codes: 0 done, 1 failed, 2 usage, 3 consent needed.
Environment: EVERGRANT_CLIENT_SECRET, EVERGRANT_STORE, EVERGRANT_CONFIG_DIR, BROWSER, NO_COLOR,
EVERGRANT_KEY or EVERGRANT_KEY_FILE (tokens in the store are sealed with it).
The server: EVERGRANT_DATA_DIR and DATABASE_URL say where its data is, for \`serve\`, \`connections\`, \`people\`,
\`backup\`, \`restore\`, \`audit\` and \`keys\`; its other settings count for \`serve\`, \`connections\` and \`people\` alone.`,
    )
  const commands = [
    tokenCommand(action),
    loginCommand(action),
    grantsCommand(action),
    importCommand(action),
    keysCommand(action),
    providersCommand(action),
    mailCommand(action),
    generateCommand(action),
    doctorCommand(action),
    connectionsCommand(action),
    peopleCommand(action),
    auditCommand(action),
    serveCommand(action),
    backupCommand(action),
    restoreCommand(action),
    completionCommand(action, () => root),
  ]
  for (const command of commands) added(root, command)
  return root
}

function added(parent: Command, command: Command): void {
  command.copyInheritedSettings(parent)
  parent.addCommand(command)
  command.helpCommand(false)
  for (const child of command.commands) child.copyInheritedSettings(command)
}

/** `evergrant grants show`, as far as the words name commands. */
function commandPath(root: Command, argv: readonly string[]): string {
  let at = root
  let path = root.name()
  for (const word of argv) {
    const next = at.commands.find((command) => command.name() === word)
    if (next === undefined) break
    at = next
    path += ` ${word}`
  }
  return path
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
