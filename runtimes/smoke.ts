/** The same smoke suite for every runtime: Web standards and `@evergrant/core`, nothing else. */
import {
  beginAuthorization,
  clientCredentialsFlow,
  compose,
  defineClient,
  dpop,
  finishAuthorization,
  httpSession,
  isOAuthError,
  memoryStore,
  Redacted,
  resolveProvider,
  retry,
  telemetry,
  tokenSource,
  webHandlers,
} from '@evergrant/core'
import { allOf, anyOf, apiClient, oauthScheme } from '@evergrant/core/api'

const redirect_uri = 'http://127.0.0.1/callback'

function check(held: boolean, what: string): void {
  if (!held) throw new Error(`does not hold: ${what}`)
}

/** A person's consent, by the sandbox's control interface. */
async function approve(issuer: string, url: string): Promise<string> {
  const response = await fetch(`${issuer}/_sandbox/approve`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url, username: 'alice' }),
  })
  const { callback } = (await response.json()) as { callback: string }
  return callback
}

/** Runs everything against the sandbox at `issuer`. Returns what held; throws at the first thing that did not. */
export async function smoke(issuer: string): Promise<string[]> {
  const passed: string[] = []
  const provider = resolveProvider({ id: 'here', name: 'Here', issuer, default_scopes: ['openid'] })
  const client = defineClient({
    provider,
    client_id: 'web',
    client_secret: 'a secret',
    http: { fetch: compose([retry()]) },
  })
  const store = memoryStore()

  const { url, pending } = await beginAuthorization(client, { grant: 'alice', redirect_uri })
  const crossed = JSON.parse(JSON.stringify(pending)) as typeof pending
  const grant = await finishAuthorization(client, { callback: await approve(issuer, url), pending: crossed, store })
  check(grant.subject?.sub !== undefined, 'the id_token was verified and names the person')
  passed.push('authorization code with PKCE, id_token verified')

  const source = tokenSource('alice', { client, store })
  const first = await source.token()
  check((await source.token()) === first, 'a cached token is the same object')
  const forced = await Promise.all(Array.from({ length: 20 }, () => source.token({ rejected: first.access_token })))
  check(new Set(forced.map((token) => token.access_token)).size === 1, 'concurrent callers share one refresh')
  check(forced[0]?.access_token !== first.access_token, 'the refresh brought a new token')
  check((await store.get('alice'))?.refresh_token !== grant.refresh_token, 'the rotated refresh token was stored')
  passed.push('refresh, rotated and shared')

  const echoed = await httpSession({ source, delay: 0 }).post(`${issuer}/api/echo`, { hello: 'wörld' })
  check(echoed.status === 200, 'the API accepted the token')
  passed.push('a POST with the token attached')

  const job = tokenSource('job', { client, store, flow: clientCredentialsFlow() })
  check((await telemetry({}).traced(job).fetch(`${issuer}/api/echo`)).status === 200, 'client credentials')
  passed.push('client credentials')

  const nobody = await tokenSource('nobody', { client, store })
    .token()
    .catch((error: unknown) => error)
  check(isOAuthError(nobody) && nobody.code === 'GRANT_NOT_FOUND', 'an unknown grant is a typed error')
  check(
    `${new Redacted('a secret')}${JSON.stringify(new Redacted('a secret'))}`.includes('a secret') === false,
    'redacted',
  )
  passed.push('typed errors and redaction')

  const { start, callback } = webHandlers<void>({ client, store, redirect_uri, grant: () => 'web' })
  const begun = await start(new Request('https://app.example/start'))
  const cookie = begun.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const back = await approve(issuer, begun.headers.get('location') ?? '')
  check((await callback(new Request(back))).status === 400, 'another browser is refused')
  check((await callback(new Request(back, { headers: { cookie } }))).status === 200, 'the same browser is not')
  passed.push('web handlers with a bound browser')

  const again = await start(new Request('https://app.example/start'))
  const bound = again.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const body = new URL(await approve(issuer, again.headers.get('location') ?? '')).searchParams
  const posted = new Request('https://app.example/callback', { method: 'POST', body, headers: { cookie: bound } })
  check((await callback(posted)).status === 200, 'a callback that was posted is read')
  passed.push('a callback posted as a form')

  const keyed = defineClient({ provider, client_id: 'web', client_secret: 'a secret', dpop: dpop() })
  const api = apiClient({
    baseUrl: issuer,
    schemes: {
      none: undefined,
      oauth: oauthScheme({ manager: tokenSource('keyed', { client: keyed, store, flow: clientCredentialsFlow() }) }),
    },
    security: anyOf('none', 'oauth'),
  })
  check((await api.fetch('/api/echo')).status === 200, 'the second alternative is used')
  const refused = await api.fetch('/api/echo', { security: allOf('none', 'oauth') }).catch((error: unknown) => error)
  check(isOAuthError(refused) && refused.code === 'NOT_AUTHENTICATED', 'nothing is sent without credentials')
  passed.push('an API client with alternatives')
  return passed
}
