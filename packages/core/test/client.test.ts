import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  beginAuthorization,
  type Client,
  type ClientOptions,
  ClientSecretBasic,
  defineClient,
  type ProviderDefinition,
  resolveProvider,
} from '@evergrant/core'

const definition: ProviderDefinition = {
  id: 'acme',
  name: 'Acme',
  issuer: 'https://acme.example',
  authorization_endpoint: 'https://acme.example/authorize?fixed=1',
  token_endpoint: 'https://acme.example/token',
}

function client(options: Partial<ClientOptions> = {}, more: Partial<ProviderDefinition> = {}): Client {
  return defineClient({ provider: resolveProvider({ ...definition, ...more }), client_id: 'web', ...options })
}

test('[#15 #75] a missing client id is named', () => {
  for (const client_id of ['', '  '])
    assert.throws(() => client({ client_id }), { code: 'MISSING_CLIENT_ID', message: /Acme/ })
})

test('[#2] a secret for a public client is refused, without the secret in the words', () => {
  assert.throws(
    () => client({ client_secret: 'pLaNtEd', client_auth: 'none' }),
    (error: Error) => /public client of Acme/.test(error.message) && !/pLaNtEd/.test(error.message),
  )
})

test('[#15] a method that needs a secret does not go without', () => {
  for (const client_auth of ['client_secret_basic', 'client_secret_post'] as const)
    assert.throws(() => client({ client_auth }), { code: 'MISSING_CLIENT_SECRET', who: 'administrator' })
  assert.throws(() => client({}, { client_auth: ['client_secret_basic'] }), { code: 'MISSING_CLIENT_SECRET' })
  assert.throws(() => client({ client_secret: '' }, { client_auth: ['client_secret_post'] }), {
    code: 'MISSING_CLIENT_SECRET',
  })
})

for (const [options, methods, method] of [
  [{}, undefined, 'none'],
  [{ client_secret: 's' }, undefined, 'client_secret_post'],
  [{ client_secret: 's' }, ['client_secret_basic'], 'client_secret_basic'],
  [{ client_secret: 's' }, ['none', 'client_secret_basic'], 'client_secret_basic'],
  [{}, ['client_secret_basic', 'none'], 'none'],
  [{ client_secret: 's', client_auth: 'client_secret_post' }, ['client_secret_basic'], 'client_secret_post'],
  [{ client_auth: ClientSecretBasic('s') }, undefined, 'client_secret_basic'],
] as const) {
  test(`[#46 #47] with ${JSON.stringify(options)} at a provider with ${methods?.join(' and ') ?? 'no known methods'} the client uses ${method}`, () => {
    assert.equal(client(options, methods === undefined ? {} : { client_auth: methods }).authentication.method, method)
  })
}

for (const field of [
  'issuer',
  'authorization_endpoint',
  'token_endpoint',
  'revocation_endpoint',
  'introspection_endpoint',
  'userinfo_endpoint',
  'device_authorization_endpoint',
  'jwks_uri',
  'registration_endpoint',
  'backchannel_authentication_endpoint',
  'pushed_authorization_request_endpoint',
] as const) {
  test(`a definition written by hand whose ${field} is plain http on another machine makes no client`, () => {
    const provider = { ...definition, values: {}, [field]: 'http://acme.example/x' }
    const refused = { code: 'INSECURE_URL', message: new RegExp(`Acme: ${field}`) }
    assert.throws(() => defineClient({ provider, client_id: 'web' }), refused)
    assert.ok(defineClient({ provider: { ...provider, [field]: 'http://127.0.0.1:9/x' }, client_id: 'web' }))
  })
}

const redirect_uri = 'https://app.example/callback'
const begin = (of: Client, options: object = {}) => beginAuthorization(of, { grant: 'alice', redirect_uri, ...options })

test('[#27 #28 #29 #30] the consent address holds everything, encoded, and no request is made for it', async () => {
  const of = client(
    { http: { fetch: () => Promise.reject(new Error('a request was made')) } },
    { authorization_params: { access_type: 'offline', prompt: 'none' }, first_consent_params: { prompt: 'consent' } },
  )
  const { url, pending } = await begin(of, {
    scope: 'openid a&b',
    login_hint: 'a+b@example.test',
    resource: 'https://api.example/',
  })
  const query = Object.fromEntries(new URL(url).searchParams)
  const { code_challenge, ...rest } = query
  assert.match(code_challenge ?? '', /^[\w-]{43}$/)
  assert.deepEqual(rest, {
    fixed: '1',
    access_type: 'offline',
    prompt: 'consent',
    login_hint: 'a+b@example.test',
    resource: 'https://api.example/',
    response_type: 'code',
    client_id: 'web',
    redirect_uri,
    scope: 'openid a&b',
    state: pending.state,
    nonce: pending.nonce,
    code_challenge_method: 'S256',
  })
  assert.notEqual((await begin(of)).pending.state, pending.state)
})

test('[#30 #137] consent is not forced when a refresh token is held', async () => {
  const of = client({}, { first_consent_params: { prompt: 'consent' } })
  const { url } = await begin(of, { hasRefreshToken: true })
  assert.equal(new URL(url).searchParams.has('prompt'), false)
})

test('extra parameters override the provider’s, never those that decide about security', async () => {
  const protocol = {
    response_type: 'token',
    client_id: 'evil',
    redirect_uri: 'https://evil.example',
    state: 'fixed',
    nonce: 'n',
    code_challenge: 'c',
    code_challenge_method: 'plain',
  }
  const { url, pending } = await begin(client(), { params: { ...protocol, prompt: 'login' } })
  const query = new URL(url).searchParams
  assert.equal(query.get('prompt'), 'login')
  assert.equal(query.get('client_id'), 'web')
  assert.equal(query.get('state'), pending.state)
  assert.equal(query.get('response_type'), 'code')
  assert.equal(query.get('code_challenge_method'), 'S256')
  assert.equal(query.get('nonce'), null)
})

test('[#58] a caller that overrides the scope gets what it asked for, and the grant will remember it', async () => {
  const { url, pending } = await begin(client({}, { default_scopes: ['profile'] }), {
    params: { scope: 'openid mail' },
  })
  assert.equal(new URL(url).searchParams.get('scope'), 'openid mail')
  assert.equal(pending.scope, 'openid mail')
  assert.ok(pending.nonce)
})

test('[#26] scopes that come twice are asked for once, separated as the provider wants', async () => {
  const of = client({}, { default_scopes: ['openid'], offline_scopes: ['offline_access'], scope_separator: ',' })
  const { url, pending } = await begin(of, { scope: 'openid mail mail offline_access' })
  assert.equal(new URL(url).searchParams.get('scope'), 'openid,mail,offline_access')
  assert.equal(pending.scope, 'openid mail offline_access')
})

test('[#3] PKCE can be switched off by the provider’s definition alone', async () => {
  const { url, pending } = await begin(client({}, { pkce: 'off' }))
  assert.equal(new URL(url).searchParams.has('code_challenge'), false)
  assert.equal(pending.code_verifier, undefined)
})

for (const [registered, used, accepted] of [
  ['https://app.example/callback', 'https://app.example/callback', true],
  ['https://app.example/callback', 'https://app.example/callback/', false],
  ['https://app.example/callback', 'https://APP.example/callback', false],
  ['https://app.example/callback', 'https://app.example:443/callback', false],
  ['http://127.0.0.1/callback', 'http://127.0.0.1:49152/callback', true],
  ['http://127.0.0.1/callback', 'http://127.0.0.1:49152/other', false],
  ['http://[::1]/callback', 'http://[::1]:49152/callback', true],
  ['http://localhost/callback', 'http://localhost:49152/callback', false],
  ['com.example.app:/callback', 'com.example.app:/callback', true],
  ['not a URI', 'https://app.example/callback', false],
] as const) {
  test(`[#31] ${used} is ${accepted ? 'accepted' : 'refused'} where ${registered} is registered`, async () => {
    const work = begin(client({ redirect_uris: [registered] }), { redirect_uri: used })
    if (accepted) assert.equal((await work).pending.redirect_uri, used)
    else await assert.rejects(work, { code: 'REDIRECT_URI_MISMATCH', who: 'administrator' })
  })
}

test('a redirect URI that cannot be one is refused', async () => {
  await assert.rejects(begin(client(), { redirect_uri: '/callback' }), { code: 'INVALID_ARGUMENT' })
  await assert.rejects(begin(client(), { redirect_uri: 'http://app.example/cb' }), { code: 'INSECURE_URL' })
})

test('a provider without an authorization endpoint says so', async () => {
  const provider = resolveProvider({ id: 'a', name: 'Acme', token_endpoint: 'https://a.example/token' })
  await assert.rejects(begin(defineClient({ provider, client_id: 'web' })), {
    code: 'MISSING_ENDPOINT',
    message: /Acme/,
  })
})
