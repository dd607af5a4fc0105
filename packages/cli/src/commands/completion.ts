import { Argument, Command } from 'commander'
import { bashScript, fishScript, type Words, zshScript } from '../completion-script.ts'
import type { Invocation } from '../invocation.ts'
import type { Action } from '../program.ts'

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const

export function completionCommand(action: Action, root: () => Command): Command {
  return new Command('completion')
    .summary('print a completion script for a shell')
    .description('Prints a script that lets a shell complete commands and options.')
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
        terminal.result(SCRIPTS[shell](wordsOf(root())))
      }, {}),
    )
}

/** What can be typed, without how commander keeps it. */
function wordsOf(command: Command): Words {
  const help = command.createHelp()
  return {
    name: command.name(),
    about: command.summary() || command.description().split('\n')[0] || '',
    options: help.visibleOptions(command).map((option) => ({
      flag: option.long ?? option.short ?? option.flags,
      about: option.description,
      takesValue: option.required || option.optional,
    })),
    commands: command.commands.map(wordsOf),
  }
}
