import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ManualClock, manualClock, type RunningSandbox, startSandbox } from '@evergrant/sandbox'

/** A request as the API got it. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

/** An authorization server, and an API that asks it about every bearer token it gets. */
export interface World extends AsyncDisposable {
  readonly clock: ManualClock
  readonly sandbox: RunningSandbox
  readonly api: { readonly url: string; readonly seen: Seen[] }
  /** An OpenAPI document of that API. */
  document(changes?: Readonly<Record<string, unknown>>): Record<string, unknown>
  /** How many tokens the authorization server gave. */
  issued(): number
}

export const redirectUri = 'https://program.example/oauth/callback'

export async function world(): Promise<World> {
  const clock = manualClock()
  const sandbox = await startSandbox({
    clock,
    clients: [
      { client_id: 'OAuthClientId', client_secret: 'OAuthClientSecret', redirect_uris: [redirectUri] },
      { client_id: 'public', redirect_uris: [redirectUri] },
    ],
  })
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request
    seen.push({ method, path: url, headers })
    const answer = (status: number, body: unknown): void => {
      const challenge = status === 401 ? { 'www-authenticate': 'Bearer error="invalid_token"' } : {}
      response.writeHead(status, { 'content-type': 'application/json', ...challenge }).end(JSON.stringify(body))
    }
    const { authorization } = headers
    if (url.startsWith('/open') || authorization?.startsWith('Basic ')) return answer(200, { ok: true })
    if (headers['x-api-key'] === 'k' || url.includes('key=k') || headers.cookie?.includes('key=k'))
      return answer(200, { ok: true })
    if (authorization === undefined) return answer(401, { message: 'no token' })
    const checked = await fetch(`${sandbox.issuer}/api/echo`, { headers: { authorization } })
    answer(checked.status, await checked.json().catch(() => ({ message: 'bad token' })))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    clock,
    sandbox,
    api: { url, seen },
    document: (changes = {}) => ({ ...sample(url, sandbox.issuer), ...changes }),
    issued: () => sandbox.journal.count({ endpoint: 'token', status: 200 }),
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
      await sandbox[Symbol.asyncDispose]()
    },
  }
}

/** The API of requirements 003 and 004: every kind of scheme, and operations that combine them. */
function sample(url: string, issuer: string): Record<string, unknown> {
  const ok = {
    responses: { '200': { description: 'OK', content: { 'application/json': { schema: { type: 'object' } } } } },
  }
  const scopes = { 'file:read': 'Read scope', 'file:write': 'Write scope' }
  const needs = (...security: unknown[]) => ({ get: { ...ok, security } })
  return {
    openapi: '3.0.3',
    info: { title: 'Multi auth sample', version: '1.0' },
    servers: [
      { url, description: 'Production' },
      { url: '{host}/open', description: 'Testing', variables: { host: { default: url, enum: [url] } } },
    ],
    security: [{ OAuthCCG: [] }],
    paths: {
      '/files': needs({ OAuthACG: ['file:read'] }),
      '/jobs': { get: ok },
      '/open': needs(),
      '/maybe': needs({ OAuthACG: [] }, {}),
      '/either': needs({ OAuthACG: [] }, { OAuthCCG: [] }, { key: [] }),
      '/both': needs({ OAuthCCG: [], key: [] }),
      '/all-or-key': needs({ OAuthCCG: [], OAuthACG: [] }, { key: [] }),
      '/key': needs({ key: [] }),
      '/query': needs({ queryKey: [] }),
      '/cookie': needs({ cookieKey: [] }),
      '/basic': needs({ basic: [] }),
      '/bearer': needs({ bearer: [] }),
      '/custom': needs({ custom: [] }),
      '/mtls': needs({ mtls: [], key: [] }),
      '/oidc': needs({ oidc: [] }),
      '/device': needs({ device: [] }),
    },
    components: {
      securitySchemes: {
        OAuthACG: {
          type: 'oauth2',
          flows: {
            authorizationCode: { authorizationUrl: `${issuer}/authorize`, tokenUrl: `${issuer}/token`, scopes },
          },
        },
        OAuthCCG: { type: 'oauth2', flows: { clientCredentials: { tokenUrl: `${issuer}/token`, scopes } } },
        key: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
        queryKey: { type: 'apiKey', in: 'query', name: 'key' },
        cookieKey: { type: 'apiKey', in: 'cookie', name: 'key' },
        basic: { type: 'http', scheme: 'basic' },
        bearer: { type: 'http', scheme: 'bearer' },
        custom: { type: 'http', scheme: 'hoba' },
        mtls: { type: 'mutualTLS' },
        oidc: { type: 'openIdConnect', openIdConnectUrl: `${issuer}/.well-known/openid-configuration` },
        device: {
          type: 'oauth2',
          flows: {
            deviceAuthorization: {
              deviceAuthorizationUrl: `${issuer}/device_authorization`,
              tokenUrl: `${issuer}/token`,
              scopes,
            },
          },
        },
      },
    },
  }
}
