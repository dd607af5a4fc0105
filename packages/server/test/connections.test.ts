import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { startSandbox } from '@evergrant/sandbox'
import {
  accountAt,
  connect,
  connected,
  connectionTo,
  consentUrl,
  PASSWORD,
  Scene,
  SECRET,
  sandboxOf,
} from './support/scene.ts'

test('connections come in pages, in order of their names and each once, or all at once', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const names = ['b', 'a', 'same', 'same', 'same', 'c', 'é']
  const settings = { provider: 'github', client_id: 'c', client_secret: 's'.repeat(20) }
  for (const name of names) assert.equal((await admin.post('/v1/connections', { ...settings, name })).status, 201)
  const all = (await admin.get('/v1/connections')).json
  assert.equal(all.next, undefined)
  assert.equal(all.connections.length, names.length)
  const pages: unknown[][] = []
  let cursor: string | undefined
  do {
    const more = cursor === undefined ? '' : `&cursor=${cursor}`
    const { json } = await admin.get(`/v1/connections?limit=2${more}`)
    pages.push(json.connections)
    cursor = json.next
  } while (cursor !== undefined)
  assert.deepEqual(
    pages.map(({ length }) => length),
    [2, 2, 2, 1],
  )
  assert.deepEqual(pages.flat(), all.connections)
  const wrong = await admin.get('/v1/connections?cursor=nonsense')
  assert.deepEqual([wrong.status, wrong.json.field], [400, 'cursor'])
  assert.equal((await admin.get('/v1/connections?limit=0')).status, 400)
})

test('[#129] a connection has a name, a provider, a client id, a secret and a tenant, and can be changed and removed', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const [found] = (await admin.get('/v1/providers?search=outlook&limit=1')).json.providers
  const provider = (await admin.get(`/v1/providers/${found.id}`)).json
  assert.ok(provider.parameters[0].help)
  const made = await admin.post('/v1/connections', {
    name: ' Mail of Contoso ',
    provider: provider.id,
    client_id: ' 1234 ',
    client_secret: SECRET,
    parameters: { tenant: 'contoso.com' },
    scope: provider.features[0].scopes.join(' '),
  })
  assert.equal(made.status, 201, made.text)
  const { id, created_at, updated_at, secret_set_at, ...shown } = made.json
  assert.ok(created_at === updated_at && updated_at === secret_set_at)
  assert.deepEqual(shown, {
    name: 'Mail of Contoso',
    provider: provider.id,
    provider_name: provider.name,
    client_id: '1234',
    client_auth: provider.client_auth[0],
    has_secret: true,
    secret_hint: SECRET.slice(-4),
    parameters: { tenant: 'contoso.com' },
    scope: provider.features[0].scopes.join(' '),
    redirect_uri: `${scene.server.url}/oauth/callback/${id}`,
    accounts: { total: 0, ok: 0 },
  })
  scene.clock.advance(5)
  const changed = await admin.patch(`/v1/connections/${id}`, { name: 'Mail', parameters: { tenant: 'fabrikam.com' } })
  assert.equal(changed.json.name, 'Mail')
  assert.equal(changed.json.has_secret, true, 'what is left out stays')
  assert.equal(changed.json.updated_at, updated_at + 5)
  assert.equal(changed.json.secret_set_at, secret_set_at)
  const url = await consentUrl(await accountAt(id, admin), admin)
  assert.match(url, /\/fabrikam\.com\//)
  assert.equal((await admin.delete(`/v1/connections/${id}?accounts=delete`)).status, 204)
  assert.equal((await admin.get(`/v1/connections/${id}`)).status, 404)
  assert.equal((await admin.get('/v1/accounts')).json.accounts.length, 0, '[#133] its accounts went with it')
})

const wrong: [string, object, number, string, string | undefined][] = [
  ['an unknown provider', { provider: 'sandbux' }, 404, 'UNKNOWN_PROVIDER', 'provider'],
  ['no client id', { client_id: '  ' }, 400, 'MISSING_CLIENT_ID', 'client_id'],
  ['a secret for a public client', { client_auth: 'none' }, 400, 'SECRET_FOR_PUBLIC_CLIENT', 'client_secret'],
  [
    'no secret',
    { client_secret: '', client_auth: 'client_secret_post' },
    400,
    'MISSING_CLIENT_SECRET',
    'client_secret',
  ],
  ['plain http elsewhere', { provider: 'generic', issuer: 'http://login.example.com' }, 400, 'INSECURE_URL', 'issuer'],
  [
    'a plain http endpoint elsewhere',
    {
      provider: 'generic',
      issuer: '',
      authorization_endpoint: 'https://login.example.com/a',
      token_endpoint: 'http://login.example.com/t',
    },
    400,
    'INSECURE_URL',
    'token_endpoint',
  ],
  ['a file for an issuer', { provider: 'generic', issuer: 'file:///etc/passwd' }, 400, 'SETTING_INVALID', 'issuer'],
  [
    'a password in an address',
    { provider: 'generic', issuer: 'https://a:b@x.example' },
    400,
    'SETTING_INVALID',
    'issuer',
  ],
  [
    'a fragment in an endpoint',
    { provider: 'generic', token_endpoint: 'https://x.example/t#f' },
    400,
    'SETTING_INVALID',
    'token_endpoint',
  ],
  [
    'a line break in an address',
    { provider: 'generic', authorization_endpoint: 'https://x.exa\r\nmple/a' },
    400,
    'SETTING_INVALID',
    'authorization_endpoint',
  ],
  ['odd characters in scopes', { scope: 'mail.read "x' }, 400, 'SETTING_INVALID', 'scope'],
  ['a control character', { scope: 'mail.read x\u0000' }, 400, 'INVALID_REQUEST', 'scope'],
  ['odd characters in a client id', { client_id: 'app\r\nx: y' }, 400, 'SETTING_INVALID', 'client_id'],
  ['neither issuer nor endpoints', { provider: 'generic', issuer: '' }, 400, 'MISSING_ENDPOINT', 'issuer'],
  [
    'a value that cannot be one',
    { provider: 'sandbox', issuer: 'javascript:alert(1)' },
    400,
    'SETTING_INVALID',
    'issuer',
  ],
  ['a field that does not exist', { secret: 'x' }, 400, 'INVALID_REQUEST', 'secret'],
  ['a method that does not exist', { client_auth: 'magic' }, 400, 'INVALID_REQUEST', 'client_auth'],
]
for (const [what, change, status, code, field] of wrong) {
  test(`[#129] ${what} is refused with words about it, and nothing is stored`, async () => {
    await using scene = await Scene.begin()
    const admin = await scene.admin()
    const body = { name: 'x', provider: 'sandbox', client_id: 'x', client_secret: SECRET, issuer: 'http://127.0.0.1:9' }
    const { status: answered, json, headers } = await admin.post('/v1/connections', { ...body, ...change })
    assert.equal(json.code, code, json.detail)
    assert.equal(answered, status)
    assert.equal(json.field, field)
    assert.equal(headers.get('content-type')?.split(';')[0], 'application/problem+json')
    assert.ok(json.title && json.detail && json.advice && json.who && json.request_id)
    assert.ok(!JSON.stringify(json).includes(SECRET))
    assert.equal((await admin.get('/v1/connections')).json.connections.length, 0)
  })
}

test('an unknown provider is refused with the name that was meant', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const body = { name: 'x', provider: 'sandbux', client_id: 'x' }
  assert.match((await admin.post('/v1/connections', body)).json.detail, /Did you mean sandbox\?/)
})

test('[#132] a provider that is only given by its endpoints works', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const connection = await connectionTo(sandbox, admin, {
    provider: 'generic',
    issuer: '',
    authorization_endpoint: `${sandbox.issuer}/authorize`,
    token_endpoint: `${sandbox.issuer}/token`,
  })
  const account = await accountAt(connection, admin, { name: 'By endpoints', login_hint: 'bob@example.test' })
  const { page } = await connect(account, sandbox, admin)
  assert.equal(page.status, 200, page.text)
  const shown = (await admin.get(`/v1/accounts/${account}`)).json
  assert.equal(shown.state, 'ok')
  assert.equal(shown.name, 'By endpoints')
})

test('[#136] redirect URIs come from the public address with its sub-path, whatever Host a request has', async () => {
  const env = { EVERGRANT_PUBLIC_URL: 'https://example.com/evergrant/' }
  await using scene = await Scene.begin({ env: { ...env, EVERGRANT_HOST: '127.0.0.1' } })
  assert.match(scene.server.setupLink ?? '', /^https:\/\/example\.com\/evergrant\/setup#token=/)
  const token = scene.server.setupLink?.split('token=')[1]
  const headers = { 'x-evergrant': '1', origin: 'https://example.com', 'content-type': 'application/json' }
  const call = async (path: string, body: object, cookie = '') => {
    const sent = { ...headers, cookie, 'x-forwarded-host': 'evil.example' }
    return fetch(`${scene.server.listening}${path}`, { method: 'POST', headers: sent, body: JSON.stringify(body) })
  }
  const setUp = await call('/v1/setup', { token, name: 'Ada', password: 'correct horse battery' })
  assert.equal(setUp.status, 200)
  const cookie = setUp.headers.getSetCookie()[0]?.split(';')[0]
  const body = { name: 'x', provider: 'generic', client_id: 'x', issuer: 'https://login.example.com' }
  const made = (await (await call('/v1/connections', body, cookie)).json()) as { id: string; redirect_uri: string }
  assert.equal(made.redirect_uri, `https://example.com/evergrant/oauth/callback/${made.id}`)
})

test('[#136] a connection is made under an id that was given out before, with the redirect URI told then, and once', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const { json: draft } = await admin.get('/v1/connections/new')
  const body = { id: draft.id, name: 'x', provider: 'generic', client_id: 'x', issuer: 'https://login.example.com' }
  const made = await admin.post('/v1/connections', body)
  assert.deepEqual([made.status, made.json.id, made.json.redirect_uri], [201, draft.id, draft.redirect_uri])
  const again = await admin.post('/v1/connections', { ...body, name: 'another' })
  assert.deepEqual([again.status, again.json.field], [400, 'id'])
  assert.equal((await admin.get(`/v1/connections/${draft.id}`)).json.name, 'x')
  for (const id of ['', 'short', '../../../../etc/passwd', `${draft.id}\n`, 'a'.repeat(21), 'ä'.repeat(20)]) {
    const refused = await admin.post('/v1/connections', { ...body, id })
    assert.deepEqual([refused.status, refused.json.field], [400, 'id'], id)
  }
  assert.equal((await admin.get('/v1/connections')).json.connections.length, 1)
  assert.notEqual((await admin.get('/v1/connections/new')).json.id, draft.id)
})

test('the check of a sound connection is good at every step and touches no grant', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const connection = await connectionTo(sandbox, admin)
  const { json } = await admin.post(`/v1/connections/${connection}/check`)
  assert.deepEqual(
    json.checks.map(({ id, ok }: { id: string; ok: boolean }) => [id, ok]),
    [
      ['public_url', true],
      ['settings', true],
      ['discovery', true],
      ['tls', true],
      ['client_authentication', true],
      ['clock', true],
      ['redirect_uri', true],
      ['scopes', true],
    ],
    JSON.stringify(json.checks),
  )
  assert.equal(json.ok, true)
  assert.equal(sandbox.families().length, 0)
})

test('the check finds a wrong secret, the connection and its accounts show it, and a new secret mends it', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, connection, account } = await connected(scene, sandbox)
  await admin.patch(`/v1/connections/${connection}`, { client_secret: 'the id of the secret, pasted' })
  const { json } = await admin.post(`/v1/connections/${connection}/check`)
  assert.equal(json.ok, false)
  const bad = json.checks.filter(({ ok }: { ok: boolean }) => !ok)
  assert.deepEqual(
    bad.map(({ id, who }: { id: string; who: string }) => [id, who]),
    [['client_authentication', 'administrator']],
  )
  assert.ok((await admin.get(`/v1/connections/${connection}`)).json.last_error)
  const shown = (await admin.get(`/v1/accounts/${account}`)).json
  assert.equal(shown.state, 'connection_error')
  assert.equal(shown.who, 'administrator')
  await admin.patch(`/v1/connections/${connection}`, { client_secret: ` ${SECRET}\n` })
  assert.equal((await admin.get(`/v1/accounts/${account}`)).json.state, 'ok')
  assert.equal((await admin.post(`/v1/connections/${connection}/check`)).json.ok, true)
})

test('the check tells a clock that is wrong, a provider that is away, and one that is another', async () => {
  await using scene = await Scene.begin()
  // Its clock runs on, and ours stands still.
  await using sandbox = await startSandbox({ clock: { now: () => scene.clock.now() + 300 } })
  const admin = await scene.admin()
  const connection = await connectionTo(sandbox, admin)
  const failures = async (id: string) => {
    const { json } = await admin.post(`/v1/connections/${id}/check`)
    return json.checks.filter(({ ok }: { ok: boolean }) => !ok)
  }
  const [clock, ...others] = await failures(connection)
  assert.equal(clock.id, 'clock')
  assert.match(clock.detail, /300 seconds behind/)
  assert.equal(others.length, 0)

  const closed = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => closed.once('listening', done))
  const { port } = closed.address() as AddressInfo
  await new Promise((done) => closed.close(done))
  const away = await connectionTo(sandbox, admin, { issuer: `http://127.0.0.1:${port}` })
  assert.deepEqual(
    (await failures(away)).map(({ id }: { id: string }) => id),
    ['discovery'],
  )

  const alias = sandbox.issuer.replace('127.0.0.1', 'localhost')
  const another = await connectionTo(sandbox, admin, { issuer: alias })
  const [issuer] = await failures(another)
  assert.equal(issuer.id, 'discovery')
  assert.match(issuer.detail, /calls itself/)
})

test('the check finds a redirect URI that is not registered, and shows what is doubtful without calling it wrong', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const connection = await connectionTo(sandbox, admin)
  sandbox.registerClient({ client_id: 'evergrant', client_secret: SECRET, redirect_uris: ['http://127.0.0.1/other'] })
  const { json } = await admin.post(`/v1/connections/${connection}/check`)
  const found = new Map<string, Record<string, unknown>>(json.checks.map((one: { id: string }) => [one.id, one]))
  assert.deepEqual([json.ok, found.get('client_authentication')?.['ok']], [false, true])
  const redirect = found.get('redirect_uri')
  assert.deepEqual([redirect?.['ok'], redirect?.['who']], [false, 'administrator'])
  assert.match(String(redirect?.['title']), new RegExp(`/oauth/callback/${connection}$`))
  assert.match(String(redirect?.['advice']), /Register exactly this redirect URI/)
  assert.deepEqual([found.get('scopes')?.['ok'], typeof found.get('scopes')?.['advice']], [true, 'string'])
})

test('[#31] a redirect URI that is not registered never comes back: the provider says it, and nothing is redeemed', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const connection = await connectionTo(sandbox, admin)
  sandbox.registerClient({ client_id: 'evergrant', client_secret: SECRET, redirect_uris: ['http://127.0.0.1/other'] })
  const url = await consentUrl(await accountAt(connection, admin), admin)
  assert.equal(new URL(url).searchParams.get('redirect_uri'), `${scene.server.url}/oauth/callback/${connection}`)
  await assert.rejects(sandbox.approve(url), /redirect/i)
})

test('[#139] an address that changes asks for the secret again, so that no other host is told the stored one', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const connection = await connectionTo(sandbox, admin)
  const elsewhere = { issuer: 'http://127.0.0.1:9/elsewhere' }
  const refused = await admin.patch(`/v1/connections/${connection}`, elsewhere)
  assert.equal(refused.status, 400)
  assert.equal(refused.json.field, 'client_secret')
  assert.equal((await admin.get(`/v1/connections/${connection}`)).json.issuer, sandbox.issuer)
  assert.equal(
    (await admin.patch(`/v1/connections/${connection}`, { ...elsewhere, client_secret: SECRET })).status,
    200,
  )
})

test('[#139] a parameter that changes the host asks for the secret again, and one that changes a path does not', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const parameters = { domain: 'login.example.com', realm: 'main' }
  const made = await admin.post('/v1/connections', {
    name: 'Realm',
    provider: 'keycloak',
    client_id: 'c',
    client_secret: SECRET,
    parameters,
  })
  assert.equal(made.status, 201, made.text)
  const path = `/v1/connections/${made.json.id}`

  const refused = await admin.patch(path, { parameters: { ...parameters, domain: 'elsewhere.example.com' } })
  assert.equal(refused.status, 400)
  assert.equal(refused.json.code, 'INVALID_REQUEST')
  assert.equal(refused.json.field, 'client_secret')
  assert.deepEqual((await admin.get(path)).json.parameters, parameters, 'nothing was changed')

  assert.equal((await admin.patch(path, { parameters: { ...parameters, realm: 'other' } })).status, 200)
  const again = { parameters: { ...parameters, domain: 'elsewhere.example.com' }, client_secret: SECRET }
  assert.equal((await admin.patch(path, again)).status, 200)
})

test('a name of blanks is no name', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const connection = await connectionTo(sandbox, admin)
  const account = await accountAt(connection, admin)
  assert.equal((await admin.patch(`/v1/connections/${connection}`, { name: '  ' })).status, 400)
  assert.equal((await admin.patch(`/v1/accounts/${account}`, { name: '  ' })).status, 400)
  assert.equal((await admin.post('/v1/api-keys', { name: '  ', password: PASSWORD })).status, 400)
})
