import { OAuthError } from '@evergrant/core'
import type { ChainFinding, NotedEntry } from '@evergrant/server'
import { Command, Option } from 'commander'
import { type MannerOptions, withManner } from '../client-options.ts'
import { exitCode } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { type KeyOptions, namedKeyring, withKeyFile } from '../keys.ts'
import { present } from '../option-values.ts'
import type { Action } from '../program.ts'
import { openServer, type ServerOptions, serverFolder, serverPlace, withServer } from '../server-place.ts'
import { UsageError } from '../usage-error.ts'

interface AuditOptions extends MannerOptions, KeyOptions, ServerOptions {
  readonly expect?: string
}

export function auditCommand(action: Action): Command {
  const command = new Command('audit').summary("follow the server's audit log")
  command.description("The server's audit log: who did what. Its entries are chained, so that changes show.")
  const verifying = new Command('verify')
    .description('Follows the chain from its beginning, while the server runs or not. Exit code 1 when it is broken.')
    .addOption(
      new Option(
        '--expect <entry>',
        'number:link of an entry that was noted elsewhere, such as 117:mV3…; shows when the newest were cut off',
      ).argParser(present),
    )
    .addHelpText(
      'after',
      `
Note the last number and link that this prints, somewhere that the database's administrators cannot write, and give them
with --expect the next time.`,
    )
  command.addCommand(withManner(withKeyFile(withServer(verifying)).optionsGroup('Output:')))
  verifying.action((options: AuditOptions) => action(verify, options))
  return command
}

async function verify(options: AuditOptions, invocation: Invocation): Promise<number> {
  const { terminal } = invocation
  const noted = options.expect === undefined ? undefined : notedEntry(options.expect)
  const found = await finding(options, invocation, noted)
  if (terminal.json) terminal.data(found)
  else if (found.ok) {
    const words = found.entries === 1 ? '1 entry holds' : `${found.entries} entries hold`
    terminal.note(`${terminal.style('green', '✓')} The audit log is whole: ${words}.`)
    if (noted === undefined) terminal.note(UNSEEN)
    if (found.entries > 0) terminal.result(`${found.entries}:${found.head}`)
  } else terminal.say(`${terminal.style('red', '✗')} The audit log was tampered with: ${broken(found)}`)
  return found.ok ? exitCode.done : exitCode.failed
}

async function finding(options: AuditOptions, invocation: Invocation, noted?: NotedEntry): Promise<ChainFinding> {
  await using server = await openServer(serverPlace(options, invocation), (words) => invocation.terminal.say(words))
  const ring = await namedKeyring({ ...options, dataDir: serverFolder(options, invocation) }, invocation).catch(noKey)
  const { AuditLog } = await import('@evergrant/server')
  return await new AuditLog(server.db, ring, invocation.clock).verify(noted)
}

/** What a chain cannot show by itself. */
const UNSEEN = 'Whether entries were cut off at its end shows only with --expect and an entry that was noted elsewhere.'

function notedEntry(text: string): NotedEntry {
  const [, seq, link] = /^([1-9]\d*):([\w-]{43})$/.exec(text) ?? []
  if (seq === undefined || link === undefined) {
    throw new UsageError(`--expect: "${text}" is no entry.`, 'Give what `evergrant audit verify` printed: number:link.')
  }
  return { seq: Number(seq), link }
}

/** Without it nothing can be said about the log: that is no finding about it. */
function noKey(error: unknown): never {
  if (!(error instanceof OAuthError)) throw error
  throw new UsageError(
    `The audit log cannot be followed without the server's sealing key. ${error.message}`,
    'Give --key-file <path>, or set EVERGRANT_KEY or EVERGRANT_KEY_FILE as the server has it. A key from a backup will do; another one will not.',
  )
}

function broken({ seq, reason }: Extract<ChainFinding, { ok: false }>): string {
  if (reason === 'missing') return `entry ${seq} is not there, and later ones are.`
  if (reason === 'cut') return `entry ${seq}, which was noted, is not there any more.`
  if (reason === 'remade') return `entry ${seq} is another one than the one that was noted.`
  return `entry ${seq} is not as it was written.`
}
