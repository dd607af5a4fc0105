import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The part of oidc-provider that is used here; the package has no types of its own. */
interface Provider {
  readonly Grant: new (fields: object) => { addOIDCScope(scope: string): void; save(): Promise<string> }
  callback(): RequestListener
  interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>
  interactionFinished(request: IncomingMessage, response: ServerResponse, result: object): Promise<void>
}

interface Interaction {
  readonly prompt: { readonly name: string; readonly details: { readonly missingOIDCScope?: readonly string[] } }
  readonly params: { readonly client_id: string }
  readonly session?: { readonly accountId: string }
}

/** An independent authorization server on a real socket, where everybody is alice and consents. */
export async function oidcProvider(clients: readonly object[]): Promise<{ issuer: string } & AsyncDisposable> {
  const { default: Served } = await import('oidc-provider' as string)
  let listener: RequestListener = (_request, response) => response.end()
  const server = createServer((request, response) => listener(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { warn, info } = console
  // It prints a notice for every default that a production server should change.
  Object.assign(console, { warn() {}, info() {} })
  const provider: Provider = new Served(issuer, {
    clients,
    cookies: { keys: ['a key'] },
    scopes: ['openid', 'offline_access'],
    rotateRefreshToken: true,
    findAccount: (_context: unknown, accountId: string) => ({ accountId, claims: () => ({ sub: accountId }) }),
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    features: { devInteractions: { enabled: false }, clientCredentials: { enabled: true } },
    ttl: {
      AccessToken: 3600,
      ClientCredentials: 600,
      Grant: 86_400,
      IdToken: 3600,
      Interaction: 600,
      RefreshToken: 86_400,
      Session: 600,
    },
  })
  const callback = provider.callback()
  listener = (request, response) => {
    if (request.url?.startsWith('/interaction/')) void consent(provider, request, response)
    else callback(request, response)
  }
  return {
    issuer,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
      Object.assign(console, { warn, info })
    },
  }
}

async function consent(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response)
  if (prompt.name === 'login') {
    return provider.interactionFinished(request, response, { login: { accountId: 'alice' } })
  }
  const grant = new provider.Grant({ accountId: session?.accountId, clientId: params.client_id })
  grant.addOIDCScope(prompt.details.missingOIDCScope?.join(' ') ?? '')
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } })
}

/** A browser without a screen: keeps cookies and follows redirects; resolves with the last page's status. */
export async function browse(start: string): Promise<number> {
  const cookies = new Map<string, string>()
  let url = new URL(start)
  for (let step = 0; step < 16; step++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } })
    for (const one of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? []
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location === null) return response.status
    url = new URL(location, url)
  }
  throw new Error('The person was sent in circles.')
}
