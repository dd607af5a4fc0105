import type { ProviderFilter, ProviderSummary } from '@evergrant/providers'
import { Argument, Command, Option } from 'commander'
import { type MannerOptions, withManner } from '../client-options.ts'
import { exitCode } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { present } from '../option-values.ts'
import type { Action } from '../program.ts'
import { providerTable, providerText } from '../provider-text.ts'
import { guideCommand } from './provider-guide.ts'

interface ListOptions extends MannerOptions {
  readonly category?: string
  readonly verified?: boolean
  readonly pkce?: ProviderFilter['pkce']
  readonly rotation?: ProviderFilter['rotation']
  readonly defunct?: boolean
}

interface SearchOptions extends ListOptions {
  readonly words: readonly string[]
}

interface ShowOptions extends MannerOptions {
  readonly id: string
}

export function providersCommand(action: Action): Command {
  const command = new Command('providers').summary(
    'list, search and show the providers that are known, and how to register there',
  )
  command.description('The providers that --provider accepts. Any other one works by --issuer or --token-endpoint.')
  const listing = narrowed(new Command('list').description('Lists the providers in order of their names.'))
  const searching = narrowed(
    new Command('search').description('Finds providers by id, name, other name or category, the best first.'),
  )
  const one = withManner(
    new Command('show').description(
      'Shows one: addresses, parameters, scopes, lifetimes, how it deviates, who says so.',
    ),
  )
  command.addCommand(listing.action((options: ListOptions) => action(list, options)))
  command.addCommand(
    searching
      .addArgument(new Argument('<words...>', 'what to look for'))
      .action((words: string[], options: ListOptions) => action(search, { ...options, words })),
  )
  command.addCommand(
    one
      .addArgument(new Argument('<id>', 'one of `evergrant providers list`'))
      .action((id: string, options: MannerOptions) => action(show, { ...options, id })),
  )
  command.addCommand(guideCommand(action))
  return command
}

function narrowed(command: Command): Command {
  return withManner(
    command
      .addOption(new Option('--category <name>', 'only those of a category, such as crm or mail').argParser(present))
      .option('--verified', 'only those that two independent sources agree on')
      .addOption(
        new Option('--pkce <support>', 'by what is known about PKCE; known: required or supported').choices([
          'required',
          'supported',
          'tolerated',
          'off',
          'known',
        ]),
      )
      .addOption(
        new Option('--rotation <when>', 'by whether a refresh ends the refresh token').choices([
          'always',
          'optional',
          'never',
        ]),
      )
      .option('--defunct', 'those that are gone, too'),
  )
}

async function list(options: ListOptions, invocation: Invocation): Promise<number> {
  const { searchProviders } = await import('@evergrant/providers')
  const all = await searchProviders('', filterOf(options))
  const named = (name: string): string => name.toLowerCase()
  return tell(
    all.sort((a, b) => (named(a.name) < named(b.name) ? -1 : 1)),
    invocation,
  )
}

async function search({ words, ...options }: SearchOptions, invocation: Invocation): Promise<number> {
  const { searchProviders } = await import('@evergrant/providers')
  return tell(await searchProviders(words.join(' '), filterOf(options)), invocation)
}

function filterOf({ category, verified, pkce, rotation, defunct }: ListOptions): ProviderFilter {
  return { category, confidence: verified === true ? 'verified' : undefined, pkce, rotation, defunct }
}

/** Finding nothing is an answer, and a failure for a script. */
function tell(found: readonly ProviderSummary[], { terminal }: Invocation): number {
  if (terminal.json) terminal.data(found)
  else if (found.length > 0) terminal.text(providerTable(found, terminal))
  if (found.length > 0) return exitCode.done
  if (!terminal.json) {
    terminal.note('No provider is known by that. Any other one works by --issuer <url>, or by its endpoints.')
  }
  return exitCode.failed
}

async function show({ id }: ShowOptions, { terminal }: Invocation): Promise<void> {
  const { deviationKinds, providerDefinition } = await import('@evergrant/providers')
  const found = await providerDefinition(id)
  if (terminal.json) return terminal.data(found)
  terminal.text(providerText(found, deviationKinds, terminal))
}
