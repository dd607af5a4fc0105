import { isDeepStrictEqual } from 'node:util'
import { type CatalogueEntry, extendEntry, OWN_FIELDS } from '../../packages/providers/src/entry-merge.ts'

/** The entry as what it has beside the parent: `extends` and a patch that makes it of the parent again. */
export function difference(parent: CatalogueEntry, entry: CatalogueEntry): CatalogueEntry | undefined {
  const inherited = Object.fromEntries(Object.entries(parent).filter(([field]) => !OWN_FIELDS.includes(field)))
  const { id, name, ...rest } = patch(inherited, { ...entry }) as Record<string, unknown>
  const short = { id, name, extends: parent.id, ...rest } as unknown as CatalogueEntry
  return isDeepStrictEqual(extendEntry(parent, short), entry) ? short : undefined
}

type Json = Readonly<Record<string, unknown>>

function patch(from: Json, to: Json): Json {
  const gone = Object.keys(from)
    .filter((key) => !(key in to))
    .map((key) => [key, null] as const)
  const changed = Object.entries(to).flatMap(([key, value]): [string, unknown][] => {
    const before = from[key]
    if (isDeepStrictEqual(before, value)) return []
    return [[key, key !== 'parameter_names' && isObject(before) && isObject(value) ? patch(before, value) : value]]
  })
  return Object.fromEntries([...changed, ...gone])
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
