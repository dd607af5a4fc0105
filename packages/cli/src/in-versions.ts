import { firstSuccess } from '@evergrant/core'
import type { ClientOptions } from './client-options.ts'
import { UsageError } from './usage-error.ts'

/**
 * Runs a command for the version of the provider's endpoints that `--provider-version` names, or for each in turn
 * (`auto`) until one works: when none does, the error has the words of all. What a person declined is not asked again.
 */
export async function inVersions<O extends ClientOptions>(
  options: O,
  run: (options: O) => Promise<void>,
): Promise<void> {
  const { providerVersion: wanted, ...rest } = options
  if (wanted === undefined) return run(options)
  const { provider: id, set = {} } = options
  if (id === undefined) throw new UsageError('--provider-version needs --provider.', 'Give --provider <id> too.')
  const { providerDefinition } = await import('@evergrant/providers')
  const { versions } = await providerDefinition(id)
  if (versions === undefined)
    throw new UsageError(`${id} has no versions to choose from.`, 'Leave --provider-version out.')
  const all = await Promise.all(
    Object.entries(versions).map(async ([name, of]) => ({
      name,
      of,
      parameters: (await providerDefinition(of)).parameters,
    })),
  )
  const chosen = all.filter(({ name }) => wanted === 'auto' || name === wanted)
  if (chosen.length === 0) {
    const names = all.map(({ name }) => name).join(', ')
    throw new UsageError(`--provider-version: ${id} has no version "${wanted}".`, `Use one of: ${names}, auto.`)
  }
  // A parameter of one version alone is not misspelt for the others.
  const known = new Set(all.flatMap(({ parameters = {} }) => Object.keys(parameters)))
  await firstSuccess(
    chosen.map(({ name, of, parameters = {} }) => {
      const own = Object.entries(set).filter(([key]) => Object.hasOwn(parameters, key) || !known.has(key))
      return { name, run: () => run({ ...(rest as O), provider: of, set: Object.fromEntries(own) }) }
    }),
  )
}
