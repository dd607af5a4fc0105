import { OAuthError, type Provider, type ProviderDefinition, resolveProvider } from '@evergrant/core'

/**
 * The provider of an account: the one that is given, else the catalogue's, for this tenant. Which endpoints there are and
 * how they deviate is the catalogue's to say; a program with its own (a national cloud, a test) hands it in.
 */
export async function providerFor(
  tenant: string,
  given: ProviderDefinition | undefined,
  version: 'v1' | 'v2' = 'v2',
  more: Readonly<Record<string, string>> = {},
): Promise<Provider> {
  if (given !== undefined && given.deviations === undefined) return resolveProvider(given, { ...more, tenant })
  // Read when it is needed, so that a program with a definition of its own does not load the catalogue.
  const { providerDefinition, deviations } = await import('@evergrant/providers')
  const definition = given ?? (await providerDefinition(version === 'v1' ? 'microsoft-v1' : 'microsoft'))
  return resolveProvider(definition, { ...more, tenant }, { deviations })
}

/** Names that stand for many tenants: nobody can act there on their own behalf. */
const SHARED_TENANTS = new Set(['common', 'organizations', 'consumers'])

/** Throws `MISSING_PARAMETER` for a tenant that is none, naming who needs a real one. */
export function assertRealTenant(tenant: string, who: string, name = 'tenantId'): void {
  if (!SHARED_TENANTS.has(tenant.toLowerCase())) return
  const message = `${who} needs ${name}: the directory's own id or domain, such as contoso.onmicrosoft.com, instead of ${tenant}.`
  throw new OAuthError('MISSING_PARAMETER', message, { outcome: 'not_sent' })
}
