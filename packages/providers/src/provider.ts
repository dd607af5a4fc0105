import { OAuthError, type Provider, type ProviderDefinition, resolveProvider } from '@evergrant/core'
import { catalogue } from './catalogue.ts'
import { deviations } from './deviations/registry.ts'
import { nearest } from './nearest.ts'

/** Addresses given by an administrator, for providers that are not in the catalogue or run somewhere else. */
export interface GivenAddresses {
  readonly issuer?: string | undefined
  readonly authorization_endpoint?: string | undefined
  readonly token_endpoint?: string | undefined
}

/** Ids of all providers of the catalogue, in order. Reads nothing. */
export function providerIds(): string[] {
  return Object.keys(catalogue).sort()
}

/**
 * A provider's definition as it stands in the catalogue. Reads one file.
 * Throws `UNKNOWN_PROVIDER`, naming the nearest known id.
 */
export async function providerDefinition(id: string): Promise<ProviderDefinition> {
  const load = Object.hasOwn(catalogue, id) ? catalogue[id] : undefined
  if (load !== undefined) return load()
  const near = nearest(id, providerIds())
  const hint = near === undefined ? `Known are ${providerIds().join(', ')}.` : `Did you mean ${near}?`
  throw new OAuthError('UNKNOWN_PROVIDER', `There is no provider "${id}". ${hint}`)
}

/**
 * A provider of the catalogue with its parameters filled in, ready for `defineClient`.
 *
 * `given` replaces addresses of the definition; endpoints given without an issuer are used as they are, and then no
 * scope is asked for that only OpenID Connect knows.
 *
 * Throws `UNKNOWN_PROVIDER`, `MISSING_PARAMETER`, `INVALID_PARAMETER`, `INSECURE_URL` or `MISSING_ENDPOINT`.
 *
 * @example
 * ```ts
 * import { defineClient } from '@evergrant/core'
 * import { provider } from '@evergrant/providers'
 *
 * const client = defineClient({ provider: await provider('microsoft', { tenant: 'contoso.com' }), client_id: 'from the portal' })
 * ```
 */
export async function provider(
  id: string,
  values: Readonly<Record<string, string | undefined>> = {},
  given: GivenAddresses = {},
): Promise<Provider> {
  const definition = await providerDefinition(id)
  const addresses = Object.fromEntries(
    Object.entries(given).filter(([, address]) => address !== undefined && address !== ''),
  )
  if (Object.keys(addresses).length === 0) return resolveProvider(definition, values, { deviations })
  const { issuer: _, default_scopes, offline_scopes, ...rest } = definition
  const byIssuer = addresses['issuer'] !== undefined
  const scopes = { ...(default_scopes && { default_scopes }), ...(offline_scopes && { offline_scopes }) }
  return resolveProvider({ ...rest, ...(byIssuer ? scopes : { discovery: 'none' as const }), ...addresses }, values, {
    deviations,
  })
}

/** All providers of the catalogue, in order of their names. Reads every file: for lists that people choose from. */
export async function listProviders(): Promise<ProviderDefinition[]> {
  const all = await Promise.all(providerIds().map(providerDefinition))
  return all.sort((a, b) => a.name.localeCompare(b.name))
}
