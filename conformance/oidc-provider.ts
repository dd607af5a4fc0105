import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
// @ts-expect-error oidc-provider publishes no types of its own
import { Provider } from 'oidc-provider'
import type { Server, ServerClient, ServerOptions } from './server.ts'

/** What the tests use of the oidc-provider package; the rest of it is its own. */
interface OidcProvider {
  callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>
  interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>
  interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>
  on(event: 'server_error', listener: (context: unknown, error: Error) => void): void
  readonly Grant: {
    new (of: { accountId: string; clientId: string }): PendingGrant
    find(id: string): Promise<PendingGrant>
  }
}

interface Interaction {
  readonly prompt: { readonly name: string; readonly details: Record<string, string[] | undefined> }
  readonly params: { readonly client_id: string }
  readonly session?: { readonly accountId: string }
  readonly grantId?: string
}

interface PendingGrant {
  addOIDCScope(scope: string): void
  save(): Promise<string>
}

/**
 * The independent authorization server: a real oidc-provider on loopback, with rotating refresh tokens, opaque access
 * tokens, and a person who signs in as told.
 */
export async function startOidcProvider({ clients, scopes }: ServerOptions): Promise<Server> {
  let answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => response.destroy(error as Error))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = quietly(() => new Provider(issuer, configuration(clients, scopes)) as OidcProvider)
  const errors: Error[] = []
  provider.on('server_error', (_, error) => errors.push(error))
  const protocol = provider.callback()
  let person: { username: string } | 'denies' = { username: 'alice' }
  answer = async (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return protocol(request, response)
    const interaction = await provider.interactionDetails(request, response)
    return provider.interactionFinished(request, response, await decision(provider, interaction, person))
  }
  return {
    issuer,
    async approve(url, username) {
      person = { username }
      return walk(url)
    },
    async deny(url) {
      person = 'denies'
      return walk(url)
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      if (errors.length > 0) throw new AggregateError(errors, 'oidc-provider had errors of its own')
    },
  }
}

function configuration(clients: readonly ServerClient[], scopes: readonly string[]): object {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const seconds = (life: number) => () => life
  return {
    clients: clients.map(({ client_id, client_secret, redirect_uris, client_auth }) => ({
      client_id,
      ...(client_secret === undefined ? {} : { client_secret }),
      redirect_uris,
      token_endpoint_auth_method: client_auth,
      grant_types: [
        'authorization_code',
        'refresh_token',
        ...(client_secret === undefined ? [] : ['client_credentials']),
      ],
    })),
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }] },
    cookies: { keys: ['conformance'] },
    scopes: ['openid', 'offline_access', ...scopes],
    claims: { openid: ['sub', 'preferred_username'] },
    conformIdTokenClaims: false,
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    findAccount: (_: unknown, id: string) => ({
      accountId: id,
      claims: async () => ({ sub: id, preferred_username: `${id}@example.test` }),
    }),
    rotateRefreshToken: true,
    issueRefreshToken: async (_: unknown, client: { grantTypeAllowed(type: string): boolean }) =>
      client.grantTypeAllowed('refresh_token'),
    loadExistingGrant: async (context: {
      oidc: { result?: { consent?: { grantId?: string } }; provider: OidcProvider }
    }) => {
      // A consent is asked for each time, as a person who connects would see it.
      const id = context.oidc.result?.consent?.grantId
      return id === undefined ? undefined : context.oidc.provider.Grant.find(id)
    },
    pkce: { required: () => true },
    ttl: {
      AccessToken: seconds(3600),
      AuthorizationCode: seconds(60),
      ClientCredentials: seconds(600),
      Grant: seconds(86_400),
      IdToken: seconds(3600),
      Interaction: seconds(600),
      RefreshToken: seconds(86_400),
      Session: seconds(86_400),
    },
    interactions: { url: (_: unknown, interaction: { uid: string }) => `/interaction/${interaction.uid}` },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: () => true },
    },
  }
}

async function decision(
  provider: OidcProvider,
  interaction: Interaction,
  person: { username: string } | 'denies',
): Promise<object> {
  if (person === 'denies') return { error: 'access_denied', error_description: 'The person said no.' }
  const { prompt, params, session, grantId } = interaction
  if (prompt.name === 'login') return { login: { accountId: person.username } }
  const accountId = session?.accountId ?? person.username
  const grant =
    grantId === undefined
      ? new provider.Grant({ accountId, clientId: params.client_id })
      : await provider.Grant.find(grantId)
  for (const scope of prompt.details['missingOIDCScope'] ?? []) grant.addOIDCScope(scope)
  return { consent: { grantId: await grant.save() } }
}

/** A browser: follows redirects with its cookies until it is sent to another place. */
async function walk(start: string): Promise<string> {
  const { origin } = new URL(start)
  const cookies = new Map<string, string>()
  for (let url = start, step = 0; step < 10; step++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } })
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location === null)
      throw new Error(`The authorization ended at ${response.status}: ${(await response.text()).slice(0, 300)}`)
    url = new URL(location, url).href
    if (new URL(url).origin !== origin) return url
  }
  throw new Error('The authorization did not come to an end')
}

/** oidc-provider greets with notices about plain http, which here is meant. */
function quietly<T>(work: () => T): T {
  const { info, warn } = console
  console.info = () => undefined
  console.warn = () => undefined
  try {
    return work()
  } finally {
    console.info = info
    console.warn = warn
  }
}
