import type { Finding } from '../finding.ts'
import type { Located, SourceModule } from '../source/module.ts'
import { isUnder, nobodysProviders, ordinaryWords, productProviders, providerHomes } from './table.ts'

/**
 * No provider's id in code outside the providers package: neither as a word in a string nor as a key, and an id that
 * is an ordinary word not where an id is compared with it. What differs between providers is data, or a deviation with a
 * name of its own. A package about one vendor's product may name that vendor.
 */
export function providerIds(modules: readonly SourceModule[], ids: readonly string[]): Finding[] {
  const named = ids.filter((id) => !nobodysProviders.includes(id))
  const known = new Set(named)
  const distinct = new Set(named.filter((id) => !ordinaryWords.has(id)))
  return modules
    .filter(({ path }) => !isUnder(path, providerHomes))
    .flatMap(({ path, package: of, strings, keys, comparisons }) => {
      const isOwn = (id: string): boolean => productProviders[of]?.includes(id) === true
      return [
        ...strings.flatMap((place) => idsIn(place.text, distinct).map((id) => ({ id, place }))),
        ...keys.filter(({ text }) => distinct.has(text)).map((place) => ({ id: place.text, place })),
        ...comparisons
          .filter(({ text, to }) => known.has(text) && !distinct.has(text) && NAMES_AN_ID.test(to))
          .map((place) => ({ id: place.text, place })),
      ].flatMap(({ id, place }) => (isOwn(id) ? [] : [finding(path, place, id)]))
    })
}

/** `provider`, `client.provider`, `provider.id`, `providerId`, `id`. */
const NAMES_AN_ID = /provider|(?:^|\.)id$/i

/** The ids that stand in a text as whole words, of letters, digits and hyphens. */
function idsIn(text: string, ids: ReadonlySet<string>): string[] {
  return (text.match(/[\w-]+/g) ?? []).filter((word) => ids.has(word))
}

function finding(file: string, { line }: Located, id: string): Finding {
  return { rule: 'provider-id', file, line, message: `names the provider "${id}": make it data in the catalogue` }
}
