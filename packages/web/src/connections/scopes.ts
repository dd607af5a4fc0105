import type { ProviderFeature } from '../api/types.ts'

const split = (scope: string) => scope.split(/\s+/).filter(Boolean)

export function hasFeature(scope: string, feature: ProviderFeature): boolean {
  const asked = new Set(split(scope))
  return feature.scopes.every((one) => asked.has(one))
}

export function addFeature(scope: string, feature: ProviderFeature): string {
  return [...new Set([...split(scope), ...feature.scopes])].join(' ')
}

/** Takes a feature's scopes out, except those that another chosen feature needs. */
export function removeFeature(scope: string, feature: ProviderFeature, features: readonly ProviderFeature[]): string {
  const others = features.filter((one) => one.id !== feature.id && hasFeature(scope, one))
  const kept = new Set(others.flatMap((one) => one.scopes))
  const gone = new Set(feature.scopes.filter((one) => !kept.has(one)))
  return split(scope)
    .filter((one) => !gone.has(one))
    .join(' ')
}
