import { STORE_ADDRESSES } from '@evergrant/stores/open'
import { Argument, Command } from 'commander'
import { CLIENT_AUTH } from '../chosen-authentication.ts'
import { bashScript, fishScript, type Words, zshScript } from '../completion-script.ts'
import type { Invocation } from '../invocation.ts'
import type { Action } from '../program.ts'

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const

export function completionCommand(action: Action, root: () => Command): Command {
  return new Command('completion')
    .summary('print a completion script for a shell')
    .description(
      'Prints a script that lets a shell complete commands, options, providers and kinds of stores. Print it again after an update.',
    )
    .addArgument(new Argument('<shell>').choices(Object.keys(SCRIPTS)))
    .addHelpText(
      'after',
      `
Examples:
  source <(evergrant completion bash)                                  in ~/.bashrc
  source <(evergrant completion zsh)                                   in ~/.zshrc, after compinit
  evergrant completion fish > ~/.config/fish/completions/evergrant.fish`,
    )
    .action((shell: keyof typeof SCRIPTS) =>
      action(async (_options, { terminal }: Invocation) => {
        terminal.result(SCRIPTS[shell](wordsOf(root(), await knownValues())))
      }, {}),
    )
}

/** What values can be, by the option, or by the command whose first argument they are. */
type KnownValues = Readonly<Record<string, readonly string[]>>

async function knownValues(): Promise<KnownValues> {
  const { providerIds } = await import('@evergrant/providers')
  const providers = await providerIds()
  const schemes = STORE_ADDRESSES.map((address) => address.slice(0, address.indexOf(':') + 1))
  return {
    '--provider': providers,
    'providers show': providers,
    '--store': schemes,
    '--client-auth': Object.keys(CLIENT_AUTH),
    '--flow': ['authorization_code', 'client_credentials'],
  }
}

/** What can be typed, without how commander keeps it. */
function wordsOf(command: Command, known: KnownValues, path = ''): Words {
  const help = command.createHelp()
  return {
    name: command.name(),
    about: firstLine(command.summary() || command.description()),
    options: help.visibleOptions(command).map((option) => {
      const flag = option.long ?? option.short ?? option.flags
      return {
        flag,
        about: firstLine(option.description),
        takesValue: option.required || option.optional,
        values: known[flag] ?? option.argChoices ?? [],
      }
    }),
    values: known[path] ?? command.registeredArguments[0]?.argChoices ?? [],
    commands: command.commands.map((child) => wordsOf(child, known, `${path} ${child.name()}`.trim())),
  }
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? ''
}
