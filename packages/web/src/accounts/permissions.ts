import { type Permission, permissionsOf } from '@evergrant/server/permissions'
import type { ProviderFeature } from '../api/types.ts'
import type { Texts } from '../languages/languages.ts'

export { type Permission, permissionsOf }

export const scopeList = (scope: string | undefined): string[] => scope?.split(' ').filter(Boolean) ?? []

/** What a consent will allow, as words: it always lasts while nobody is there, whatever the provider calls that. */
export function askedPermissions(
  scopes: readonly string[],
  features: readonly ProviderFeature[],
  { scopes: words, accounts }: Pick<Texts, 'scopes' | 'accounts'>,
): Permission[] {
  const asked = permissionsOf(scopes, features, words).filter(({ scopes }) => scopes[0] !== 'offline_access')
  return [...asked, { title: accounts.whileAway, scopes: [] }]
}
