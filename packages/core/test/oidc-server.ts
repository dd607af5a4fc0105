import { createPrivateKey } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import Provider, { type Configuration } from 'oidc-provider'
import { fixture } from './fixture.ts'

export const redirectUri = 'http://127.0.0.1/callback'

/** An independent authorization server over a real socket, where everybody signs in as alice and consents. */
export interface OidcServer extends AsyncDisposable {
  readonly issuer: string
  readonly provider: Provider
  /** Every request to it: method, path, headers and form fields. */
  readonly seen: SeenRequest[]
  /** Consents as a person would; resolves with the callback URL, not fetched, or with the form of a form_post. */
  approve(url: string | URL): Promise<string>
  /** Lets a device in, at the address that it shows. */
  approveDevice(url: string | URL): Promise<string>
}

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly form: URLSearchParams
}

export async function oidcServer(
  configuration: Configuration,
  options: { tls?: boolean; prepare?: (provider: Provider) => void } = {},
): Promise<OidcServer> {
  const seen: SeenRequest[] = []
  let handler: RequestListener = (_request, response) => response.end()
  const listener: RequestListener = (request, response) => handler(request, response)
  const server = options.tls
    ? createSecureServer(
        { key: fixture('server.pem'), cert: fixture('server.crt'), requestCert: true, rejectUnauthorized: false },
        listener,
      )
    : createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `${options.tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = quiet(
    () =>
      new Provider(issuer, {
        cookies: { keys: ['a key'] },
        jwks: { keys: [signingJwk] },
        scopes: ['openid', 'offline_access', 'api:read'],
        pkce: { required: () => false },
        findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@example.test` }) }),
        issueRefreshToken: async (_context, client) => client.grantTypeAllowed('refresh_token'),
        rotateRefreshToken: true,
        interactions: { url: (_context: unknown, interaction: { uid: string }) => `/interaction/${interaction.uid}` },
        ttl: { AccessToken: 3600, RefreshToken: 86_400, IdToken: 3600, Grant: 86_400, Interaction: 600, Session: 600 },
        ...configuration,
        features: { devInteractions: { enabled: false }, ...configuration.features },
      }),
  )
  options.prepare?.(provider)
  provider.on('server_error', (_context, error) => process.stderr.write(`oidc-provider: ${error.stack}\n`))
  const callback = provider.callback()
  handler = async (request, response) => {
    if (request.url?.startsWith('/interaction/')) return interact(provider, request, response)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
    const form = new URLSearchParams(isForm ? body.toString() : '')
    const { method = '', headers } = request
    seen.push({ method, path: new URL(request.url ?? '', issuer).pathname, headers, form })
    // oidc-provider takes a body that was read before it.
    if (body.length > 0) Object.assign(request, { body: isForm ? Object.fromEntries(form) : JSON.parse(String(body)) })
    quiet(() => callback(request, response))
  }
  return {
    issuer,
    provider,
    seen,
    approve,
    approveDevice,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

const signingJwk = {
  ...createPrivateKey(fixture('rsa.pkcs8.pem')).export({ format: 'jwk' }),
  alg: 'RS256',
  use: 'sig',
  kid: 'server',
}

/** It prints a notice for every default that a production server should change. */
function quiet<T>(work: () => T): T {
  const { warn, info, error } = console
  Object.assign(console, { warn() {}, info() {}, error() {} })
  try {
    return work()
  } finally {
    Object.assign(console, { warn, info, error })
  }
}

async function interact(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const details = await provider.interactionDetails(request, response)
  const { prompt, params, session } = details
  if (prompt.name === 'login') {
    const accountId = typeof params['login_hint'] === 'string' ? params['login_hint'] : 'alice'
    return provider.interactionFinished(request, response, { login: { accountId } })
  }
  const grant = new provider.Grant({ accountId: session?.accountId ?? '', clientId: String(params['client_id']) })
  const missing = prompt.details as {
    missingOIDCScope?: string[]
    missingResourceScopes?: Record<string, string[]>
    rar?: Record<string, unknown>[]
  }
  if (missing.missingOIDCScope) grant.addOIDCScope(missing.missingOIDCScope.join(' '))
  for (const [resource, scopes] of Object.entries(missing.missingResourceScopes ?? {}))
    grant.addResourceScope(resource, scopes.join(' '))
  for (const detail of missing.rar ?? []) grant.addRar(detail)
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } })
}

/** A browser without a screen: follows redirects, keeps cookies, and looks at every page that is shown. */
async function browsed(start: string | URL, look: (page: string, url: URL) => Shown): Promise<string> {
  const cookies = new Map<string, string>()
  let url = new URL(start)
  let body: URLSearchParams | undefined
  for (let step = 0; step < 16; step++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const sent = body === undefined ? {} : { method: 'POST', body }
    const response = await fetch(url, { ...sent, redirect: 'manual', headers: { cookie } })
    body = undefined
    for (const one of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? []
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location === null) {
      const shown = look(await response.text(), url)
      if (shown.done !== undefined) return shown.done
      body = shown.send
      continue
    }
    const next = new URL(location, url)
    if (next.pathname === '/callback') return next.href
    url = next
  }
  throw new Error('The person was sent in circles.')
}

type Shown =
  | { readonly done: string; readonly send?: never }
  | { readonly done?: never; readonly send: URLSearchParams }

function hidden(page: string): URLSearchParams {
  const fields = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
  return new URLSearchParams(fields.map(([, name = '', value = '']) => [name, value]))
}

/** Until the callback, or the form that a `form_post` would send there. */
function approve(start: string | URL): Promise<string> {
  return browsed(start, (page) => {
    const fields = hidden(page)
    if (fields.size === 0) throw new Error(`Neither a redirect nor a form: ${page.slice(0, 600)}`)
    return { done: fields.toString() }
  })
}

/** Until the page that has nothing to send any more. */
function approveDevice(start: string | URL): Promise<string> {
  return browsed(start, (page) => {
    const fields = hidden(page)
    return fields.size === 0 ? { done: page } : { send: fields }
  })
}
