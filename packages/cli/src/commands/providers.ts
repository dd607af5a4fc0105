import type { ProviderDefinition } from '@evergrant/core'
import { Argument, Command } from 'commander'
import { type MannerOptions, withManner } from '../client-options.ts'
import { table } from '../grant-text.ts'
import type { Invocation } from '../invocation.ts'
import type { Action } from '../program.ts'

interface ShowOptions extends MannerOptions {
  readonly id: string
}

export function providersCommand(action: Action): Command {
  const command = new Command('providers').summary('list and show the providers that are known')
  command.description('The providers that --provider accepts. Any other one works by --issuer or --token-endpoint.')
  const listing = withManner(new Command('list').description('Lists the ids and names.'))
  const one = withManner(new Command('show').description('Shows one: its endpoints, parameters, scopes and rules.'))
  command.addCommand(listing.action((options: MannerOptions) => action(list, options)))
  command.addCommand(
    one
      .addArgument(new Argument('<id>', 'one of `evergrant providers list`'))
      .action((id: string, options: MannerOptions) => action(show, { ...options, id })),
  )
  return command
}

async function list(_: MannerOptions, { terminal }: Invocation): Promise<void> {
  const { listProviders } = await import('@evergrant/providers')
  const all = await listProviders()
  if (terminal.json) return terminal.data(all)
  const rows = all.map(({ id, name, parameters = {} }) => [id, name, required(parameters).join(' ') || '–'])
  terminal.text(table([['PROVIDER', 'NAME', 'NEEDS'], ...rows]))
}

async function show({ id }: ShowOptions, { terminal }: Invocation): Promise<void> {
  const { providerDefinition } = await import('@evergrant/providers')
  const found = await providerDefinition(id)
  if (terminal.json) return terminal.data(found)
  terminal.text(providerText(found))
}

/** The parameters that have to be given, as they are typed. */
function required(parameters: NonNullable<ProviderDefinition['parameters']>): string[] {
  return Object.entries(parameters).flatMap(([name, { default: fallback, optional }]) =>
    fallback === undefined && optional !== true ? [`--set ${name}=…`] : [],
  )
}

function providerText(of: ProviderDefinition): string {
  const { parameters = {}, features = [], refresh } = of
  const facts: (readonly [string, string | undefined])[] = [
    ['provider', of.id],
    ['name', of.name],
    ['issuer', of.issuer],
    ['authorization', of.authorization_endpoint],
    ['token', of.token_endpoint],
    ['revocation', of.revocation_endpoint],
    ['client auth', of.client_auth?.join(', ')],
    ['always asks', [...(of.default_scopes ?? []), ...(of.offline_scopes ?? [])].join(' ') || undefined],
    ['rotation', refresh?.rotation],
    ['unused ends', refresh?.idle === undefined ? undefined : `after ${Math.round(refresh.idle / 86_400)} days`],
    ['console', of.console],
    ['docs', of.docs],
    ['verified', of.verified],
    ...Object.entries(parameters).map(([name, { title, help, example, default: fallback }]) => {
      const shown =
        fallback === undefined ? (example === undefined ? '' : `, for example ${example}`) : `, default ${fallback}`
      return [`--set ${name}`, `${title}${shown}${help === undefined ? '' : `. ${help}`}`] as const
    }),
    ...features.map(({ title, scopes }) => ['scope', `${scopes.join(' ')} (${title})`] as const),
  ]
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(13)}  ${value}`])).join('\n')
}
