import { generateKeyPairSync } from 'node:crypto'
import type { ProviderDefinition } from '@evergrant/core'
import { providerDefinition } from '@evergrant/providers'
import {
  type EntraApp,
  type EntraDirectory,
  type EntraTenant,
  entraProvider,
  type ManualClock,
  manualClock,
  type RunningSandbox,
  type SandboxStateKeeper,
  type SandboxUser,
  startSandbox,
} from '@evergrant/sandbox'

/** The directory that everybody here belongs to. */
export const TENANT = 'b66dad00-0000-4000-8000-b66dad000001'
export const FABRIKAM = 'fab21ca0-0000-4000-8000-fab21ca00001'
export const SECRET = 'app~Secret+/%=1'

export const people: readonly SandboxUser[] = [
  {
    sub: 'AAAalice',
    username: 'Alice@contoso.test',
    email: 'alice@contoso.test',
    name: 'Alice A',
    password: 'pw+ &%=',
  },
  { sub: 'AAAbob', username: 'bob@contoso.test', email: 'bob@contoso.test', name: 'Bob B' },
  // A guest keeps the name of the home directory; a personal account has one of its own.
  { sub: 'AAAguest', username: 'guest@fabrikam.test', email: 'guest@fabrikam.test', name: 'A Guest' },
  { sub: 'AAAlive', username: 'someone@outlook.test', email: 'someone@outlook.test', name: 'Personal' },
]

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const key = { ...privateKey.export({ format: 'jwk' }), kid: 'sandbox-1', use: 'sig', alg: 'RS256' }

/**
 * One signing key for all emulators of a test file, made before anything is asked: on a busy machine a key can take longer
 * than a client waits for an answer.
 */
export const withKey: SandboxStateKeeper = {
  load: () => ({ refresh: { families: [], tokens: [] }, accessTokens: [], users: [], keys: [key] }),
  save: () => undefined,
}

/** The sign-in service, emulated by the sandbox, and the catalogue's own entry at its address. */
export interface Entra extends AsyncDisposable {
  readonly sandbox: RunningSandbox
  readonly clock: ManualClock
  /** The catalogue's entry, at the sandbox's address. */
  readonly definition: ProviderDefinition
  /** Where the pasted address leads to when none is registered. */
  readonly nativeclient: string
  /** A person who consents: from the address of the consent page to the callback. */
  consents(username: string): (url: string) => Promise<string>
  /** Registers an app otherwise, or another one. */
  app(change: Partial<EntraApp> & Pick<EntraApp, 'client_id'>): void
  /** Changes the first tenant, where everybody works. */
  tenant(change: Partial<EntraTenant>): void
}

/** The catalogue's entry at another address. */
export async function definitionAt(origin: string, version: 'v1' | 'v2' = 'v2'): Promise<ProviderDefinition> {
  const entry = await providerDefinition(version === 'v1' ? 'microsoft-v1' : 'microsoft')
  return entraProvider(entry, { issuer: origin })
}

/** Two directories and two apps, one with a secret and one without, at the sandbox's address. */
export function contoso(origin: string): EntraDirectory {
  const redirect_uris = [
    `${origin}/common/oauth2/nativeclient`,
    'http://127.0.0.1/callback',
    'http://127.0.0.1/',
    'http://localhost',
  ]
  const secrets = [{ id: '5ec4e71d-0000-4000-8000-000000000001', value: SECRET }]
  return {
    graph: 'https://graph.microsoft.com',
    tenants: [
      { id: TENANT, domains: ['contoso.test'], name: 'Contoso', guests: ['guest@fabrikam.test'] },
      { id: FABRIKAM, domains: ['fabrikam.test'], name: 'Fabrikam' },
    ],
    apps: [
      { client_id: 'web', name: 'Web App', tenant: TENANT, secrets, redirect_uris, admin_consent: true },
      { client_id: 'native', name: 'Native App', tenant: TENANT, redirect_uris, admin_consent: true },
    ],
  }
}

export async function entra(version: 'v1' | 'v2' = 'v2'): Promise<Entra> {
  const clock = manualClock()
  const sandbox = await startSandbox({ clock, users: people, state: withKey })
  const origin = sandbox.issuer
  let directory = contoso(origin)
  const be = (next: EntraDirectory): void => {
    directory = next
    sandbox.configure({ entra: next })
  }
  be(directory)
  return {
    sandbox,
    clock,
    definition: await definitionAt(origin, version),
    nativeclient: `${origin}/common/oauth2/nativeclient`,
    consents: (username) => (url) => sandbox.approve(url, { username }),
    app(change) {
      const { apps } = directory
      const known = apps.find(({ client_id }) => client_id === change.client_id) ?? { tenant: TENANT }
      be({ ...directory, apps: [...apps.filter((one) => one !== known), { ...known, ...change }] })
    },
    tenant(change) {
      const [first = { id: TENANT, domains: [] }, ...others] = directory.tenants
      be({ ...directory, tenants: [{ ...first, ...change }, ...others] })
    },
    [Symbol.asyncDispose]: () => sandbox.close(),
  }
}
