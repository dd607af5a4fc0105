import type { Finding } from '../finding.ts'
import type { Located, SourceModule } from '../source/module.ts'
import { isUnder, nobodysProviders, providerHomes } from './table.ts'

/**
 * No provider's id in code outside the providers package: neither as a word in a string nor as a key.
 * What differs between providers is data, or a deviation with a name of its own.
 */
export function providerIds(modules: readonly SourceModule[], ids: readonly string[]): Finding[] {
  const named = ids.filter((id) => !nobodysProviders.includes(id))
  return modules
    .filter(({ path }) => !isUnder(path, providerHomes))
    .flatMap(({ path, strings, keys }) => [
      ...mentions(strings, named, (text, id) => new RegExp(`(?<![\\w-])${id}(?![\\w-])`).test(text), path),
      ...mentions(keys, named, (text, id) => text === id, path),
    ])
}

function mentions(
  places: readonly Located[],
  ids: readonly string[],
  says: (text: string, id: string) => boolean,
  file: string,
): Finding[] {
  return places.flatMap(({ text, line }) =>
    ids
      .filter((id) => says(text, id))
      .map((id) => ({
        rule: 'provider-id',
        file,
        line,
        message: `names the provider "${id}": make it data in the catalogue`,
      })),
  )
}
