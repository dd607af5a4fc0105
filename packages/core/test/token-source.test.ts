import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type GrantStore, type OAuthError, tokenSources } from '@evergrant/core'
import { connected, passing, settled } from './support/connected.ts'

test('[#67] concurrent callers share one refresh', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  const source = world.source()
  const tokens = await Promise.all(Array.from({ length: 50 }, () => source.token()))
  assert.equal(world.refreshes(), 1)
  assert.equal(new Set(tokens.map((token) => token.access_token)).size, 1)
})

test('a token in memory is the same promise for every call, without a read, a write or a wait', async () => {
  await using world = await connected()
  const source = world.source()
  const first = source.token()
  const token = await first
  const promise = source.token()
  assert.equal(source.token(), promise)
  assert.equal(await promise, token)
  assert.equal(source.token({}), promise)
  assert.equal(source.peek(), token)
  world.store.get = () => Promise.reject(new Error('the store was read'))
  assert.equal(await source.token(), token)
})

test('[#63] past the soft end the valid token is served at once and one refresh runs behind it', async () => {
  await using world = await connected()
  const source = world.source()
  const old = await source.token()
  world.clock.advance(3000)
  const served = await Promise.all(Array.from({ length: 20 }, () => source.token()))
  assert.ok(served.every((token) => token === old))
  await settled()
  assert.equal(world.refreshes(), 1)
  const next = await source.token()
  assert.notEqual(next.access_token, old.access_token)
  assert.deepEqual(
    world.events.map((event) => event.type),
    ['refreshed'],
  )
})

test('[#63] a background refresh that fails is an event; the valid token is served on', async () => {
  await using world = await connected()
  const source = world.source()
  const old = await source.token()
  world.sandbox.fault({ match: { grant_type: 'refresh_token' }, status: 500, times: 1 })
  world.clock.advance(3000)
  assert.equal(await source.token(), old)
  await settled()
  assert.deepEqual(
    world.events.map((event) => event.type),
    ['refresh_failed'],
  )
  assert.equal((await source.token()).access_token, old.access_token)
  await settled()
  assert.equal(world.refreshes(), 1, 'the provider was asked again at once')
  world.clock.advance(60)
  assert.equal((await source.token()).access_token, old.access_token)
  await settled()
  assert.equal(world.refreshes(), 2)
  assert.notEqual((await source.token()).access_token, old.access_token)
})

test('[#62] a token past its end is renewed by the next call, and the rotated refresh token is stored [#57]', async () => {
  await using world = await connected()
  const before = await world.store.get('alice')
  const source = world.source()
  const old = await source.token()
  world.clock.advance(3600)
  const next = await source.token()
  assert.notEqual(next.access_token, old.access_token)
  const after = await world.store.get('alice')
  assert.notEqual(after?.refresh_token, before?.refresh_token)
  assert.equal(after?.spending, undefined)
  assert.equal(next.expires_at, world.clock.now() + 3600)
})

test('[#65] an expired token is never handed out, however long the provider is away', async () => {
  await using world = await connected()
  const source = world.source()
  await source.token()
  world.clock.advance(3595)
  world.sandbox.fault({ match: { endpoint: 'token' }, status: 503, times: Number.POSITIVE_INFINITY })
  await assert.rejects(source.token(), { code: 'PROVIDER_UNAVAILABLE' })
  assert.equal(source.peek(), undefined)
})

test('[#56] the old refresh token is kept when the answer has none', async () => {
  await using world = await connected({ rotation: 'never' })
  const before = await world.store.get('alice')
  world.clock.advance(3600)
  await world.source().token()
  assert.equal((await world.store.get('alice'))?.refresh_token, before?.refresh_token)
})

test('[#58] scopes are remembered when the token is gone, also in another process', async () => {
  await using world = await connected({ scope: 'mail calendar', provider: { refresh: { send_scope: true } } })
  world.clock.advance(86_400)
  assert.equal((await world.source().token()).scope, 'mail calendar')
  assert.equal(world.sandbox.journal.last({ grant_type: 'refresh_token' })?.form['scope'], 'mail calendar')
})

test('[#68] a failed refresh does not poison later calls', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  world.sandbox.fault({ match: { endpoint: 'token' }, html: true })
  const source = world.source()
  const results = await Promise.allSettled([source.token(), source.token(), source.token()])
  assert.ok(results.every((result) => result.status === 'rejected'))
  assert.equal(world.refreshes(), 1)
  assert.ok((await source.token()).access_token)
  assert.equal((await world.store.get('alice'))?.standing.state, 'active')
})

test('[#66] force asks the provider although the token is valid', async () => {
  await using world = await connected()
  const source = world.source()
  const old = await source.token()
  const next = await source.token({ force: true })
  assert.notEqual(next.access_token, old.access_token)
  assert.equal(world.refreshes(), 1)
  assert.equal(await source.token(), next)
})

test('[#66] force is not content with a flight that only read the store', async () => {
  await using world = await connected()
  const source = world.source()
  const [read, forced] = await Promise.all([source.token(), source.token({ force: true })])
  assert.equal(world.refreshes(), 1)
  assert.notEqual(forced.access_token, read.access_token)
})

test('[#66] force is not content with a background refresh that failed', async () => {
  await using world = await connected()
  const source = world.source()
  const old = await source.token()
  world.clock.advance(3000)
  world.sandbox.fault({ match: { endpoint: 'token' }, status: 500 })
  void source.token()
  const forced = await source.token({ force: true })
  assert.notEqual(forced.access_token, old.access_token)
  assert.equal(world.refreshes(), 2)
})

test('[#63] who joins a forced refresh that fails gets the valid token all the same', async () => {
  await using world = await connected()
  const valid = await world.source().token()
  world.sandbox.fault({ match: { endpoint: 'token' }, status: 500 })
  const source = world.source()
  const forced = source.token({ force: true })
  const joined = [source.token(), source.token({ minTtl: 60 })]
  await assert.rejects(forced, { code: 'PROVIDER_UNAVAILABLE' })
  for (const token of await Promise.all(joined)) assert.equal(token.access_token, valid.access_token)
  assert.equal(world.refreshes(), 1)
})

test('[#66] callers that force at the same time share one refresh', async () => {
  await using world = await connected()
  const source = world.source()
  await source.token()
  await Promise.all([source.token({ force: true }), source.token({ force: true }), source.token({ force: true })])
  assert.equal(world.refreshes(), 1)
})

test('a minimum lifetime beyond what is left renews, and is met', async () => {
  await using world = await connected()
  const source = world.source()
  await source.token()
  world.clock.advance(1800)
  const next = await source.token({ minTtl: 3000 })
  assert.ok((next.expires_at ?? 0) - world.clock.now() >= 3000)
  assert.equal(world.refreshes(), 1)
})

test('a minimum lifetime that the provider never grants costs one refresh for all callers, not two', async () => {
  await using world = await connected()
  const source = world.source()
  await Promise.all(Array.from({ length: 20 }, () => source.token({ minTtl: 86_400 })))
  assert.equal(world.refreshes(), 1)
})

test('a minimum lifetime that the provider never grants does not cost a refresh at every call', async () => {
  await using world = await connected()
  const source = world.source()
  for (let minute = 0; minute < 40; minute++) {
    assert.ok((await source.token({ minTtl: 86_400 })).access_token)
    world.clock.advance(60)
  }
  assert.equal(world.refreshes(), 1)
  world.clock.advance(20 * 60)
  await source.token({ minTtl: 86_400 })
  assert.equal(world.refreshes(), 2, 'from the soft end on, a newer token is as good as it gets')
  assert.ok(((await source.token({ minTtl: 3000 })).expires_at ?? 0) - world.clock.now() >= 3000)
})

test('[#64] twenty refusals of one token cost one refresh', async () => {
  await using world = await connected()
  const source = world.source()
  const { access_token: rejected } = await source.token()
  const tokens = await Promise.all(Array.from({ length: 20 }, () => source.token({ rejected })))
  assert.equal(world.refreshes(), 1)
  assert.ok(tokens.every((token) => token.access_token !== rejected))
  const late = await source.token({ rejected })
  assert.equal(late.access_token, tokens[0]?.access_token)
  assert.equal(world.refreshes(), 1)
})

test('[#64] a refused token that another process has replaced costs no refresh', async () => {
  await using world = await connected()
  const [one, two] = [world.source(), world.source()]
  const { access_token: rejected } = await one.token()
  await two.token()
  const newer = await one.token({ rejected })
  assert.equal((await two.token({ rejected })).access_token, newer.access_token)
  assert.equal(world.refreshes(), 1)
})

test('a caller that gives up detaches only itself', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  const hold = world.sandbox.hold({ match: { endpoint: 'token' } })
  const source = world.source()
  const giveUp = new AbortController()
  const impatient = source.token({ signal: giveUp.signal })
  const patient = source.token()
  await hold.arrived
  giveUp.abort(new Error('enough'))
  await assert.rejects(impatient, (error: OAuthError) => error.code === 'ABORTED' && /enough/.test(String(error.cause)))
  hold.release()
  assert.ok((await patient).access_token)
  assert.equal(world.refreshes(), 1)
})

test('a caller that gave up before it called starts nothing', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  await assert.rejects(world.source().token({ signal: AbortSignal.abort() }), { code: 'ABORTED' })
  await settled()
  assert.equal(world.refreshes(), 0)
})

test('tokens of two keys at once are spent for one after the other', async () => {
  await using world = await connected()
  const source = world.source()
  const [one, two] = await Promise.all([source.token({ scope: 'mail' }), source.token({ force: true })])
  assert.notEqual(one.access_token, two.access_token)
  assert.equal(world.refreshes(), 2)
  assert.deepEqual(
    world.sandbox.families().map(({ alive, replays, generation }) => [alive, replays, generation]),
    [[true, 0, 3]],
  )
  assert.equal((await source.token({ scope: 'mail' })).access_token, one.access_token)
  assert.equal(world.refreshes(), 2)
})

test('names that every object inherits are no tokens', async () => {
  await using world = await connected()
  const source = world.source()
  await source.token()
  for (const resource of ['constructor', 'toString', '__proto__'])
    await assert.rejects(source.token({ resource }), { code: 'TOKEN_REQUEST_REFUSED' })
})

test('events come after the record was written and the callers have their token', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  const { version = 0 } = (await world.store.get('alice')) ?? {}
  const order: string[] = []
  const source = world.source({
    onEvent: async (event) => {
      order.push(`${event.type} ${event.grant.version - version} versions on`)
    },
  })
  await Promise.all(
    [source.token(), source.token()].map(async (token) => order.push(`token ${(await token).token_type}`)),
  )
  await settled()
  assert.deepEqual(order, ['token Bearer', 'token Bearer', 'refreshed 2 versions on'])
})

test('one engine gives the same source for the same grant, and drops it only when it is idle', async () => {
  await using world = await connected()
  const { store, client, clock } = world
  const sources = tokenSources({ store, client, clock })
  const source = sources.get('alice')
  assert.equal(sources.get('alice'), source)
  world.clock.advance(4000)
  const work = source.token()
  sources.evict('alice')
  assert.equal(sources.get('alice'), source)
  await work
  sources.evict('alice')
  assert.notEqual(sources.get('alice'), source)
  await sources.close()
})

test('two sources of one engine for the same grant respect each other', async () => {
  await using world = await connected()
  const { store, client, clock } = world
  const sources = tokenSources({ store, client, clock })
  const kept = sources.get('alice')
  sources.evict('alice')
  world.clock.advance(4000)
  const hold = world.sandbox.hold({ match: { endpoint: 'token' } })
  const first = kept.token()
  await hold.arrived
  const second = sources.get('alice').token()
  await settled()
  assert.equal(world.refreshes(), 1)
  hold.release()
  const [one, two] = await passing(clock, Promise.all([first, second]))
  assert.equal(one.access_token, two.access_token)
  assert.equal(world.refreshes(), 1)
  assert.equal(world.sandbox.families()[0]?.alive, true)
})

test('what another process stored is read after forget', async () => {
  await using world = await connected()
  const [one, two] = [world.source(), world.source()]
  const old = await one.token()
  const next = await two.token({ force: true })
  assert.equal(await one.token(), old)
  one.forget()
  assert.equal((await one.token()).access_token, next.access_token)
})

test('what a look into the store found before forget is not kept after it', async () => {
  await using world = await connected()
  const { store, client, clock } = world
  const reading = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  let slow = true
  const behind: GrantStore = {
    ...store,
    async get(id) {
      const found = await store.get(id)
      if (!slow) return found
      slow = false
      reading.resolve()
      await go.promise
      return found
    },
  }
  const sources = tokenSources({ store: behind, client, clock })
  const asked = sources.get('alice').token()
  await reading.promise
  const next = await world.source().token({ force: true })
  sources.forgetAll()
  go.resolve()
  assert.notEqual((await asked).access_token, next.access_token, 'who asked before gets what was so before')
  assert.equal((await sources.get('alice').token()).access_token, next.access_token)
})

test('a grant that nobody connected is named as such', async () => {
  await using world = await connected()
  const { store, client, clock } = world
  const nobody = tokenSources({ store, client, clock }).get('nobody')
  await assert.rejects(nobody.token(), { code: 'GRANT_NOT_FOUND', message: /nobody/ })
})
