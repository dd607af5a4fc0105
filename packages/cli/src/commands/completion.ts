import { Argument, Command } from 'commander'
import { bashScript, fishScript, type Words, zshScript } from '../completion-script.ts'
import type { Invocation } from '../invocation.ts'
import type { Action } from '../program.ts'

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const

export function completionCommand(action: Action, root: () => Command): Command {
  return new Command('completion')
    .summary('print a completion script for a shell')
    .description('Prints a script that lets a shell complete commands, options and provider ids.')
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
        const { providerIds } = await import('@evergrant/providers')
        terminal.result(SCRIPTS[shell](wordsOf(root(), providerIds())))
      }, {}),
    )
}

/** What can be typed, without how commander keeps it. */
function wordsOf(command: Command, providers: readonly string[]): Words {
  const help = command.createHelp()
  const takesProvider = command.name() === 'show' && command.parent?.name() === 'providers'
  return {
    name: command.name(),
    about: command.summary() || command.description().split('\n')[0] || '',
    options: help.visibleOptions(command).map((option) => ({
      flag: option.long ?? option.short ?? option.flags,
      about: option.description,
      takesValue: option.required || option.optional,
      values: option.long === '--provider' ? providers : option.argChoices,
    })),
    values: takesProvider ? providers : undefined,
    commands: command.commands.map((child) => wordsOf(child, providers)),
  }
}
