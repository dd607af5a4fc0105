import { OAuthError, type Provider } from '@evergrant/core'
import { provider, providerDefinition } from './provider.ts'

/** One generation of a provider's endpoints. */
export interface ProviderVersion {
  /** What people call it: `v1`. */
  readonly name: string
  readonly provider: Provider
}

/**
 * The generations of a provider's endpoints to try, in order: the one that is named, or with `auto` all of them, oldest
 * first. A provider without generations is its own only one. Values that a generation has no parameter for are left
 * out.
 *
 * Throws `INVALID_ARGUMENT` for a name that there is not, and what `provider` throws.
 *
 * @example
 * ```ts
 * import { clientCredentialsFlow, defineClient, firstSuccess, memoryStore, tokenSource } from '@evergrant/core'
 * import { providerVersions } from '@evergrant/providers'
 *
 * async function mailToken(tenant: string, client_id: string, client_secret: string) {
 *   const versions = await providerVersions('microsoft', 'auto', { tenant })
 *   const scope = 'https://outlook.office365.com/.default'
 *   return firstSuccess(
 *     versions.map(({ name, provider }) => ({
 *       name,
 *       run: () => {
 *         const client = defineClient({ provider, client_id, client_secret })
 *         const flow = clientCredentialsFlow('resource' in provider.values ? {} : { scope })
 *         return tokenSource('app', { client, store: memoryStore(), flow }).token()
 *       },
 *     })),
 *   )
 * }
 * ```
 */
export async function providerVersions(
  id: string,
  version: string = 'auto',
  values: Readonly<Record<string, string | undefined>> = {},
): Promise<readonly ProviderVersion[]> {
  const { versions } = await providerDefinition(id)
  if (versions === undefined) return [{ name: id, provider: await provider(id, values) }]
  const wanted = Object.entries(versions).filter(([name]) => version === 'auto' || name === version)
  if (wanted.length === 0) {
    const names = [...Object.keys(versions), 'auto'].join(', ')
    throw new OAuthError('INVALID_ARGUMENT', `${id} has no version "${version}"; there are: ${names}.`, {
      provider: id,
    })
  }
  return Promise.all(wanted.map(async ([name, of]) => ({ name, provider: await provider(of, values) })))
}
