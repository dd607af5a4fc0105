import type { Confidence } from './entry.ts'

/** What lists and searches show of a provider: a line of the catalogue's index. */
export interface ProviderSummary {
  readonly id: string
  readonly name: string
  readonly aliases?: readonly string[]
  readonly categories?: readonly string[]
  /** Default `active`. */
  readonly status?: 'active' | 'legacy' | 'defunct'
  readonly environment?: 'sandbox'
  readonly confidence: Confidence
  /** What is known about PKCE; `off`: the provider refuses it. */
  readonly pkce?: 'required' | 'supported' | 'tolerated' | 'off'
  /** Whether a refresh ends the refresh token that was spent. */
  readonly rotation?: 'always' | 'optional' | 'never'
  /** Names of the parameters that have to be given. */
  readonly needs?: readonly string[]
  /** In how many sources it was found: what is found in many is used by many. */
  readonly sources?: number
}

/** The index of the catalogue: one line per provider, in order of ids. Reads one file, the first time it is asked. */
export async function providerIndex(): Promise<readonly ProviderSummary[]> {
  const { default: index } = await import('../catalog-index.json', { with: { type: 'json' } })
  return index as readonly ProviderSummary[]
}

/** All providers of the catalogue in order of their names, for lists that people choose from. Reads the index alone. */
export async function listProviders(): Promise<ProviderSummary[]> {
  return [...(await providerIndex())].sort(byName)
}

/** A collator would be loaded for this alone, which takes longer than all the rest. */
function byName(a: ProviderSummary, b: ProviderSummary): number {
  const [one, other] = [a.name.toLowerCase(), b.name.toLowerCase()]
  return one < other ? -1 : one > other ? 1 : 0
}
