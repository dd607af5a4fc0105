import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Grant,
  type GrantStore,
  grant,
  keyring,
  sealed,
  sealingKey,
  type TestPoints,
  type TokenSource,
} from '@evergrant/core'
import { type Connected, connected, passing, settled } from './support/connected.ts'

/** A process that stops for ever at one point of its refresh, as if it had been killed there. */
async function killed(world: Connected, point: keyof TestPoints): Promise<void> {
  const { source, there } = paused(world, point)
  source.token().catch(() => undefined)
  await there
}

/** A process that stops at one point and can be let go on. */
function paused(world: Connected, point: keyof TestPoints): { source: TokenSource; there: Promise<void>; go(): void } {
  const there = Promise.withResolvers<void>()
  const on = Promise.withResolvers<void>()
  const stop = (): Promise<void> => {
    there.resolve()
    return on.promise
  }
  return { source: world.source({ testPoints: { [point]: stop } }), there: there.promise, go: () => on.resolve() }
}

const record = async (world: Connected): Promise<Grant> => {
  const found = await world.store.get('alice')
  assert.ok(found)
  return found
}

test('several processes share one refresh', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  const sources = Array.from({ length: 6 }, () => world.source())
  const callers = sources.flatMap((source) => Array.from({ length: 20 }, () => source.token()))
  const tokens = await passing(world.clock, Promise.all(callers))
  assert.equal(world.refreshes(), 1)
  assert.equal(new Set(tokens.map((token) => token.access_token)).size, 1)
})

test('killed after the mark: the next process waits for the lease, then spends the old token', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  await killed(world, 'afterMark')
  const began = world.clock.monotonic()
  const token = await passing(world.clock, world.source().token())
  assert.ok(token.access_token)
  assert.ok(world.clock.monotonic() - began >= 25, 'the mark was not respected for the lease')
  assert.equal(world.refreshes(), 1)
  const { standing, in_doubt, spending } = await record(world)
  assert.deepEqual([standing.state, in_doubt, spending], ['active', undefined, undefined])
})

for (const [what, ended, shortest, longest] of [
  ['has ended is passed over after two seconds', true, 2, 4],
  ['lives, or of which nothing is known, is respected for the lease', false, 25, 60],
] as const) {
  test(`[#119] a mark of a process that ${what}`, async () => {
    await using world = await connected()
    world.clock.advance(4000)
    const ring = keyring({ current: await sealingKey(new Uint8Array(32)) })
    const on = (own: string, hasEnded: (process: string) => boolean): GrantStore =>
      sealed({ ...world.store, processes: { own, hasEnded } }, ring)
    const first = Promise.withResolvers<void>()
    const stop = (): Promise<void> => {
      first.resolve()
      return new Promise(() => undefined)
    }
    const store = on('the first', () => assert.fail('it has no mark but its own to judge'))
    void world.source({ store, testPoints: { afterMark: stop } }).token()
    await first.promise
    assert.equal((await record(world)).spending?.process, 'the first')
    const began = world.clock.monotonic()
    const next = on('the second', (process) => ended && process === 'the first')
    assert.ok((await passing(world.clock, world.source({ store: next }).token())).access_token)
    const waited = world.clock.monotonic() - began
    assert.ok(waited >= shortest && waited < longest, `${waited} s`)
    assert.equal(world.refreshes(), 1)
    const { standing, spending, in_doubt } = await record(world)
    assert.deepEqual([standing.state, spending, in_doubt], ['active', undefined, undefined])
  })
}

test('killed between answer and record, no grace: revoked with the reason refresh_interrupted', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  await killed(world, 'afterAnswer')
  await assert.rejects(passing(world.clock, world.source().token()), {
    code: 'CONSENT_REQUIRED',
    who: 'person',
    message: /interrupted/,
  })
  const { standing, refresh_token } = await record(world)
  assert.equal(standing.state === 'revoked' && standing.reason, 'refresh_interrupted')
  assert.ok(refresh_token, 'nothing is deleted')
  await settled()
  assert.deepEqual(
    world.events.map((event) => event.type),
    ['consent_required'],
  )
  const asked = world.refreshes()
  await assert.rejects(world.source().token(), { code: 'CONSENT_REQUIRED' })
  await assert.rejects(world.source().token({ force: true }), { code: 'CONSENT_REQUIRED' })
  assert.equal(world.refreshes(), asked, 'a dead grant was asked for again')
})

test('killed between answer and record, with grace: recovers in silence', async () => {
  await using world = await connected({ graceSeconds: 60 })
  world.clock.advance(4000)
  await killed(world, 'afterAnswer')
  assert.ok((await passing(world.clock, world.source().token())).access_token)
  assert.equal((await record(world)).standing.state, 'active')
  assert.equal(world.sandbox.families()[0]?.graceUses, 1)
})

test('killed after the record: the next process uses it', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  await killed(world, 'afterWrite')
  assert.ok((await world.source().token()).access_token)
  assert.equal(world.refreshes(), 1)
})

for (const jump of [3600, -3600]) {
  test(`a mark is respected for a lease of steady time while the wall clock jumps by ${jump} s`, async () => {
    await using world = await connected()
    world.clock.advance(8000)
    await killed(world, 'afterMark')
    const waiting = world.source().token()
    await settled()
    world.clock.set(world.clock.now() + jump)
    for (let passed = 0; passed < 24; passed += 0.5) {
      world.clock.advance(0.5)
      await settled()
    }
    assert.equal(world.refreshes(), 0, 'the mark was passed over too early')
    assert.ok((await passing(world.clock, waiting)).access_token)
    assert.equal(world.refreshes(), 1)
  })
}

test('a background refresh does not queue behind the mark of another process', async () => {
  await using world = await connected()
  const source = world.source()
  const old = await source.token()
  world.clock.advance(3000)
  const other = paused(world, 'afterMark')
  void other.source.token({ force: true })
  await other.there
  assert.equal(await source.token(), old)
  await settled()
  assert.equal(world.clock.sleepers, 0)
  assert.equal(world.refreshes(), 0)
  other.go()
  await settled()
  assert.equal(world.refreshes(), 1)
})

test('paused between mark and request beyond the lease: spends nothing that another has spent', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  const slow = paused(world, 'afterMark')
  const late = slow.source.token()
  await slow.there
  const token = await passing(world.clock, world.source().token())
  slow.go()
  assert.equal((await passing(world.clock, late)).access_token, token.access_token)
  assert.equal(world.refreshes(), 1)
  assert.equal(world.sandbox.families()[0]?.alive, true)
})

test('paused between mark and request, alone: marks again, and leaves no doubt behind', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  const slow = paused(world, 'afterMark')
  const late = slow.source.token()
  await slow.there
  world.clock.advance(100)
  slow.go()
  await passing(world.clock, late)
  assert.equal(world.refreshes(), 1)
  assert.equal((await record(world)).in_doubt, undefined)
})

test('a late writer never replaces a newer refresh token', async () => {
  await using world = await connected({ graceSeconds: 600 })
  world.clock.advance(4000)
  const slow = paused(world, 'afterAnswer')
  const late = slow.source.token()
  await slow.there
  await passing(world.clock, world.source().token())
  await world.source().token({ force: true })
  const newest = await record(world)
  slow.go()
  const token = await passing(world.clock, late)
  const after = await record(world)
  assert.equal(after.refresh_token, newest.refresh_token)
  assert.equal(after.version, newest.version)
  assert.equal(token.access_token, newest.access['']?.access_token)
})

test('a late writer whose refresh token nobody else knows saves it, and it is proven before it is trusted', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  const slow = paused(world, 'afterAnswer')
  const late = slow.source.token()
  await slow.there
  // Another process took the lease over and did not reach the provider: the record holds the spent token.
  world.sandbox.fault({ match: { endpoint: 'token' }, dropBefore: true })
  await assert.rejects(passing(world.clock, world.source().token()), { code: 'PROVIDER_UNREACHABLE' })
  slow.go()
  assert.ok((await passing(world.clock, late)).access_token)
  const after = await record(world)
  assert.deepEqual([after.standing.state, after.in_doubt], ['active', undefined])
  assert.deepEqual(
    world.sandbox.families().map(({ alive, generation, replays }) => [alive, generation, replays]),
    [[true, 3, 0]],
  )
})

test('a late writer saves its refresh token also when the one who took over was killed', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  const slow = paused(world, 'afterAnswer')
  const late = slow.source.token()
  await slow.there
  const second = paused(world, 'afterMark')
  const never = second.source.token()
  never.catch(() => undefined)
  await passing(world.clock, second.there)
  slow.go()
  assert.ok((await passing(world.clock, late)).access_token)
  assert.equal(world.sandbox.families()[0]?.alive, true)
  assert.equal((await record(world)).standing.state, 'active')
})

test('invalid_grant is read again first: another process’s newer token is the answer', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  const hold = world.sandbox.hold({ match: { endpoint: 'token' } })
  world.sandbox.fault({ match: { endpoint: 'token' }, status: 400, body: { error: 'invalid_grant' } })
  const first = world.source().token()
  await hold.arrived
  const current = await record(world)
  const token = { access_token: 'newer', token_type: 'Bearer', expires_at: world.clock.now() + 3600, raw: {} }
  const { spending: _, ...rest } = current
  await world.store.put(grant({ ...rest, refresh_token: 'newer', access: { '': token } }), current.version)
  hold.release()
  assert.equal((await first).access_token, 'newer')
  const after = await record(world)
  assert.deepEqual([after.refresh_token, after.standing.state], ['newer', 'active'])
})

test('deleted while it was being refreshed: says so, and does not come back', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  const hold = world.sandbox.hold({ match: { endpoint: 'token' } })
  const work = world.source().token()
  await hold.arrived
  await world.store.delete('alice')
  hold.release()
  await assert.rejects(work, { code: 'GRANT_NOT_FOUND' })
  assert.equal(await world.store.get('alice'), undefined)
})

test('a store that never lets anyone win is reported, not asked for ever', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  const current = await record(world)
  const stuck = { ...world.store, put: async () => ({ ok: false, current }) as const }
  await assert.rejects(world.source({ store: stuck }).token(), { code: 'STORE_UNAVAILABLE', who: 'operator' })
  assert.equal(world.refreshes(), 0)
})

test('time in which the whole machine was suspended is no sign of another process’s death', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  const slow = paused(world, 'afterAnswer')
  const first = slow.source.token()
  await slow.there
  const second = world.source().token()
  await settled()
  world.clock.advance(8 * 3600)
  await settled()
  slow.go()
  const [one, two] = await passing(world.clock, Promise.all([first, second]))
  assert.ok(one.access_token && two.access_token)
  assert.deepEqual(
    world.sandbox.families().map(({ alive, replays }) => [alive, replays]),
    [[true, 0]],
  )
})

test('a store too slow for the lease is reported: the mark would be old before the request left', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  const { put } = world.store
  const slow: typeof world.store = {
    ...world.store,
    async put(next, expected) {
      world.clock.advance(6)
      return put(next, expected)
    },
  }
  await assert.rejects(world.source({ store: slow }).token(), { code: 'STORE_UNAVAILABLE' })
  assert.equal(world.refreshes(), 0)
})

test('a store that contradicts itself after the answer costs no token: it is kept and handed out', async () => {
  await using world = await connected()
  world.clock.advance(4000)
  const { store } = world
  const held = world.sandbox.hold({ match: { endpoint: 'token' } })
  let stuck = false
  const contrary: typeof store = {
    ...store,
    async put(next, expected) {
      if (!stuck) return store.put(next, expected)
      const { spending: _, ...current } = await record(world)
      return { ok: false, current }
    },
  }
  const work = world.source({ store: contrary }).token()
  await held.arrived
  stuck = true
  held.release()
  assert.ok((await passing(world.clock, work)).access_token)
  await settled()
  assert.equal(world.events[0]?.type, 'persist_failed')
  stuck = false
  world.clock.advance(2)
  await settled()
  assert.ok((await passing(world.clock, world.source().token())).access_token)
  assert.equal(world.sandbox.families()[0]?.alive, true)
})
