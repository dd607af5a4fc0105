import { OAuthError, type Provider, resolveProvider } from '@evergrant/core'
import { catalogue } from './catalogue.ts'
import { deviations } from './deviations/registry.ts'
import type { CatalogueEntry } from './entry.ts'
import { extendEntry } from './entry-merge.ts'
import { errorAdvice } from './error-advice.ts'
import { providerIndex } from './provider-index.ts'
import { nearest } from './search.ts'

/** Addresses given by an administrator, for providers that are not in the catalogue or run somewhere else. */
export interface GivenAddresses {
  readonly issuer?: string | undefined
  readonly authorization_endpoint?: string | undefined
  readonly token_endpoint?: string | undefined
}

/** Ids of all providers of the catalogue, in order. Reads nothing. */
export function providerIds(): string[] {
  return Object.keys(catalogue)
}

/**
 * A provider's entry as it stands in the catalogue. Reads one file; one more where the entry extends another.
 * Throws `UNKNOWN_PROVIDER`, naming the nearest id, also by other names in use.
 */
export async function providerDefinition(id: string): Promise<CatalogueEntry> {
  return read(id, [])
}

async function read(id: string, by: readonly string[]): Promise<CatalogueEntry> {
  const load = Object.hasOwn(catalogue, id) ? catalogue[id] : undefined
  if (load === undefined) throw await unknown(id)
  if (by.includes(id))
    throw new OAuthError('INVALID_ARGUMENT', `The entry ${id} extends itself: ${[...by, id].join(' > ')}.`)
  const entry = (await load()).default as CatalogueEntry
  if (entry.extends === undefined) return entry
  return extendEntry(await read(entry.extends, [...by, id]), entry)
}

async function unknown(id: string): Promise<OAuthError> {
  const near = nearest(id, await providerIndex())
  const hint =
    near === undefined
      ? 'listProviders() has all of them; "generic" takes any issuer.'
      : `Did you mean ${near.id}?${near.name.toLowerCase() === near.id ? '' : ` (${near.name})`}`
  return new OAuthError('UNKNOWN_PROVIDER', `There is no provider "${id}". ${hint}`)
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
  const [entry, advice] = await Promise.all([providerDefinition(id), errorAdvice(id)])
  const definition = advice === undefined ? entry : { ...entry, advice }
  const addresses = Object.fromEntries(
    Object.entries(given).filter(([, address]) => address !== undefined && address !== ''),
  )
  if (Object.keys(addresses).length === 0) return resolveProvider(definition, values, { deviations })
  // A refresh token belongs to the server that gave it, which is no longer the definition's.
  const { issuer: _, refresh_endpoint: __, default_scopes, offline_scopes, ...rest } = definition
  const byIssuer = addresses['issuer'] !== undefined
  const scopes = { ...(default_scopes && { default_scopes }), ...(offline_scopes && { offline_scopes }) }
  return resolveProvider({ ...rest, ...(byIssuer ? scopes : { discovery: 'none' as const }), ...addresses }, values, {
    deviations,
  })
}
