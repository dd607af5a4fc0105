import assert from 'node:assert/strict'
import { test } from 'node:test'
import { consented, echo, refresh, sandboxAt } from './support.ts'

test('each refresh replaces the refresh token and counts a generation', async () => {
  await using sandbox = await sandboxAt()
  const first = await consented(sandbox)
  const second = await refresh(sandbox, first.refresh)
  const third = await refresh(sandbox, second.json.refresh_token ?? '')
  assert.equal(new Set([first.refresh, second.json.refresh_token, third.json.refresh_token]).size, 3)
  assert.equal(third.headers.get('cache-control'), 'no-store')
  const [family] = sandbox.families()
  assert.deepEqual([family?.generation, family?.replays, family?.alive], [3, 0, true])
  const issued = sandbox.journal
    .where({ grant_type: 'refresh_token' })
    .map((entry) => entry.outcome?.issued?.generation)
  assert.deepEqual(issued, [2, 3])
})

test('a replaced refresh token that comes back ends the whole family and its access tokens', async () => {
  await using sandbox = await sandboxAt()
  const first = await consented(sandbox)
  const second = await refresh(sandbox, first.refresh)
  const replay = await refresh(sandbox, first.refresh)
  assert.deepEqual([replay.status, replay.json.error], [400, 'invalid_grant'])
  assert.match(replay.json.error_description ?? '', /revoked/)
  assert.equal((await refresh(sandbox, second.json.refresh_token ?? '')).json.error, 'invalid_grant')
  assert.equal((await echo(sandbox, second.json.access_token ?? '')).status, 401)
  const [family] = sandbox.families()
  assert.deepEqual([family?.alive, family?.replays], [false, 1])
})

test('a replay only fails when the sandbox is set to reject', async () => {
  await using sandbox = await sandboxAt({ reuse: 'reject' })
  const first = await consented(sandbox)
  const second = await refresh(sandbox, first.refresh)
  assert.equal((await refresh(sandbox, first.refresh)).json.error, 'invalid_grant')
  assert.equal((await refresh(sandbox, second.json.refresh_token ?? '')).status, 200)
  assert.deepEqual(
    sandbox.families().map(({ alive, replays }) => [alive, replays]),
    [[true, 1]],
  )
})

test('within the grace window the replaced token answers its successor again, and afterwards it is a replay', async () => {
  await using sandbox = await sandboxAt({ graceSeconds: 30 })
  const first = await consented(sandbox)
  const second = await refresh(sandbox, first.refresh)
  sandbox.advance(29)
  const again = await refresh(sandbox, first.refresh)
  assert.equal(again.status, 200)
  assert.equal(again.json.refresh_token, second.json.refresh_token)
  assert.notEqual(again.json.access_token, second.json.access_token)
  assert.deepEqual(
    sandbox.families().map(({ graceUses, replays }) => [graceUses, replays]),
    [[1, 0]],
  )
  sandbox.advance(1)
  assert.equal((await refresh(sandbox, first.refresh)).json.error, 'invalid_grant')
  assert.equal(sandbox.families()[0]?.alive, false)
})

test('a replaced refresh token stays good when the sandbox is set to accept', async () => {
  await using sandbox = await sandboxAt({ reuse: 'accept' })
  const first = await consented(sandbox)
  const second = await refresh(sandbox, first.refresh)
  for (const token of [second.json.refresh_token ?? '', first.refresh, first.refresh])
    assert.equal((await refresh(sandbox, token)).status, 200)
  assert.deepEqual(
    sandbox.families().map(({ alive, replays }) => [alive, replays]),
    [[true, 0]],
  )
  await sandbox.revokeGrant('alice')
  assert.equal((await refresh(sandbox, first.refresh)).json.error, 'invalid_grant')
})

test('the grace window covers the token just replaced and none before it', async () => {
  await using sandbox = await sandboxAt({ graceSeconds: 30 })
  const first = await consented(sandbox)
  const second = await refresh(sandbox, first.refresh)
  await refresh(sandbox, second.json.refresh_token ?? '')
  assert.equal((await refresh(sandbox, first.refresh)).json.error, 'invalid_grant')
})

test('grace can be switched on while the sandbox runs', async () => {
  await using sandbox = await sandboxAt()
  const first = await consented(sandbox)
  sandbox.settings.graceSeconds = 10
  await refresh(sandbox, first.refresh)
  assert.equal((await refresh(sandbox, first.refresh)).status, 200)
})

test('without rotation the answer carries no refresh token and the old one stays good', async () => {
  await using sandbox = await sandboxAt({ rotation: 'never' })
  const { refresh: token } = await consented(sandbox)
  for (let round = 0; round < 2; round += 1) {
    const answer = await refresh(sandbox, token)
    assert.equal(answer.status, 200)
    assert.equal('refresh_token' in answer.json, false)
  }
})

test('200 callers with one refresh token: one is served, and the rest find the family revoked', async () => {
  await using sandbox = await sandboxAt()
  const { refresh: token } = await consented(sandbox)
  const answers = await Promise.all(Array.from({ length: 200 }, () => refresh(sandbox, token)))
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  assert.equal(sandbox.families()[0]?.replays, 199)
})

test('a refresh may narrow the scope of the access token, not widen it, and a refusal costs nothing', async () => {
  await using sandbox = await sandboxAt()
  const { refresh: token } = await consented(sandbox)
  const wider = await refresh(sandbox, token, { scope: 'mail.read admin' })
  assert.deepEqual([wider.status, wider.json.error], [400, 'invalid_scope'])
  const narrower = await refresh(sandbox, token, { scope: 'mail.read' })
  assert.equal(narrower.json.scope, 'mail.read')
  const whole = await refresh(sandbox, narrower.json.refresh_token ?? '')
  assert.equal(whole.json.scope, 'mail.read mail.send')
})

test('a refresh may ask for a token for one resource (RFC 8707)', async () => {
  await using sandbox = await sandboxAt()
  const { refresh: token } = await consented(sandbox)
  const here = await refresh(sandbox, token, { resource: `${sandbox.issuer}/api/echo` })
  assert.deepEqual((await echo(sandbox, here.json.access_token ?? '')).json.aud, [`${sandbox.issuer}/api/echo`])
  const there = await refresh(sandbox, here.json.refresh_token ?? '', { resource: 'https://mail.example' })
  const refused = await echo(sandbox, there.json.access_token ?? '')
  assert.deepEqual([refused.status, refused.json.error], [401, 'invalid_token'])
  const odd = await refresh(sandbox, there.json.refresh_token ?? '', { resource: 'not a uri' })
  assert.equal(odd.json.error, 'invalid_target')
})

test('a refresh token expires when it lies unused, and lives on when it is used', async () => {
  await using sandbox = await sandboxAt({ lifetimes: { refreshToken: 100 } })
  const first = await consented(sandbox)
  sandbox.advance(99)
  const second = await refresh(sandbox, first.refresh)
  sandbox.advance(99)
  const third = await refresh(sandbox, second.json.refresh_token ?? '')
  assert.equal(third.status, 200)
  sandbox.advance(100)
  const late = await refresh(sandbox, third.json.refresh_token ?? '')
  assert.deepEqual([late.json.error, late.json.error_description], ['invalid_grant', 'The refresh token has expired.'])
})

test("another client's refresh token is refused without harm to it", async () => {
  await using sandbox = await sandboxAt()
  sandbox.registerClient({ client_id: 'other' })
  const { refresh: token } = await consented(sandbox)
  assert.equal((await refresh(sandbox, token, { client_id: 'other' })).json.error, 'invalid_grant')
  assert.equal((await refresh(sandbox, token)).status, 200)
})

test('a grant that the person takes back is dead at once', async () => {
  await using sandbox = await sandboxAt()
  const { refresh: token, access } = await consented(sandbox)
  await sandbox.revokeGrant('alice')
  assert.equal((await echo(sandbox, access)).status, 401)
  const refused = await refresh(sandbox, token)
  assert.match(refused.json.error_description ?? '', /took the consent back/)
})

test('offline_access decides about refresh tokens when the sandbox is set so', async () => {
  await using sandbox = await sandboxAt({ alwaysRefreshToken: false })
  assert.equal((await consented(sandbox)).json.refresh_token, undefined)
  assert.ok((await consented(sandbox, { scope: 'mail.read offline_access' })).refresh)
})
