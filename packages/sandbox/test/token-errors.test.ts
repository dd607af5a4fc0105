import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeFor, consented, echo, post, redeem, redirectUri, refresh, sandboxAt, verifier, web } from './support.ts'

test('an authorization code used twice is refused, and what it gave is taken back', async () => {
  await using sandbox = await sandboxAt()
  const code = await codeFor(sandbox)
  const { json: tokens } = await redeem(sandbox, code)
  const second = await redeem(sandbox, code)
  assert.deepEqual([second.status, second.json.error], [400, 'invalid_grant'])
  assert.equal((await refresh(sandbox, tokens.refresh_token ?? '')).json.error, 'invalid_grant')
  assert.equal((await echo(sandbox, tokens.access_token ?? '')).status, 401)
})

test('of two uses of a code at the same moment at most one is served', async () => {
  await using sandbox = await sandboxAt()
  const code = await codeFor(sandbox, { scope: 'openid' })
  const answers = await Promise.all([redeem(sandbox, code), redeem(sandbox, code), redeem(sandbox, code)])
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  assert.equal(sandbox.families()[0]?.alive, false)
})

for (const [what, changes] of [
  ['a wrong verifier', { code_verifier: 'x'.repeat(43) }],
  ['no verifier', { code_verifier: '' }],
  ['another redirect URI', { redirect_uri: 'http://127.0.0.1:9/callback' }],
  ['no redirect URI', { redirect_uri: '' }],
  ['another client', { client_id: 'web', client_secret: web.client_secret }],
  ['an unknown code', { code: 'guess' }],
] as const) {
  test(`a code with ${what} is an invalid_grant`, async () => {
    await using sandbox = await sandboxAt()
    const code = await codeFor(sandbox)
    const { status, json } = await redeem(sandbox, code, changes)
    assert.deepEqual([status, json.error], [400, 'invalid_grant'])
    assert.equal(sandbox.families().length, 0)
  })
}

test('a code expires', async () => {
  await using sandbox = await sandboxAt()
  const code = await codeFor(sandbox)
  sandbox.advance(60)
  assert.match((await redeem(sandbox, code)).json.error_description ?? '', /expired/)
})

test('plain PKCE and none at all work only when PKCE is optional', async () => {
  await using sandbox = await sandboxAt({ pkce: 'optional' })
  const plain = await codeFor(sandbox, { code_challenge: verifier, code_challenge_method: 'plain' })
  assert.equal((await redeem(sandbox, plain)).status, 200)
  const without = { code_challenge: undefined, code_challenge_method: undefined }
  const { status } = await redeem(sandbox, await codeFor(sandbox, without), { code_verifier: '' })
  assert.equal(status, 200)
  const downgraded = await redeem(sandbox, await codeFor(sandbox, without))
  assert.equal(downgraded.json.error, 'invalid_grant')
})

const basic = (id: string, secret: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
})

for (const [what, fields, headers, status, error, words] of [
  ['an unknown client', { client_id: 'nobody' }, {}, 401, 'invalid_client', /no client/],
  ['no client', { client_id: '' }, {}, 401, 'invalid_client', /did not say who/],
  ['a wrong secret', { client_id: 'web', client_secret: 'wrong' }, {}, 401, 'invalid_client', /secret is wrong/],
  ['no secret', { client_id: 'web' }, {}, 401, 'invalid_client', /must send its secret/],
  ['a secret for a public client', { client_secret: 'x' }, {}, 401, 'invalid_client', /public/],
  ['a wrong Basic secret', { client_id: '' }, basic('web', 'wrong'), 401, 'invalid_client', /secret is wrong/],
  ['a garbled Basic header', { client_id: '' }, { authorization: 'Basic %%%' }, 401, 'invalid_client', /well-formed/],
  ['two ways at once', { client_id: 'web', client_secret: 'x' }, basic('web', 'x'), 400, 'invalid_request', /two ways/],
  ['two client ids', { client_id: 'native' }, basic('web', 'x'), 400, 'invalid_request', /differs/],
  ['no grant type', { grant_type: '' }, {}, 400, 'invalid_request', /grant_type is missing/],
  ['an unknown grant type', { grant_type: 'magic' }, {}, 400, 'unsupported_grant_type', /magic/],
  ['a public client', {}, {}, 400, 'unauthorized_client', /public client/],
] as const) {
  test(`client_credentials with ${what} answers ${error} in plain words`, async () => {
    await using sandbox = await sandboxAt()
    const answer = await post(sandbox, '/token', { grant_type: 'client_credentials', ...fields }, headers)
    assert.deepEqual([answer.status, answer.json.error], [status, error])
    assert.match(answer.json.error_description ?? '', words)
    assert.equal(answer.headers.get('cache-control'), 'no-store')
    const challenged = status === 401 && 'authorization' in headers
    assert.equal(answer.headers.get('www-authenticate'), challenged ? 'Basic realm="sandbox"' : null)
  })
}

test('a client that is pinned to one way of authenticating is refused another', async () => {
  await using sandbox = await sandboxAt()
  sandbox.registerClient({ ...web, token_endpoint_auth_method: 'client_secret_basic' })
  const fields = { grant_type: 'client_credentials', client_id: 'web', client_secret: web.client_secret }
  assert.equal((await post(sandbox, '/token', fields)).json.error, 'invalid_client')
  const { grant_type, client_id } = fields
  assert.equal((await post(sandbox, '/token', { grant_type, client_id }, basic('web', web.client_secret))).status, 200)
})

test('a client is refused a grant type and a scope that it is not registered for', async () => {
  await using sandbox = await sandboxAt()
  sandbox.registerClient({ client_id: 'small', client_secret: 's', grant_types: ['client_credentials'], scope: 'a b' })
  const who = { client_id: 'small', client_secret: 's' }
  const code = await post(sandbox, '/token', { ...who, grant_type: 'authorization_code', code: 'x' })
  assert.equal(code.json.error, 'unauthorized_client')
  const wide = await post(sandbox, '/token', { ...who, grant_type: 'client_credentials', scope: 'a c' })
  assert.equal(wide.json.error, 'invalid_scope')
})

test('a parameter sent twice is an invalid_request', async () => {
  await using sandbox = await sandboxAt()
  const body = 'grant_type=refresh_token&client_id=native&refresh_token=a&refresh_token=b'
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const response = await fetch(`${sandbox.url}/token`, { method: 'POST', body, headers })
  assert.match(await response.text(), /invalid_request.*refresh_token was sent more than once/)
})

test('the token endpoint takes only POST, and only forms', async () => {
  await using sandbox = await sandboxAt()
  const got = await fetch(`${sandbox.url}/token`)
  assert.deepEqual([got.status, got.headers.get('allow')], [405, 'POST'])
  const headers = { 'content-type': 'application/json' }
  const json = await fetch(`${sandbox.url}/token`, { method: 'POST', body: '{}', headers })
  assert.equal(json.status, 400)
  assert.match(await json.text(), /invalid_request.*x-www-form-urlencoded/)
})

test('an expired, a revoked and a missing access token get the challenges of RFC 6750', async () => {
  await using sandbox = await sandboxAt({ lifetimes: { accessToken: 10 } })
  const { access, json } = await consented(sandbox)
  assert.equal(json.expires_in, 10)
  const good = await echo(sandbox, access)
  assert.deepEqual([good.status, good.json.sub, good.json.client_id], [200, 'alice', 'native'])
  sandbox.advance(10)
  const expired = await echo(sandbox, access)
  assert.equal(expired.status, 401)
  assert.match(expired.headers.get('www-authenticate') ?? '', /^Bearer .*error="invalid_token".*expired/)
  assert.match((await echo(sandbox, 'unknown')).headers.get('www-authenticate') ?? '', /error="invalid_token"/)
  const bare = await fetch(`${sandbox.url}/api/echo`)
  assert.deepEqual([bare.status, bare.headers.get('www-authenticate')], [401, 'Bearer realm="sandbox"'])
})

test('redirect URIs match exactly, save for the port of a loopback address', async () => {
  await using sandbox = await sandboxAt()
  sandbox.registerClient({
    client_id: 'native',
    redirect_uris: [redirectUri, 'http://localhost:5000/cb', 'https://app.example/cb?x=a%20b'],
  })
  const other = 'http://127.0.0.1:45321/callback'
  assert.equal(
    (await redeem(sandbox, await codeFor(sandbox, { redirect_uri: other }), { redirect_uri: other })).status,
    200,
  )
  const kept = await sandbox.approve(
    new URL(
      `${sandbox.issuer}/authorize?${new URLSearchParams({ response_type: 'code', client_id: 'native', redirect_uri: 'https://app.example/cb?x=a%20b', code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' })}`,
    ),
  )
  assert.ok(kept.startsWith('https://app.example/cb?x=a%20b&code='), kept)
})
