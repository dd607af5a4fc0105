import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { type Grant, type GrantStore, memoryStore, tokenSources } from '@evergrant/core'
import { brittle, connected, passing, settled } from './support/connected.ts'

async function shaky() {
  const { store, broken, puts } = brittle(memoryStore())
  const world = await connected({ store })
  world.clock.advance(4000)
  return { world, broken, puts }
}

test('a store that is down before the mark: nothing is spent, and the error names the operator', async () => {
  for (const operation of ['get', 'put'] as const) {
    const { world, broken } = await shaky()
    await using _ = world
    broken.add(operation)
    await assert.rejects(world.source().token(), (error) => {
      assert.doesNotMatch((error as Error).message, /pLaNtEd/)
      return (error as { code?: string; who?: string }).code === 'STORE_UNAVAILABLE'
    })
    assert.equal(world.refreshes(), 0)
    broken.clear()
    assert.ok((await world.source().token()).access_token)
  }
})

test('a valid token in memory is served while the store is down', async () => {
  const { world, broken } = await shaky()
  await using _ = world
  const source = world.source()
  const token = await source.token()
  broken.add('get').add('put')
  world.clock.advance(3000)
  assert.equal(await source.token(), token)
  await settled()
  assert.equal(await source.token(), token)
  assert.equal(world.refreshes(), 1)
})

test('a store that is down after the answer: the token is returned, kept, and written later', async () => {
  const { world, broken } = await shaky()
  await using _ = world
  const hold = world.sandbox.hold({ match: { endpoint: 'token' } })
  const source = world.source()
  const work = source.token()
  await hold.arrived
  broken.add('put')
  hold.release()
  const token = await passing(world.clock, work)
  assert.ok(token.access_token)
  await settled()
  assert.deepEqual(
    world.events.map((event) => event.type),
    ['persist_failed', 'refreshed'],
  )
  assert.equal(await source.token(), token)

  // Time and time again, ever more slowly, without another word.
  for (let second = 0; second < 100; second++) {
    world.clock.advance(1)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await settled()
  assert.equal(world.events.length, 2)
  broken.clear()
  world.clock.advance(61)
  await settled()
  assert.equal(world.events.at(-1)?.type, 'persisted')
  const stored = await world.store.get('alice')
  assert.equal(stored?.access['']?.access_token, token.access_token)
  assert.equal(stored?.spending, undefined)
  assert.equal(world.refreshes(), 1)
})

test('what was not written is written first when the next refresh is due', async () => {
  const { world, broken } = await shaky()
  await using _ = world
  const hold = world.sandbox.hold({ match: { endpoint: 'token' } })
  const source = world.source()
  const work = source.token()
  await hold.arrived
  broken.add('put')
  hold.release()
  await passing(world.clock, work)
  broken.clear()
  world.clock.set(world.clock.now() + 4000)
  assert.ok((await source.token()).access_token)
  assert.equal(world.refreshes(), 2)
  assert.deepEqual(
    world.sandbox.families().map(({ alive, replays }) => [alive, replays]),
    [[true, 0]],
  )
})

test('closing writes what was not written, and rejects while the store does not take it', async () => {
  const { world, broken } = await shaky()
  await using _ = world
  const { store, client, clock } = world
  const sources = tokenSources({ store, client, clock })
  const hold = world.sandbox.hold({ match: { endpoint: 'token' } })
  const work = sources.get('alice').token()
  await hold.arrived
  broken.add('put')
  hold.release()
  const token = await passing(clock, work)
  sources.evict('alice')
  assert.equal(sources.get('alice').peek(), undefined)
  await assert.rejects(passing(clock, sources.close()), { code: 'STORE_UNAVAILABLE', grant: 'alice' })
  broken.clear()
  await passing(clock, sources.close())
  assert.equal((await store.get('alice'))?.access['']?.access_token, token.access_token)
})

test('closing saves a refresh token that nobody else knows when another process was first', async () => {
  const { world, broken } = await shaky()
  await using _ = world
  const { store, client, clock } = world
  const sources = tokenSources({ store, client, clock })
  const hold = world.sandbox.hold({ match: { endpoint: 'token' } })
  const work = sources.get('alice').token()
  await hold.arrived
  broken.add('put')
  hold.release()
  await passing(clock, work)
  broken.clear()
  // A process that lost its way to the provider wrote over the same record meanwhile.
  const current = await store.get('alice')
  assert.ok(current)
  await store.put(current, current.version)
  await passing(clock, sources.close())
  assert.ok((await passing(clock, world.source().token())).access_token)
  assert.deepEqual(
    world.sandbox.families().map(({ alive, replays }) => [alive, replays]),
    [[true, 0]],
  )
})

test('a store that fails while a late refresh token is saved does not lose it', async () => {
  const { world, broken } = await shaky()
  await using _ = world
  const hold = world.sandbox.hold({ match: { endpoint: 'token' } })
  const source = world.source()
  const work = source.token()
  await hold.arrived
  const current = await world.store.get('alice')
  assert.ok(current)
  const { spending: __, ...rest } = current
  await world.store.put(rest, current.version)
  let failures = 0
  const { put } = world.store
  world.store.put = async (next, expected) => {
    if (next.standing.state === 'failing' && failures++ < 2) throw new Error('the disk is full')
    return put(next, expected)
  }
  hold.release()
  assert.ok((await passing(world.clock, work)).access_token)
  assert.equal(failures > 1, true)
  assert.equal(broken.size, 0)
  assert.deepEqual(
    world.sandbox.families().map(({ alive, replays }) => [alive, replays]),
    [[true, 0]],
  )
})

test('[#128] a store’s own error keeps its password out of ours', async () => {
  const { world, broken } = await shaky()
  await using _ = world
  broken.add('get')
  const error = await world
    .source()
    .token()
    .catch((reason: unknown) => reason)
  assert.doesNotMatch(inspect(error, { depth: 0 }).split('[cause]')[0] ?? '', /pLaNtEd/)
})

/** A store whose connection breaks after the next put was carried out, so often. */
function breaking(inner: GrantStore): { readonly store: GrantStore; breaks: number } {
  const made = {
    breaks: 0,
    store: {
      ...inner,
      async put(next: Grant, expected: number) {
        const stored = await inner.put(next, expected)
        if (made.breaks-- > 0) throw new Error('connection terminated unexpectedly')
        return stored
      },
    },
  }
  return made
}

test('a mark that was written although the store failed is found again, and leaves no doubt behind', async () => {
  const at = breaking(memoryStore())
  await using world = await connected({ store: at.store })
  world.clock.advance(4000)
  at.breaks = 1
  assert.ok((await world.source().token()).access_token)
  const found = await world.store.get('alice')
  assert.deepEqual([found?.spending, found?.in_doubt, found?.standing.state], [undefined, undefined, 'active'])
  assert.equal(world.refreshes(), 1)
})

test('tokens that were written although the store failed are read again, and spent for once', async () => {
  const at = breaking(memoryStore())
  await using world = await connected({ store: at.store })
  world.clock.advance(4000)
  const hold = world.sandbox.hold({ match: { endpoint: 'token' } })
  const work = world.source().token({ force: true })
  await hold.arrived
  at.breaks = 1
  hold.release()
  const token = await passing(world.clock, work)
  assert.equal((await world.store.get('alice'))?.access['']?.access_token, token.access_token)
  assert.equal(world.refreshes(), 1)
})
