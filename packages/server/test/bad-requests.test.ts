import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connected, Scene, SECRET, sandboxOf } from './support/scene.ts'

test('a body of another media type is answered 415, and says which one to send', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) {
    const { status, json } = await admin.post('/v1/accounts', {}, { 'content-type': type })
    assert.equal(status, 415, type)
    assert.equal(json.code, 'UNSUPPORTED_MEDIA_TYPE')
    assert.match(json.advice, /application\/json/)
  }
})

test('a body that is not JSON is said so and not quoted, and only a field that is named is spoken of', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const cookie = [...admin.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const response = await fetch(`${scene.server.url}/v1/accounts`, {
    method: 'POST',
    headers: { cookie, origin: scene.server.url, 'x-evergrant': '1', 'content-type': 'application/json' },
    body: '{"connection": top-secret}',
  })
  const text = await response.text()
  const problem = JSON.parse(text)
  assert.equal(response.status, 400)
  assert.equal(problem.code, 'INVALID_JSON')
  assert.equal(problem.field, undefined)
  assert.doesNotMatch(problem.advice, /named/)
  assert.ok(!text.includes('top-secret'))

  const named = await admin.post('/v1/accounts', { connection: 7 })
  assert.deepEqual([named.json.field, named.json.advice], ['connection', 'Correct the field that is named.'])
  const unnamed = await admin.post('/v1/accounts', [])
  assert.equal(unnamed.json.field, undefined)
  assert.doesNotMatch(unnamed.json.advice, /named/)
})

test('a parameter that the provider does not know is refused by its name, with the known ones', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const [{ id, name }] = (await admin.get('/v1/providers?search=outlook&limit=1')).json.providers
  const wanted = { name: 'Mail', provider: id, client_id: 'c', client_secret: SECRET }
  const refused = await admin.post('/v1/connections', { ...wanted, parameters: { tennant: 'contoso.com' } })
  assert.equal(refused.status, 400)
  assert.equal(refused.json.field, 'parameters')
  assert.match(refused.json.detail, new RegExp(`^${name} has no parameter "tennant"\\. Known are .*\\btenant\\b.*\\.$`))
  const made = await admin.post('/v1/connections', { ...wanted, parameters: { tenant: 'contoso.com' } })
  assert.equal(made.status, 201)
  const changed = await admin.patch(`/v1/connections/${made.json.id}`, { parameters: { issuer: 'https://x.example' } })
  assert.equal(changed.status, 400)
  assert.match(changed.json.detail, /The issuer is a field of its own/)
  assert.equal((await admin.get('/v1/connections')).json.connections.length, 1)
})

test('the end of a token is told in whole seconds everywhere, and never later than it is', async () => {
  await using scene = await Scene.begin()
  scene.clock.advance(0.75)
  await using sandbox = await sandboxOf(scene)
  const { admin, account, program } = await connected(scene, sandbox)
  const ends = Math.floor(scene.clock.now()) + 3600
  assert.equal((await program(account)).json.expires_at, ends)
  const shown = (await admin.get(`/v1/accounts/${account}`)).json
  assert.equal(shown.expires_at, ends)
  assert.ok(Number.isInteger(shown.refresh_at))
  const begun = await admin.post(`/v1/accounts/${account}/authorize`)
  assert.equal(begun.json.expires_at, Math.floor(scene.clock.now() + 600))
  const key = await admin.post('/v1/api-keys', { name: 'short', expires_at: scene.clock.now() + 90 })
  assert.equal(key.json.api_key.expires_at, Math.floor(scene.clock.now() + 90))

  const stop = new AbortController()
  const events = admin.events(stop.signal)
  assert.equal((await events.next()).value?.name, 'hello')
  await admin.patch(`/v1/accounts/${account}`, { name: 'renamed' })
  assert.equal((await events.next()).value?.data.expires_at, ends)
  stop.abort()
})
