import { edits } from '@evergrant/core'
import { listProviders, type ProviderSummary } from './provider-index.ts'

/** What a search may be narrowed to. */
export interface ProviderFilter {
  readonly category?: string | undefined
  readonly confidence?: 'verified' | 'single' | undefined
  /** `known`: required or supported. */
  readonly pkce?: 'required' | 'supported' | 'tolerated' | 'off' | 'known' | undefined
  readonly rotation?: 'always' | 'optional' | 'never' | undefined
  /** Those that are gone are left out unless this is true. */
  readonly defunct?: boolean | undefined
}

/**
 * Providers by id, name, another name in use or category, the best first: who is called so comes before who is called
 * alike, and what two sources agree on before one source's word. An empty text finds all. Reads the index alone.
 *
 * @example
 * ```ts
 * import { searchProviders } from '@evergrant/providers'
 *
 * const [first] = await searchProviders('gmail')
 * console.log(first?.id) // google
 * ```
 */
export async function searchProviders(text: string, filter: ProviderFilter = {}): Promise<ProviderSummary[]> {
  const all = (await listProviders()).filter((one) => passes(one, filter))
  const words = plain(text)
  if (words === '') return all.sort(byStanding)
  return all
    .map((one) => ({ one, rank: rank(one, words) }))
    .filter(({ rank }) => rank < NOT_FOUND)
    .sort((a, b) => a.rank - b.rank || byStanding(a.one, b.one))
    .map(({ one }) => one)
}

const NOT_FOUND = 9

function passes(
  one: ProviderSummary,
  { category, confidence, pkce, rotation, defunct = false }: ProviderFilter,
): boolean {
  if (!defunct && one.status === 'defunct') return false
  if (category !== undefined && one.categories?.includes(category) !== true) return false
  if (confidence !== undefined && one.confidence !== confidence) return false
  if (rotation !== undefined && one.rotation !== rotation) return false
  return (
    pkce === undefined ||
    one.pkce === pkce ||
    (pkce === 'known' && (one.pkce === 'required' || one.pkce === 'supported'))
  )
}

/** What many sources know is what most people look for; what is nobody's own, such as any issuer, comes before it. */
function byStanding(a: ProviderSummary, b: ProviderSummary): number {
  const known = ({ sources = Number.MAX_SAFE_INTEGER }: ProviderSummary): number => sources
  return standing(a) - standing(b) || known(b) - known(a)
}

/** Verified before single, then what is alive, then what is for real. */
function standing({ confidence, status, environment }: ProviderSummary): number {
  return (confidence === 'verified' ? 0 : 4) + (status === undefined ? 0 : 2) + (environment === undefined ? 0 : 1)
}

function rank({ id, name, aliases = [], categories = [] }: ProviderSummary, words: string): number {
  const names = [id, name].map(plain)
  const others = aliases.map(plain)
  if (names.includes(words)) return 0
  if (others.includes(words)) return 1
  if (names.some((one) => one.startsWith(words))) return 2
  if (others.some((one) => one.startsWith(words))) return 3
  if (names.some((one) => ` ${one}`.includes(` ${words}`))) return 4
  if ([...names, ...others].some((one) => one.includes(words))) return 5
  if (categories.map(plain).includes(words)) return 6
  return words.split(' ').every((word) => [...names, ...others].some((one) => one.includes(word))) ? 7 : NOT_FOUND
}

/** Small letters and single spaces, so that `Google-Mail` is `google mail`. */
function plain(text: string): string {
  // Nearly all names are ASCII, for which the tables of Unicode need not be asked.
  if (/^[ -~]*$/.test(text))
    return text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, ' ')
      .trim()
  return text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}]+/gu, ' ')
    .trim()
}

/** The provider whose id, name or other name is most like what was given, if any is like it at all. */
export function nearest(given: string, all: readonly ProviderSummary[]): ProviderSummary | undefined {
  const wanted = plain(given)
  if (wanted === '') return undefined
  const most = Math.max(1, Math.floor(wanted.length / 3))
  let best: { readonly one: ProviderSummary; readonly distance: number } | undefined
  for (const one of all) {
    for (const name of [one.id, one.name, ...(one.aliases ?? [])]) {
      // An alias is as good as a name; among equals, what more sources know comes first.
      const distance =
        steps(wanted, plain(name)) + (one.confidence === 'verified' ? 0 : 0.5) + (one.status === undefined ? 0 : 0.25)
      if (distance < (best?.distance ?? most + 1)) best = { one, distance }
    }
  }
  return best?.one
}

/** Edits that make one word of the other; next to nothing when one begins with the other. */
function steps(a: string, b: string): number {
  if (a === b) return 0
  if (b.startsWith(`${a} `) || a.startsWith(`${b} `)) return 0.3
  return a.length > 2 && b.startsWith(a) ? 0.6 : edits(a, b)
}
