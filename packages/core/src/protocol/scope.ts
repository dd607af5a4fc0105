/** The names in a scope, given as text or list, each once, in the order they came. */
export function scopeNames(scope: string | readonly string[] | undefined): string[] {
  const names = typeof scope === 'string' ? scope.split(/\s+/) : (scope ?? [])
  return [...new Set(names.map((name) => name.trim()).filter((name) => name !== ''))]
}

/** Scopes that were asked for and not granted. Unknown when the provider did not say what it granted. */
export function missingScopes(requested: string | undefined, granted: string | undefined): string[] {
  if (granted === undefined) return []
  const have = new Set(scopeNames(granted))
  return scopeNames(requested).filter((name) => !have.has(name))
}
