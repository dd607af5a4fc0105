import { expected } from '../expected.ts'
import type { Provider } from '../provider/resolve.ts'

/** The names in a scope, given as text or list, each once, in the order they came. Throws `INVALID_ARGUMENT` for another value. */
export function scopeNames(scope: string | readonly string[] | undefined): string[] {
  const names = typeof scope === 'string' ? scope.split(/\s+/) : (scope ?? [])
  // Also what is no list at all.
  if (!names.every?.((name) => typeof name === 'string')) throw expected('scope')
  return [...new Set(names.map((name) => name.trim()).filter((name) => name !== ''))]
}

/**
 * Scopes that were asked for and not granted. None when the provider did not say what it granted. With the provider
 * given, those are left out that are asked for by themselves, for signing in and for offline access: providers do not
 * repeat them, or call them otherwise (Google answers `email` with the address of a scope).
 */
export function missingScopes(
  requested: string | undefined,
  granted: string | undefined,
  { default_scopes = [], offline_scopes = [] }: Pick<Provider, 'default_scopes' | 'offline_scopes'> = {},
): string[] {
  if (granted === undefined) return []
  const have = new Set([...scopeNames(granted), ...default_scopes, ...offline_scopes])
  return scopeNames(requested).filter((name) => !have.has(name))
}
