/** Where Microsoft's own entry has its sign-in endpoints, and the issuer of v1.0. */
const HOSTS = /https:\/\/(?:login\.microsoftonline\.com|sts\.windows\.net)(?=\/|$)/g

/**
 * A provider definition of Microsoft Entra ID, as the catalogue has it, with its endpoints at an emulator: a sandbox with
 * `entra`. Everything else stays, the addresses of APIs among it. Makes no request.
 *
 * @example
 * ```ts
 * import { Account } from '@evergrant/microsoft365'
 * import { providerDefinition } from '@evergrant/providers'
 * import { entraProvider, startSandbox } from '@evergrant/sandbox'
 *
 * const sandbox = await startSandbox({ entra: { graph: 'https://graph.microsoft.com', tenants: [], apps: [] } })
 * const account = new Account(['web', 's3cret'], {
 *   provider: entraProvider(await providerDefinition('microsoft'), sandbox),
 * })
 * ```
 */
export function entraProvider<T extends object>(definition: T, { issuer }: { readonly issuer: string }): T {
  return moved(definition, issuer.replace(/\/+$/, '')) as T
}

function moved(value: unknown, origin: string): unknown {
  if (typeof value === 'string') return value.replace(HOSTS, origin)
  if (Array.isArray(value)) return value.map((one) => moved(one, origin))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, moved(one, origin)]))
}
