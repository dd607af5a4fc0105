import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { authorizationUrl, consented, post, refresh, sandboxAt, web } from './support.ts'

const own = { grant_type: 'client_credentials', client_id: 'web', client_secret: web.client_secret }

test('status and body stand in for the answer, and no token is spent', async () => {
  await using sandbox = await sandboxAt()
  const { refresh: token } = await consented(sandbox)
  const fault = sandbox.fault({ match: { endpoint: 'token' }, status: 503, body: { error: 'temporarily_unavailable' } })
  const failed = await refresh(sandbox, token)
  assert.deepEqual([failed.status, failed.json.error], [503, 'temporarily_unavailable'])
  assert.equal(fault.hits, 1)
  assert.equal((await refresh(sandbox, token)).status, 200)
  assert.equal(sandbox.journal.count({ error: 'temporarily_unavailable', status: 503 }), 1)
})

test('with processed, the token is spent although the answer is another', async () => {
  await using sandbox = await sandboxAt()
  const { refresh: token } = await consented(sandbox)
  sandbox.fault({ status: 500, processed: true })
  assert.equal((await refresh(sandbox, token)).status, 500)
  assert.equal(sandbox.families()[0]?.generation, 2)
})

test('a lost response has spent the refresh token, and the journal knows what was lost', async () => {
  await using sandbox = await sandboxAt()
  const { refresh: token } = await consented(sandbox)
  sandbox.fault({ match: { grant_type: 'refresh_token' }, lostResponse: true })
  await assert.rejects(refresh(sandbox, token), /fetch failed/)
  const entry = sandbox.journal.last({ grant_type: 'refresh_token' })
  assert.deepEqual([entry?.answered, entry?.outcome?.status, entry?.outcome?.issued?.generation], [false, undefined, 2])
  assert.equal((await refresh(sandbox, token)).json.error, 'invalid_grant')
})

test('a connection cut before the work has spent nothing', async () => {
  await using sandbox = await sandboxAt()
  const { refresh: token } = await consented(sandbox)
  sandbox.fault({ dropBefore: true })
  await assert.rejects(refresh(sandbox, token), /fetch failed/)
  assert.equal(sandbox.families()[0]?.generation, 1)
  assert.equal((await refresh(sandbox, token)).status, 200)
})

test('an answer can be cut in the middle', async () => {
  await using sandbox = await sandboxAt()
  sandbox.fault({ truncate: 20 })
  await assert.rejects(post(sandbox, '/token', own), /terminated/)
  assert.equal(sandbox.journal.last()?.answered, false)
  sandbox.fault({ truncate: 0 })
  const response = await fetch(`${sandbox.url}/token`, { method: 'POST', body: new URLSearchParams(own) })
  assert.equal(response.status, 200)
  await assert.rejects(response.text(), /terminated/)
})

test('a hanging request is never answered', async () => {
  await using sandbox = await sandboxAt()
  const fault = sandbox.fault({ hang: true })
  const body = new URLSearchParams(own)
  const signal = AbortSignal.timeout(200)
  await assert.rejects(fetch(`${sandbox.url}/token`, { method: 'POST', body, signal }), { name: 'TimeoutError' })
  assert.equal(fault.hits, 1)
})

test('latency delays the answer by real seconds', async () => {
  await using sandbox = await sandboxAt()
  sandbox.fault({ latency: 0.2 })
  const started = performance.now()
  assert.equal((await post(sandbox, '/token', own)).status, 200)
  assert.ok(performance.now() - started >= 195)
})

test('an HTML error page comes as proxies send it', async () => {
  await using sandbox = await sandboxAt()
  sandbox.fault({ html: true })
  const response = await fetch(`${sandbox.url}/token`, { method: 'POST', body: new URLSearchParams(own) })
  assert.deepEqual([response.status, response.headers.get('content-type')], [502, 'text/html; charset=utf-8'])
  assert.match(await response.text(), /<h1>Bad Gateway/)
})

test('retryAfter answers 429 with the header and an empty body', async () => {
  await using sandbox = await sandboxAt()
  sandbox.fault({ retryAfter: 7 })
  const response = await fetch(`${sandbox.url}/token`, { method: 'POST', body: new URLSearchParams(own) })
  assert.deepEqual([response.status, response.headers.get('retry-after'), await response.text()], [429, '7', ''])
})

test('fields can be dropped from an answer and others put in', async () => {
  await using sandbox = await sandboxAt()
  const { refresh: token } = await consented(sandbox)
  const drop = ['refresh_token', 'scope', 'token_type']
  sandbox.fault({
    drop,
    set: { expires_in: '3600', refresh_token_expires_in: null },
    contentType: 'text/javascript',
    headers: { 'X-Proxy': 'yes' },
  })
  const { json, headers } = await refresh(sandbox, token)
  assert.deepEqual(Object.keys(json).sort(), ['access_token', 'expires_in', 'refresh_token_expires_in'])
  assert.equal(json.expires_in, '3600')
  assert.deepEqual([headers.get('content-type'), headers.get('x-proxy')], ['text/javascript', 'yes'])
})

test('fields of the redirect to the client can be dropped and replaced', async () => {
  await using sandbox = await sandboxAt()
  sandbox.fault({ match: { endpoint: 'consent' }, drop: ['state'], set: { iss: 'https://other.example' } })
  const { searchParams } = new URL(await sandbox.approve(authorizationUrl(sandbox)))
  assert.deepEqual([searchParams.get('state'), searchParams.get('iss')], [null, 'https://other.example'])
  assert.ok(searchParams.get('code'))
})

test('a verifier refuses an id_token whose claims or signature a fault has spoiled', async () => {
  await using sandbox = await sandboxAt()
  const verified = async (): Promise<unknown> => {
    const keys = createRemoteJWKSet(new URL(`${sandbox.url}/jwks`))
    const { json } = await consented(sandbox, { scope: 'openid', nonce: 'n' })
    const { payload } = await jwtVerify(json.id_token ?? '', keys, { issuer: sandbox.issuer, audience: 'native' })
    return payload
  }
  const match = { endpoint: 'token' } as const
  sandbox.fault({ match, claims: { nonce: 'other', auth_time: null } })
  const { nonce, auth_time } = (await verified()) as Record<string, unknown>
  assert.deepEqual([nonce, auth_time], ['other', undefined])
  sandbox.fault({ match, claims: { iss: 'https://other.example' } })
  await assert.rejects(verified(), { code: 'ERR_JWT_CLAIM_VALIDATION_FAILED' })
  sandbox.fault({ match, forged: true })
  await assert.rejects(verified(), { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' })
})

test('a text body is sent as it is', async () => {
  await using sandbox = await sandboxAt()
  sandbox.fault({
    body: 'access_token=x&token_type=bearer',
    contentType: 'application/x-www-form-urlencoded',
    status: 201,
  })
  const response = await fetch(`${sandbox.url}/token`, { method: 'POST', body: new URLSearchParams(own) })
  assert.deepEqual([response.status, await response.text()], [201, 'access_token=x&token_type=bearer'])
})

test('a fault strikes only what it matches, from the nth request on, as often as it is told', async () => {
  await using sandbox = await sandboxAt()
  const { refresh: token } = await consented(sandbox)
  const fault = sandbox.fault({
    match: { endpoint: 'token', grant_type: 'client_credentials', client_id: 'web', nth: 2 },
    times: 2,
    status: 500,
  })
  const statuses: number[] = []
  for (let round = 0; round < 4; round += 1) statuses.push((await post(sandbox, '/token', own)).status)
  assert.deepEqual(statuses, [200, 500, 500, 200])
  assert.equal((await refresh(sandbox, token)).status, 200)
  assert.equal(fault.hits, 2)
})

test('a fault without end strikes until it is removed, or all are cleared', async () => {
  await using sandbox = await sandboxAt()
  const fault = sandbox.fault({ match: { endpoint: 'jwks' }, times: Infinity, status: 500 })
  const jwks = async (): Promise<number> => (await fetch(`${sandbox.url}/jwks`)).status
  assert.deepEqual([await jwks(), await jwks()], [500, 500])
  fault.remove()
  assert.equal(await jwks(), 200)
  sandbox.fault({ times: Infinity, status: 500 })
  sandbox.clearFaults()
  assert.equal(await jwks(), 200)
})

test('a misspelt switch or match is refused instead of ignored', async () => {
  await using sandbox = await sandboxAt()
  assert.throws(() => sandbox.fault(JSON.parse('{ "lostRespnse": true }')), /no fault switch lostRespnse/)
  assert.throws(() => sandbox.fault({ match: JSON.parse('{ "grantType": "x" }') }), /cannot be matched by grantType/)
})

test('a hold stops a request after the work and before the answer', async () => {
  await using sandbox = await sandboxAt()
  const { refresh: token } = await consented(sandbox)
  const held = sandbox.hold({ match: { grant_type: 'refresh_token' } })
  const pending = refresh(sandbox, token)
  const entry = await held.arrived
  assert.equal(entry.outcome?.issued?.generation, 2)
  assert.equal(entry.answered, false)
  assert.equal(sandbox.families()[0]?.generation, 2)
  held.release()
  assert.equal((await pending).status, 200)
  assert.equal(held.count, 1)
})
