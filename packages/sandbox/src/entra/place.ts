import { Aadsts } from './aadsts.ts'
import { CONSUMERS, type EntraApp, type EntraDirectory, type EntraTenant, isShared, tenantNamed } from './directory.ts'

export type EntraEndpoint =
  | 'authorize'
  | 'token'
  | 'devicecode'
  | 'configuration'
  | 'keys'
  | 'instance'
  | 'nativeclient'

/** Where a request went: what, in whose name, and by which of the two versions. */
export interface EntraPlace {
  readonly what: EntraEndpoint
  /** As it stands in the path. */
  readonly tenant: string
  readonly version: 1 | 2
}

const paths: readonly (readonly [RegExp, EntraEndpoint, 1 | 2])[] = [
  [/^oauth2\/v2\.0\/authorize$/, 'authorize', 2],
  [/^oauth2\/v2\.0\/token$/, 'token', 2],
  [/^oauth2\/v2\.0\/devicecode$/, 'devicecode', 2],
  [/^v2\.0\/\.well-known\/openid-configuration$/, 'configuration', 2],
  [/^discovery\/v2\.0\/keys$/, 'keys', 2],
  [/^oauth2\/authorize$/, 'authorize', 1],
  [/^oauth2\/token$/, 'token', 1],
  [/^oauth2\/devicecode$/, 'devicecode', 1],
  [/^\.well-known\/openid-configuration$/, 'configuration', 1],
  [/^discovery\/keys$/, 'keys', 1],
  [/^discovery\/instance$/, 'instance', 2],
  [/^oauth2\/nativeclient$/, 'nativeclient', 2],
]

/** @see https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud#microsoft-entra-authentication-endpoints */
export function placeOf(path: string, issuer: string): EntraPlace | undefined {
  const base = new URL(issuer).pathname.replace(/\/$/, '')
  if (!path.startsWith(`${base}/`)) return undefined
  const [tenant = '', ...rest] = path.slice(base.length + 1).split('/')
  const found = paths.find(([pattern]) => pattern.test(rest.join('/')))
  if (found === undefined || tenant === '') return undefined
  return { what: found[1], tenant: decodeURIComponent(tenant), version: found[2] }
}

/**
 * The app at a place. A shared tenant is for apps that others may use, `consumers` for those that personal accounts may
 * use; a tenant of its own knows its own apps and those of many tenants.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/howto-convert-app-to-be-multi-tenant
 */
export function assertUsable(app: EntraApp, { tenant }: EntraPlace, directory: EntraDirectory): void {
  const { audience = 'AzureADandPersonalMicrosoftAccount' } = app
  const asked = tenantAt(tenant, directory)
  const values = { app: app.client_id, name: app.name ?? app.client_id, tenant: asked?.name ?? tenant }
  if (tenant.toLowerCase() !== 'consumers' && asked?.id !== CONSUMERS) {
    if (audience !== 'AzureADMyOrg') return
    if (asked === undefined) throw new Aadsts(50194, values)
    if (asked.id !== app.tenant) throw new Aadsts(700016, values)
    return
  }
  if (audience !== 'AzureADandPersonalMicrosoftAccount') throw new Aadsts(700016, values)
}

/** The tenant that a path names; undefined for `common` and `organizations`. Refuses one that does not exist. */
export function tenantAt(name: string, directory: EntraDirectory): EntraTenant | undefined {
  if (isShared(name) && name.toLowerCase() !== 'consumers') return undefined
  const tenant = tenantNamed(directory, name)
  if (tenant === undefined) throw new Aadsts(90002, { tenant: name })
  return tenant
}
