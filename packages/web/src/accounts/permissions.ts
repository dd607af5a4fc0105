import type { ProviderFeature } from '../api/types.ts'
import type { Texts } from '../languages/languages.ts'

export interface Permission {
  readonly title: string
  readonly scopes: readonly string[]
}

export const scopeList = (scope: string | undefined): string[] => scope?.split(' ').filter(Boolean) ?? []

/** Scopes as words: the provider's named features first, then the standard scopes, then what has no words. */
export function permissionsOf(
  scopes: readonly string[],
  features: readonly ProviderFeature[],
  words: Texts['scopes'],
): Permission[] {
  const known: Readonly<Record<string, string>> = words
  const asked = new Set(scopes)
  const whole = features.filter((feature) => feature.scopes.length > 0 && feature.scopes.every((one) => asked.has(one)))
  const named = new Set(whole.flatMap((feature) => feature.scopes))
  const rest = scopes.filter((scope) => !named.has(scope))
  return [
    ...whole.map(({ title, scopes }) => ({ title, scopes })),
    ...rest.map((scope) => ({ title: known[scope] ?? scope, scopes: [scope] })),
  ]
}

/** What a consent will allow, as words: it always lasts while nobody is there, whatever the provider calls that. */
export function askedPermissions(
  scopes: readonly string[],
  features: readonly ProviderFeature[],
  { scopes: words, accounts }: Pick<Texts, 'scopes' | 'accounts'>,
): Permission[] {
  const asked = permissionsOf(scopes, features, words).filter(({ scopes }) => scopes[0] !== 'offline_access')
  return [...asked, { title: accounts.whileAway, scopes: [] }]
}
