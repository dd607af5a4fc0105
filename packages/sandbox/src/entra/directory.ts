import type { SandboxClient } from '../clients.ts'
import type { SandboxUser } from '../users.ts'

/** A rule of Conditional Access: it keeps people out, or wants a second factor of whoever has shown none. */
export interface EntraPolicy {
  readonly id: string
  readonly control: 'block' | 'mfa'
  /** The resource it is about; absent: all. */
  readonly resource?: string | undefined
}

/** A directory. People belong to the one that has the domain of their user name, and to the consumers' one without any. */
export interface EntraTenant {
  readonly id: string
  readonly domains: readonly string[]
  readonly name?: string | undefined
  /** User names of people from elsewhere who are guests here. */
  readonly guests?: readonly string[] | undefined
  /** Whether people may consent themselves. Default true; false: an administrator has to. */
  readonly userConsent?: boolean | undefined
  readonly policies?: readonly EntraPolicy[] | undefined
}

/** A client secret: its value is sent, its id only names it. `expires_at` in epoch seconds. */
export interface EntraSecret {
  readonly id: string
  readonly value: string
  readonly expires_at?: number | undefined
}

/** An app registration. One without a secret and certificate is a public client. */
export interface EntraApp {
  readonly client_id: string
  readonly name?: string | undefined
  /** Id of the directory it is registered in. */
  readonly tenant: string
  /** Who may sign in, by the manifest's `signInAudience`. Default `AzureADandPersonalMicrosoftAccount`. */
  readonly audience?: 'AzureADMyOrg' | 'AzureADMultipleOrgs' | 'AzureADandPersonalMicrosoftAccount' | undefined
  readonly secrets?: readonly EntraSecret[] | undefined
  /** Certificates in PEM. */
  readonly certificates?: readonly string[] | undefined
  readonly redirect_uris?: readonly string[] | undefined
  /** "Allow public client flows": device code and password without a secret. Default: whether it is a public client. */
  readonly public_flows?: boolean | undefined
  /** Delegated permissions that an administrator granted for everybody, as whole scopes; true: whatever is asked for. */
  readonly admin_consent?: readonly string[] | true | undefined
  /** The address of its own API (App ID URI). Default `api://{client_id}`. */
  readonly uri?: string | undefined
}

/** What an emulated Entra ID knows. */
export interface EntraDirectory {
  readonly tenants: readonly EntraTenant[]
  readonly apps: readonly EntraApp[]
  /** The address of Microsoft Graph: whom short scope names are for. */
  readonly graph: string
  /** The APIs there are besides Graph and those of the apps. Absent: any. */
  readonly resources?: readonly string[] | undefined
}

/**
 * The tenant of personal accounts, the same in the real one.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
 */
export const CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad'

export type SharedName = 'common' | 'organizations' | 'consumers'

/** The tenant by its id or one of its domains. */
export function tenantNamed(of: EntraDirectory, name: string): EntraTenant | undefined {
  const wanted = name.toLowerCase()
  const found = of.tenants.find(
    ({ id, domains }) => id.toLowerCase() === wanted || domains.some((domain) => domain.toLowerCase() === wanted),
  )
  return found ?? (wanted === CONSUMERS || wanted === 'consumers' ? consumers : undefined)
}

const consumers: EntraTenant = { id: CONSUMERS, domains: [], name: 'Microsoft Accounts' }

export function isShared(name: string): name is SharedName {
  return ['common', 'organizations', 'consumers'].includes(name.toLowerCase())
}

/** Where a person belongs. */
export function homeOf(of: EntraDirectory, user: SandboxUser): EntraTenant {
  const domain = user.username.slice(user.username.indexOf('@') + 1).toLowerCase()
  return of.tenants.find(({ domains }) => domains.some((one) => one.toLowerCase() === domain)) ?? consumers
}

export function isGuest(tenant: EntraTenant, user: SandboxUser): boolean {
  return tenant.guests?.some((name) => name.toLowerCase() === user.username.toLowerCase()) ?? false
}

export function appOf(of: EntraDirectory, clientId: string | undefined): EntraApp | undefined {
  return of.apps.find(({ client_id }) => client_id === clientId)
}

export function isConfidential({ secrets = [], certificates = [] }: EntraApp): boolean {
  return secrets.length + certificates.length > 0
}

/** The app as the sandbox's own consent page knows it. */
export function clientOf({ client_id, name, redirect_uris }: EntraApp): SandboxClient {
  return {
    client_id,
    ...(name === undefined ? {} : { client_name: name }),
    ...(redirect_uris === undefined ? {} : { redirect_uris }),
  }
}
