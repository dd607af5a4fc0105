import type { ClientAuth, Provider } from '../api/types.ts'
import type { ConnectionDraft } from './connection-draft.ts'

/** What a file that a provider's console hands out says about a client. */
export interface RegistrationFile {
  readonly client_id: string
  readonly client_secret?: string
  /** A day as a date field writes it. */
  readonly secret_expires?: string
  readonly client_auth?: string
  readonly issuer?: string
  /** Values of parameters, by the names that providers' definitions have for them. */
  readonly parameters: Readonly<Record<string, string>>
  /** Undefined: the file does not say. */
  readonly redirect_uris?: readonly string[]
  /** Hosts of the provider that it names. */
  readonly hosts: readonly string[]
  /** A program on somebody's machine: people are not sent back to a server. */
  readonly desktop: boolean
}

/** Why a file is not what it should be. */
export type WrongFile = 'json' | 'large' | 'client' | 'service' | 'tokens'

/** Bytes. The largest that consoles hand out has a few thousand. */
export const MOST_IN_FILE = 262_144

type Fields = Readonly<Record<string, unknown>>

/**
 * Reads what consoles hand out: a client as a JSON download (`{"web": …}` or `{"installed": …}`), the answer to a
 * registration (RFC 7591 §3.2.1), an application's manifest, what a command line prints for a new application, and the
 * settings of an adapter. Nothing leaves the browser.
 */
export function readRegistration(content: string): RegistrationFile | WrongFile {
  if (content.length > MOST_IN_FILE) return 'large'
  const whole = fieldsOf(parsed(content))
  if (whole === undefined) return 'json'
  if (whole['type'] === 'service_account' || text(whole['private_key']) !== undefined) return 'service'
  if (whole['type'] === 'authorized_user' || tokenIn(whole)) return 'tokens'
  const inner = fieldsOf(whole['web']) ?? fieldsOf(whole['installed'])
  const found =
    inner !== undefined && text(inner['client_id']) !== undefined
      ? download(inner, fieldsOf(whole['web']) === undefined)
      : (adapter(whole) ?? printed(whole) ?? manifest(whole) ?? registered(whole))
  return found ?? 'client'
}

/** Not a client: what somebody got who signed in. */
const tokenIn = (whole: Fields): boolean => ['refresh_token', 'access_token'].some((name) => text(whole[name]))

function download(client: Fields, desktop: boolean): RegistrationFile | undefined {
  const project = text(client['project_id'])
  return registration({
    client_id: text(client['client_id']),
    client_secret: text(client['client_secret']),
    parameters: { project },
    redirect_uris: texts(client['redirect_uris']) ?? [],
    hosts: hostsOf([client['auth_uri'], client['token_uri']]),
    desktop,
  })
}

/** RFC 7591 §3.2.1. */
function registered(client: Fields): RegistrationFile | undefined {
  const ends = client['client_secret_expires_at']
  return registration({
    client_id: text(client['client_id']),
    client_secret: text(client['client_secret']),
    secret_expires: typeof ends === 'number' && ends > 0 && ends <= END_OF_9999 ? dayOf(ends * 1000) : undefined,
    client_auth: text(client['token_endpoint_auth_method']),
    issuer: text(client['issuer']),
    redirect_uris: texts(client['redirect_uris']),
    hosts: hostsOf([client['registration_client_uri'], client['issuer']]),
  })
}

/** An application's manifest: it names the application, its redirect URIs and the end of its secrets, never a secret. */
function manifest(app: Fields): RegistrationFile | undefined {
  const typed = Array.isArray(app['replyUrlsWithType']) ? app['replyUrlsWithType'].map(fieldsOf) : undefined
  const ends = (Array.isArray(app['passwordCredentials']) ? app['passwordCredentials'] : [])
    .map((one) => text(fieldsOf(one)?.['endDateTime']) ?? text(fieldsOf(one)?.['endDate']))
    .flatMap((end) => (end === undefined ? [] : [Date.parse(end)]))
  // Of several nobody knows which one is meant.
  const [end] = ends.length === 1 ? ends : []
  return registration({
    client_id: text(app['appId']),
    secret_expires: end === undefined || Number.isNaN(end) ? undefined : dayOf(end),
    parameters: { tenant: AUDIENCES[text(app['signInAudience']) ?? ''] ?? text(app['publisherDomain']) },
    redirect_uris:
      texts(fieldsOf(app['web'])?.['redirectUris']) ??
      typed?.flatMap((one) => (text(one?.['type'])?.toLowerCase() === 'web' ? (text(one?.['url']) ?? []) : [])),
  })
}

/** Whom an application is for, as the part of the addresses that lets them in. */
const AUDIENCES: Readonly<Record<string, string>> = {
  AzureADMultipleOrgs: 'organizations',
  AzureADandPersonalMicrosoftAccount: 'common',
  PersonalMicrosoftAccount: 'consumers',
}

/** What a command line prints when it makes an application with a secret. */
function printed(app: Fields): RegistrationFile | undefined {
  const client_secret = text(app['password']) ?? text(app['clientSecret'])
  const tenant = text(app['tenant']) ?? text(app['tenantId'])
  if (client_secret === undefined || tenant === undefined) return undefined
  const client_id = text(app['appId']) ?? text(app['clientId'])
  return registration({ client_id, client_secret, parameters: { tenant } })
}

/** The settings of an adapter: realm, address and credentials. */
function adapter(app: Fields): RegistrationFile | undefined {
  const [realm, address] = [text(app['realm']), text(app['auth-server-url'])]
  if (realm === undefined || address === undefined || !URL.canParse(address)) return undefined
  const { host, pathname } = new URL(address)
  const domain = `${host}${pathname.replace(/\/$/, '')}`
  return registration({
    client_id: text(app['resource']),
    client_secret: text(fieldsOf(app['credentials'])?.['secret']),
    issuer: `${address.replace(/\/$/, '')}/realms/${realm}`,
    parameters: { realm, domain },
    hosts: [],
  })
}

type Found = {
  readonly [Field in keyof Omit<RegistrationFile, 'parameters'>]?: RegistrationFile[Field] | undefined
} & {
  readonly parameters?: Readonly<Record<string, string | undefined>>
}

function registration({ client_id, parameters = {}, hosts = [], desktop = false, ...found }: Found) {
  if (client_id === undefined) return undefined
  const said = (fields: object) => Object.entries(fields).filter(([, value]) => value !== undefined)
  return {
    client_id,
    ...(Object.fromEntries(said(found)) as Omit<RegistrationFile, 'client_id'>),
    parameters: Object.fromEntries(said(parameters)) as Record<string, string>,
    hosts,
    desktop,
  }
}

/** What the form takes from a file, for the provider that was chosen. */
export function draftFromFile(file: RegistrationFile, provider: Provider): Partial<ConnectionDraft> {
  const { client_id, client_secret, secret_expires, issuer } = file
  const method = provider.client_auth.find((one): one is ClientAuth => one === file.client_auth)
  return {
    client_id,
    ...(client_secret === undefined ? {} : { client_secret }),
    // A new secret does not end when the one before it does.
    ...(client_secret === undefined && secret_expires === undefined ? {} : { secret_expires: secret_expires ?? '' }),
    ...(method === undefined ? {} : { client_auth: method }),
    ...(issuer !== undefined && provider.needs_issuer ? { issuer } : {}),
  }
}

/** Values of the file that the provider has a parameter for. */
export function parametersFromFile(file: RegistrationFile, provider: Provider): Record<string, string> {
  const known = provider.parameters.map(({ name }) => name)
  return Object.fromEntries(Object.entries(file.parameters).filter(([name]) => known.includes(name)))
}

/** A host of the file that is none of the provider's; undefined when it fits, or nothing is known. */
export function foreignHost({ hosts }: RegistrationFile, provider: Provider): string | undefined {
  const theirs = provider.hosts.map(
    (host) => new RegExp(`^${host.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]*\}/g, '.+')}$`),
  )
  if (theirs.length === 0 || hosts.some((host) => theirs.some((one) => one.test(host)))) return undefined
  return hosts[0]
}

function parsed(content: string): unknown {
  try {
    // Some editors put a byte order mark before it.
    return JSON.parse(content.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined

const texts = (value: unknown): string[] | undefined =>
  Array.isArray(value) ? value.flatMap((one) => text(one) ?? []) : undefined

const hostsOf = (addresses: readonly unknown[]): string[] =>
  addresses.flatMap((one) => (typeof one === 'string' && URL.canParse(one) ? [new URL(one).host] : []))

/** Epoch seconds: what comes after it fits into no form. */
const END_OF_9999 = 253_402_300_799

const dayOf = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 10)
