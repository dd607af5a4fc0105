import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connected, passing, settled } from '../support/connected.ts'

const refresh = { endpoint: 'token', grant_type: 'refresh_token' } as const
const ended = { match: refresh, status: 400, body: { error: 'invalid_grant' } } as const

test('a lost answer is asked for again at once with the same refresh token, where the provider has a grace window', async () => {
  await using world = await connected({ graceSeconds: 60, provider: { refresh: { rotation: 'always', grace: 60 } } })
  world.clock.advance(4000)
  world.sandbox.fault({ match: refresh, lostResponse: true })
  const source = world.source()
  assert.ok((await source.token()).access_token)
  assert.equal(world.refreshes(), 2)
  const [family] = world.sandbox.families()
  assert.deepEqual([family?.alive, family?.graceUses, family?.replays], [true, 1, 0])
  const grant = await world.store.get('alice')
  assert.deepEqual([grant?.standing.state, grant?.in_doubt], ['active', undefined])
  await settled()
  assert.deepEqual(
    world.events.map(({ type }) => type),
    ['refresh_failed', 'refreshed'],
  )
})

test('a second lost answer is not asked for a third time by the same call', async () => {
  await using world = await connected({ graceSeconds: 60, provider: { refresh: { rotation: 'always', grace: 60 } } })
  world.clock.advance(4000)
  world.sandbox.fault({ match: refresh, lostResponse: true, times: 2 })
  await assert.rejects(world.source().token(), { code: 'PROVIDER_UNREACHABLE', outcome: 'unknown' })
  assert.equal(world.refreshes(), 2)
})

for (const rules of [{ rotation: 'always', grace: 0 }, { rotation: 'always' }, {}] as const) {
  test(`without a grace window one call spends a refresh token once: ${JSON.stringify(rules)}`, async () => {
    await using world = await connected({ provider: { refresh: rules } })
    world.clock.advance(4000)
    world.sandbox.fault({ match: refresh, lostResponse: true })
    await assert.rejects(world.source().token(), { code: 'PROVIDER_UNREACHABLE', outcome: 'unknown' })
    assert.equal(world.refreshes(), 1)
  })
}

test('the end of a grant that worked within the hour is asked about once more, where refresh tokens are not used up', async () => {
  await using world = await connected({ rotation: 'never', provider: { refresh: { rotation: 'never' } } })
  world.clock.advance(3500)
  world.sandbox.fault(ended)
  const source = world.source()
  const first = { code: 'PROVIDER_UNAVAILABLE', error: 'invalid_grant', retryAfter: 30, class: 'transient' }
  await assert.rejects(source.token({ minTtl: 200 }), first)
  const doubtful = await world.store.get('alice')
  assert.equal(doubtful?.standing.state, 'failing')
  assert.ok((await source.token()).access_token, 'the token that still lives is served')
  world.clock.advance(29)
  await settled()
  assert.equal(world.refreshes(), 1, 'too early')
  world.clock.advance(2)
  assert.ok((await source.token({ minTtl: 200 })).access_token)
  assert.equal((await world.store.get('alice'))?.standing.state, 'active')
  assert.equal(world.refreshes(), 2)
})

test('an end that is heard twice counts', async () => {
  await using world = await connected({ rotation: 'never', provider: { refresh: { rotation: 'never' } } })
  world.clock.advance(3500)
  world.sandbox.fault({ ...ended, times: Number.POSITIVE_INFINITY })
  const source = world.source()
  await assert.rejects(source.token({ minTtl: 200 }), { code: 'PROVIDER_UNAVAILABLE' })
  world.clock.advance(31)
  await assert.rejects(source.token({ minTtl: 200 }), { code: 'CONSENT_REQUIRED' })
  const grant = await world.store.get('alice')
  assert.equal(grant?.standing.state === 'revoked' && grant.standing.reason, 'invalid_grant')
  await assert.rejects(source.token({ force: true }), { code: 'CONSENT_REQUIRED' })
  assert.equal(world.refreshes(), 2)
})

for (const [what, rules, after] of [
  ['a provider that rotates', { rotation: 'always' }, 3500],
  ['a provider of which nothing is known', {}, 3500],
  ['a grant that was not used for more than an hour', { rotation: 'never' }, 3700],
] as const) {
  test(`the end of a grant counts at once for ${what}`, async () => {
    await using world = await connected({ provider: { refresh: rules } })
    world.clock.advance(after)
    world.sandbox.fault(ended)
    await assert.rejects(world.source().token({ minTtl: 200 }), { code: 'CONSENT_REQUIRED' })
    assert.equal(world.refreshes(), 1)
  })
}

test('[#63] a provider that refuses early refreshes is not asked before', async () => {
  await using world = await connected({
    lifetimes: { accessToken: 600 },
    provider: { refresh: { early: 30 } },
  })
  const source = world.source()
  const first = await source.token()
  assert.ok(first.expires_at && first.refresh_at)
  const left = first.expires_at - first.refresh_at
  assert.ok(left <= 30 && left > 10, `${left} s before its end`)
  world.clock.advance(560)
  assert.equal(await source.token(), first)
  assert.equal((await source.token({ minTtl: 300 })).access_token, first.access_token, 'the best there is')
  await settled()
  assert.equal(world.refreshes(), 0)
  world.clock.advance(20)
  assert.equal(await source.token(), first)
  await passing(world.clock, settled())
  assert.equal(world.refreshes(), 1)
})
