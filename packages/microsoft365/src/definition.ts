import { OAuthError, type Provider, type ProviderDefinition, resolveProvider } from '@evergrant/core'

/**
 * The provider of an account: the one that is given, else the catalogue's, for this tenant, with what is known about its
 * errors. Which endpoints there are and how they deviate is the catalogue's to say; a program with its own (a national cloud, a test) hands it in.
 */
export async function providerFor(
  tenant: string,
  given: ProviderDefinition | undefined,
  version: 'v1' | 'v2' = 'v2',
  more: Readonly<Record<string, string>> = {},
): Promise<Provider> {
  // Read when it is needed, so that a program that is only imported does not load the catalogue.
  const { providerDefinition, deviations, errorAdvice } = await import('@evergrant/providers')
  const definition = given ?? (await providerDefinition(version === 'v1' ? 'microsoft-v1' : 'microsoft'))
  const advice = definition.advice ?? (await errorAdvice(definition.id))
  const known = advice === undefined ? definition : { ...definition, advice }
  return resolveProvider(known, { ...more, tenant }, { deviations })
}

/** Names that stand for many tenants: nobody can act there on their own behalf. */
const SHARED_TENANTS = new Set(['common', 'organizations', 'consumers'])

/** Throws `MISSING_PARAMETER` for a tenant that is none, naming who needs a real one. */
export function assertRealTenant(tenant: string, who: string, name = 'tenantId'): void {
  if (!SHARED_TENANTS.has(tenant.toLowerCase())) return
  const message = `${who} needs ${name}: the directory's own id or domain, such as contoso.onmicrosoft.com, instead of ${tenant}.`
  throw new OAuthError('MISSING_PARAMETER', message, { outcome: 'not_sent' })
}
