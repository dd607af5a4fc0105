import type { SetupGuide } from '@evergrant/providers'
import { Argument, Command, Option } from 'commander'
import { type MannerOptions, withManner } from '../client-options.ts'
import type { Invocation } from '../invocation.ts'
import { present } from '../option-values.ts'
import type { Action } from '../program.ts'

interface GuideOptions extends MannerOptions {
  readonly id: string
  readonly redirectUri: string
  readonly scope?: string
}

/** `evergrant login` listens there; providers that compare ports get the one that is given. */
const LOOPBACK = 'http://127.0.0.1/callback'

export function guideCommand(action: Action): Command {
  const command = new Command('guide').description(
    'Shows step by step how a client is registered in the console of a provider, with what to enter there.',
  )
  return withManner(
    command
      .addArgument(new Argument('<id>', 'one of `evergrant providers list`'))
      .addOption(
        new Option('--redirect-uri <uri>', 'the redirect URI to register').argParser(present).default(LOOPBACK),
      )
      .addOption(new Option('--scope <scopes>', 'what will be asked for, separated by spaces').argParser(present)),
  ).action((id: string, options: Omit<GuideOptions, 'id'>) => action(guide, { ...options, id }))
}

async function guide({ id, redirectUri, scope }: GuideOptions, { terminal }: Invocation): Promise<void> {
  const { providerDefinition, setupGuide } = await import('@evergrant/providers')
  const entry = await providerDefinition(id)
  const found = await setupGuide(entry, { redirect_uri: redirectUri, scope: scope?.split(/\s+/).filter(Boolean) })
  if (terminal.json) return terminal.data(found)
  terminal.text(guideText(entry.name, found))
}

function guideText(name: string, { title, steps, sources }: SetupGuide): string {
  const lines = steps.flatMap(({ text, copy, link }, index) => [
    `${String(index + 1).padStart(2)}. ${text}`,
    ...(copy === undefined ? [] : [`      ${copy}`]),
    ...(link === undefined ? [] : [`    → ${link}`]),
  ])
  const about = title === name ? name : `${name}: ${title}`
  return [about, '', ...lines, '', `More: ${sources.join(', ')}`].join('\n')
}
