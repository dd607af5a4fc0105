import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Client, defineClient, type ProviderDefinition, resolveProvider } from '@evergrant/core'
import { startSandbox } from '@evergrant/sandbox'
import { connected } from './support/connected.ts'

function client(definition: Partial<ProviderDefinition>, fetch?: typeof globalThis.fetch): Client {
  const provider = resolveProvider({ id: 'acme', name: 'Acme', ...definition })
  return defineClient({ provider, client_id: 'web', http: fetch === undefined ? {} : { fetch } })
}

/** A provider that publishes what it is told to, at the addresses that it is told. */
function publishing(at: Record<string, Response | object>): { fetch: typeof fetch; asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    fetch: async (input) => {
      asked.push(String(input))
      const found = at[String(input)]
      if (found === undefined) return new Response('not here', { status: 404 })
      return found instanceof Response ? found.clone() : Response.json(found)
    },
  }
}

const issuer = 'https://acme.example/tenant'
const oidc = `${issuer}/.well-known/openid-configuration`
const oauth2 = 'https://acme.example/.well-known/oauth-authorization-server/tenant'
const metadata = { issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` }

test('[#132] metadata is fetched once for all callers', async () => {
  await using sandbox = await startSandbox()
  const of = client({ issuer: sandbox.issuer })
  const [one, two] = await Promise.all([of.metadata(), of.metadata(new AbortController().signal)])
  assert.equal(one, two)
  assert.equal(one.token_endpoint, `${sandbox.issuer}/token`)
  await of.metadata()
  assert.equal(sandbox.journal.count({ endpoint: 'discovery' }), 1)
})

test('a discovery that failed is not remembered', async () => {
  await using sandbox = await startSandbox()
  sandbox.fault({ match: { endpoint: 'discovery' }, status: 503 })
  const of = client({ issuer: sandbox.issuer })
  await assert.rejects(of.metadata(), { code: 'PROVIDER_UNAVAILABLE', status: 503 })
  assert.equal((await of.metadata()).issuer, sandbox.issuer)
})

test('a caller that gives up does not end the discovery of others', async () => {
  await using sandbox = await startSandbox()
  const hold = sandbox.hold({ match: { endpoint: 'discovery' } })
  const of = client({ issuer: sandbox.issuer })
  const giveUp = new AbortController()
  const [impatient, patient] = [of.metadata(giveUp.signal), of.metadata()]
  await hold.arrived
  giveUp.abort()
  await assert.rejects(impatient, { code: 'ABORTED' })
  hold.release()
  assert.equal((await patient).issuer, sandbox.issuer)
})

test('what is not published the one way is looked for the other way', async () => {
  const { fetch, asked } = publishing({ [oauth2]: metadata })
  assert.equal((await client({ issuer }, fetch).metadata()).token_endpoint, metadata.token_endpoint)
  assert.deepEqual(asked, [oidc, oauth2])
  const first = publishing({ [oauth2]: metadata })
  await client({ issuer, discovery: 'oauth2' }, first.fetch).metadata()
  assert.deepEqual(first.asked, [oauth2])
})

test('endpoints given by hand win over published ones, and make discovery needless when they suffice', async () => {
  const { fetch, asked } = publishing({ [oidc]: metadata })
  const token_endpoint = 'https://other.example/token'
  const mixed = await client({ issuer, token_endpoint }, fetch).metadata()
  assert.deepEqual(
    [mixed.token_endpoint, mixed.authorization_endpoint],
    [token_endpoint, metadata.authorization_endpoint],
  )
  asked.length = 0
  await client({ issuer, token_endpoint, authorization_endpoint: 'https://other.example/authorize' }, fetch).metadata()
  assert.deepEqual(asked, [])
})

test('metadata of another issuer is refused (RFC 8414 §3.3)', async () => {
  for (const other of ['https://evil.example', `${issuer}/x`, undefined, 7, null]) {
    const { fetch } = publishing({ [oidc]: { ...metadata, issuer: other } })
    await assert.rejects(client({ issuer }, fetch).metadata(), { code: 'ISSUER_MISMATCH', message: /Acme/ })
  }
  const slash = publishing({ [oidc]: { ...metadata, issuer: `${issuer}/` } })
  assert.equal((await client({ issuer }, slash.fetch).metadata()).issuer, `${issuer}/`)
})

test('one issuer per tenant: the template may differ, the host may not', async () => {
  const template = 'https://acme.example/{tenantid}'
  const good = publishing({ [oidc]: { ...metadata, issuer: template } })
  assert.equal((await client({ issuer, issuer_rule: 'tenant' }, good.fetch).metadata()).issuer, template)
  const evil = publishing({ [oidc]: { ...metadata, issuer: 'https://evil.example/{tenantid}' } })
  await assert.rejects(client({ issuer, issuer_rule: 'tenant' }, evil.fetch).metadata(), { code: 'ISSUER_MISMATCH' })
})

for (const [name, answer] of [
  ['a web page', new Response('<html>Sign in</html>', { headers: { 'content-type': 'text/html' } })],
  ['truncated JSON', new Response('{"issuer":')],
  ['a list', new Response('[]')],
  ['nothing', new Response(null)],
  ['a redirect', new Response(null, { status: 302, headers: { location: 'https://evil.example' } })],
] as const) {
  test(`${name} instead of metadata is a typed error that names the issuer`, async () => {
    const { fetch } = publishing({ [oidc]: answer })
    await assert.rejects(client({ issuer }, fetch).metadata(), {
      code: 'DISCOVERY_FAILED',
      who: 'administrator',
      message: /acme\.example/,
    })
  })
}

test('published addresses are held to https, and what is no address is not used', async () => {
  const plain = publishing({ [oidc]: { ...metadata, revocation_endpoint: 'http://acme.example/revoke' } })
  await assert.rejects(client({ issuer }, plain.fetch).metadata(), { code: 'INSECURE_URL' })
  const wrong = publishing({ [oidc]: { ...metadata, token_endpoint: 'token' } })
  await assert.rejects(client({ issuer }, wrong.fetch).metadata(), { code: 'DISCOVERY_FAILED' })
  const typed = publishing({ [oidc]: { ...metadata, jwks_uri: { href: 'x' } } })
  assert.equal((await client({ issuer }, typed.fetch).metadata()).jwks_uri, undefined)
})

test('an issuer that cannot be reached is named with what went wrong', async () => {
  const gone: typeof fetch = () =>
    Promise.reject(new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND') }))
  await assert.rejects(client({ issuer }, gone).metadata(), {
    code: 'PROVIDER_UNREACHABLE',
    message: /acme\.example.*ENOTFOUND/,
  })
})

for (const [status, code] of [
  [429, 'RATE_LIMITED'],
  [408, 'PROVIDER_UNAVAILABLE'],
  [500, 'PROVIDER_UNAVAILABLE'],
  [503, 'PROVIDER_UNAVAILABLE'],
] as const) {
  test(`metadata that is answered with ${status} is the provider's trouble, and its Retry-After is kept`, async () => {
    const headers = { 'retry-after': '77', 'content-type': 'text/html' }
    const { fetch, asked } = publishing({ [oidc]: new Response('<html>later</html>', { status, headers }) })
    const trouble = { code, status, class: 'transient', who: 'provider', retryAfter: 77, outcome: 'not_sent' }
    await assert.rejects(client({ issuer }, fetch).metadata(), trouble)
    assert.deepEqual(asked, [oidc])
    const other = publishing({ [oauth2]: new Response('later', { status, headers }) })
    await assert.rejects(client({ issuer }, other.fetch).metadata(), trouble)
  })
}

test('metadata that does not come in time is the provider’s trouble', async () => {
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer })
  const deaf: typeof fetch = () => new Promise(() => undefined)
  const of = defineClient({ provider, client_id: 'web', http: { fetch: deaf, deadline: 0.01 } })
  await assert.rejects(of.metadata(), { code: 'PROVIDER_TIMEOUT', class: 'transient', outcome: 'not_sent' })
})

test('a grant whose metadata cannot be had is asked for again when the provider allows it, and nothing is spent', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  world.sandbox.fault({ match: { endpoint: 'discovery' }, retryAfter: 120 })
  const source = world.source({ client: world.newClient() })
  await assert.rejects(source.token(), { code: 'RATE_LIMITED', retryAfter: 120 })
  world.clock.advance(119)
  await assert.rejects(source.token(), { code: 'RATE_LIMITED', retryAfter: 1 })
  assert.equal((await world.store.get('alice'))?.in_doubt, undefined)
  world.clock.advance(1)
  assert.ok((await source.token()).access_token)
})
