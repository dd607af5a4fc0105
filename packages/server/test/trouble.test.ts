import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, connected, Scene, SECRET, sandboxOf } from './support/scene.ts'

test('[#142] a valid token is served while the provider has trouble; the state tells, and heals by itself', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, account, program } = await connected(scene, sandbox)
  const state = async () => (await admin.get(`/v1/accounts/${account}`)).json.state
  const { json } = await program(account)
  const fault = sandbox.fault({ match: { endpoint: 'token' }, status: 503, times: Number.POSITIVE_INFINITY })
  scene.clock.advance(json.expires_in - 60)
  assert.equal((await program(account)).json.access_token, json.access_token)
  await until(async () => (await state()) === 'delayed')

  scene.clock.advance(120)
  const refused = await program(account)
  assert.equal(refused.status, 503)
  assert.equal(refused.json.class, 'transient')
  assert.equal(await state(), 'degraded')

  const early = await program(account)
  assert.ok(Number(early.headers.get('retry-after')) >= 1, 'says when to come back')
  fault.remove()
  const tested = await admin.post(`/v1/accounts/${account}/test`)
  assert.equal(tested.json.ok, true, tested.text)
  assert.equal(await state(), 'ok')
  assert.equal((await program(account)).status, 200)
})

test('[#45] [#142] a grant that the provider ended asks for a person, is not asked for again, and is repaired in place', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, account, program } = await connected(scene, sandbox)
  await sandbox.revokeGrant('alice')
  scene.clock.advance(4000)
  const refused = await program(account)
  assert.equal(refused.status, 409)
  assert.equal(refused.json.class, 'consent')
  assert.equal(refused.json.who, 'person')
  const shown = (await admin.get(`/v1/accounts/${account}`)).json
  assert.equal(shown.state, 'needs_consent')
  assert.equal(shown.refresh_at, undefined, 'nothing is planned before a person consents')
  assert.equal(shown.reason, 'ended_by_provider')
  const before = sandbox.journal.count({ endpoint: 'token' })
  await program(account)
  assert.equal(sandbox.journal.count({ endpoint: 'token' }), before, 'the dead grant is not polled')
  await connect(account, sandbox, admin)
  assert.equal((await program(account)).status, 200)
  await until(async () => {
    const { history } = (await admin.get(`/v1/accounts/${account}/history`)).json
    const types = history.map(({ type }: { type: string }) => type)
    return types.includes('consent_required') && types.filter((type: string) => type === 'authorized').length === 2
  })
})

test('a refused client is trouble of the connection: all its accounts say so, and a new secret heals them', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, account, connection, program } = await connected(scene, sandbox)
  const idle = (await admin.post('/v1/accounts', { connection })).json.id
  const { redirect_uri } = (await admin.get(`/v1/connections/${connection}`)).json
  sandbox.registerClient({
    client_id: 'evergrant',
    client_secret: 'rotated in the console',
    redirect_uris: [redirect_uri],
  })
  scene.clock.advance(4000)
  const refused = await program(account)
  assert.equal(refused.json.code, 'INVALID_CLIENT')
  assert.equal(refused.json.who, 'administrator')
  assert.ok(!JSON.stringify(refused.json).includes(SECRET))
  await until(async () => (await admin.get(`/v1/accounts/${idle}`)).json.state === 'connection_error')
  assert.ok((await admin.get(`/v1/connections/${connection}`)).json.last_error)
  await admin.patch(`/v1/connections/${connection}`, { client_secret: 'rotated in the console' })
  assert.equal((await program(account)).status, 200, 'at once, without waiting for the next attempt')
  await until(async () => (await admin.get(`/v1/accounts/${idle}`)).json.state === 'new')
})

test('[#133] a connection is removed with its accounts also when the provider is away', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, connection, account, program } = await connected(scene, sandbox)
  for (let count = 0; count < 10; count++) {
    const one = (await admin.post('/v1/accounts', { connection })).json.id
    await connect(one, sandbox, admin, `person${count}@example.test`)
  }
  sandbox.fault({ match: { endpoint: 'revoke' }, status: 503, times: Number.POSITIVE_INFINITY })
  const unaware = await admin.delete(`/v1/connections/${connection}`)
  assert.deepEqual([unaware.status, unaware.json.code], [409, 'CONNECTION_IN_USE'])
  assert.match(unaware.json.detail, /Accounts of the connection: 11/)
  const removed = await admin.delete(`/v1/connections/${connection}?accounts=delete`)
  assert.deepEqual([removed.status, removed.json.still_at_provider.accounts], [200, 11])
  assert.equal(sandbox.journal.count({ endpoint: 'revoke' }), 8, 'not asked again and again')
  assert.equal((await admin.get('/v1/accounts')).json.accounts.length, 0)
  assert.equal((await program(account)).status, 404)
})

test('a paused account hands out and renews nothing until it is resumed', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, account, program } = await connected(scene, sandbox)
  assert.equal((await admin.patch(`/v1/accounts/${account}`, { paused: true })).json.state, 'paused')
  const refused = await program(account)
  assert.equal(refused.status, 409)
  assert.equal(refused.json.code, 'ACCOUNT_PAUSED')
  assert.equal((await admin.patch(`/v1/accounts/${account}`, { paused: false, name: 'Mine' })).json.name, 'Mine')
  assert.equal((await program(account)).status, 200)
})

test('a program that wants any token need not send a body', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { account, key } = await connected(scene, sandbox)
  for (const headers of [{}, { 'content-type': 'application/json' }]) {
    const init = { method: 'POST', headers: { authorization: `Bearer ${key}`, ...headers } }
    const response = await fetch(`${scene.server.url}/v1/accounts/${account}/token`, init)
    assert.equal(response.status, 200)
  }
  const init = {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: '{',
  }
  assert.equal((await fetch(`${scene.server.url}/v1/accounts/${account}/token`, init)).status, 400)
})

test('a program can ask for a longer life, and say that a token was refused', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { account, program } = await connected(scene, sandbox)
  const first = await program(account)
  scene.clock.advance(1000)
  const longer = await program(account, { min_ttl: 3000 })
  assert.notEqual(longer.json.access_token, first.json.access_token)
  assert.ok(longer.json.expires_in >= 3000)
  const stale = await program(account, { rejected: first.json.access_token })
  assert.equal(stale.json.access_token, longer.json.access_token, 'a newer one is there already')
  const newer = await program(account, { rejected: longer.json.access_token })
  assert.notEqual(newer.json.access_token, longer.json.access_token)
  assert.equal((await program(account, { min_ttl: -1 })).json.field, 'min_ttl')
})

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await holds()) return
    await new Promise((done) => setImmediate(done))
  }
  assert.fail('it never came to be')
}
