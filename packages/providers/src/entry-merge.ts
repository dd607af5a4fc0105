import type { CatalogueEntry } from './entry.ts'

export type { CatalogueEntry } from './entry.ts'

/** What belongs to one entry alone, and is not taken over by an entry that extends it. */
export const OWN_FIELDS: readonly string[] = [
  'id',
  'name',
  'extends',
  'aliases',
  'status',
  'status_note',
  'environment',
  'variant_of',
  'versions',
  'alternates',
  'notes',
  'confidence',
  'verified',
  'seen',
  'hand_checked',
  'by_hand',
  'sources',
]

/**
 * An entry with another laid over it, as JSON Merge Patch does (RFC 7396): objects merge field by field, lists and values
 * replace, `null` removes. One kind of object replaces as a whole: `parameter_names`, in which `null` is a value.
 */
export function mergeEntry(base: CatalogueEntry, over: object): CatalogueEntry {
  return mergePatch(base, over) as CatalogueEntry
}

/**
 * An entry that says `extends`, merged over the complete entry that it names. What belongs to that one alone
 * ({@link OWN_FIELDS}: its names, its sources, its standing) is not taken over.
 */
export function extendEntry(parent: CatalogueEntry, entry: object): CatalogueEntry {
  const inherited = Object.entries(parent).filter(([field]) => !OWN_FIELDS.includes(field))
  const { extends: _, ...merged } = mergePatch(Object.fromEntries(inherited), entry) as CatalogueEntry
  return merged
}

const WHOLE: ReadonlySet<string> = new Set(['parameter_names'])

function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const merged = new Map(isObject(target) ? Object.entries(target) : [])
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) merged.delete(field)
    else merged.set(field, WHOLE.has(field) ? value : mergePatch(merged.get(field), value))
  }
  return Object.fromEntries(merged)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
