import { type ProviderDefinition, resolveProvider } from '@evergrant/core'
import { providerDefinition } from '@evergrant/providers'
import {
  type Imitation,
  type ManualClock,
  manualClock,
  type RunningSandbox,
  type SandboxUser,
  startSandbox,
} from '@evergrant/sandbox'

/** The directory that everybody here belongs to. */
export const TENANT = '9188040d-0000-4000-8000-b66dad000001'
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

/** The sign-in service, imitated by the sandbox at per-tenant paths, as the catalogue's own entry describes it. */
export interface Entra extends AsyncDisposable {
  readonly sandbox: RunningSandbox
  readonly clock: ManualClock
  /** The catalogue's entry, at the sandbox's address. */
  readonly definition: ProviderDefinition
  /** Where the pasted address leads to when none is registered. */
  readonly nativeclient: string
  /** A person who consents: from the address of the consent page to the callback. */
  consents(username: string): (url: string) => Promise<string>
  /** Refuses the next token request. */
  refuses(error: EntraError): void
}

/** What real answers look like, which the imitation does not know by itself. */
export interface EntraError {
  readonly error: string
  readonly code: number
  readonly words: string
  readonly status?: number
}

/**
 * The documented JSON shape of an error.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes#handling-error-codes-in-your-application
 */
export function entraError({ error, code, words }: EntraError): Record<string, unknown> {
  return {
    error,
    error_description: `AADSTS${code}: ${words} Trace ID: 255d1aef-8c98-452f-ac51-23d051240864 Correlation ID: fb3d2015-bc17-4bb9-bb85-30c5cf1aaaa7 Timestamp: 2026-01-09 02:02:12Z`,
    error_codes: [code],
    timestamp: '2026-01-09 02:02:12Z',
    trace_id: '255d1aef-8c98-452f-ac51-23d051240864',
    correlation_id: 'fb3d2015-bc17-4bb9-bb85-30c5cf1aaaa7',
  }
}

export async function entra(version: 'v1' | 'v2' = 'v2'): Promise<Entra> {
  const clock = manualClock()
  const sandbox = await startSandbox({
    clock,
    users: people,
    pkce: 'optional',
    issParameter: false,
    alwaysRefreshToken: false,
  })
  const origin = sandbox.issuer
  const entry = await providerDefinition(version === 'v1' ? 'microsoft-v1' : 'microsoft')
  const moved = JSON.parse(
    JSON.stringify(entry)
      .replaceAll('https://login.microsoftonline.com', origin)
      .replaceAll('https://graph.microsoft.com', origin),
  ) as ProviderDefinition
  const definition: ProviderDefinition = {
    ...moved,
    ...(version === 'v1' ? {} : { jwks_uri: `${origin}/jwks` }),
  }
  // Any of the registration's ways to send its secret is taken, and any resource: `client_auth` and `token_params` are not imitated.
  const { authorization_endpoint, token_endpoint, refresh } = resolveProvider({ ...definition, parameters: {} })
  const imitate = { authorization_endpoint, token_endpoint, refresh } as Imitation
  sandbox.configure({ imitate })
  // Whoever signs in does so in a directory, and the token names that one, whatever was asked for.
  const iss = version === 'v1' ? `${origin}/${TENANT}/` : `${origin}/${TENANT}/v2.0`
  const named = { times: Infinity, claims: { iss, tid: TENANT } }
  sandbox.fault(named)
  const nativeclient = `${origin}/common/oauth2/nativeclient`
  const redirect_uris = [nativeclient, 'http://127.0.0.1/callback', 'http://127.0.0.1/']
  sandbox.registerClient({ client_id: 'web', client_secret: SECRET, redirect_uris })
  sandbox.registerClient({ client_id: 'native', redirect_uris })
  return {
    sandbox,
    clock,
    definition,
    nativeclient,
    consents: (username) => (url) => sandbox.approve(url, { username }),
    refuses({ status = 400, ...error }) {
      // The first fault that fits strikes.
      sandbox.clearFaults()
      sandbox.fault({ match: { endpoint: 'token' }, status, body: entraError(error) })
      sandbox.fault(named)
    },
    [Symbol.asyncDispose]: () => sandbox.close(),
  }
}
