import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Clock,
  type Grant,
  type GrantStore,
  grant,
  keyCensus,
  keyring,
  memoryStore,
  type ResealProgress,
  reseal,
  type SealingKey,
  sealed,
  sealingKey,
} from '@evergrant/core'

const random = (): Promise<SealingKey> => sealingKey(crypto.getRandomValues(new Uint8Array(32)))
const [old, next, stranger] = await Promise.all([random(), random(), random()])
const both = () => keyring({ current: next, others: [old] })

function sample(id: string, change: Partial<Grant> = {}): Grant {
  const standing = { state: 'active', since: 1 } as const
  return grant({
    id,
    provider: 'acme',
    client: 'web',
    refresh_token: `r of ${id}`,
    access: {},
    standing,
    updated_at: 1,
    version: 0,
    ...change,
  })
}

async function filled(count: number): Promise<GrantStore> {
  const store = memoryStore()
  const before = sealed(store, keyring({ current: old }))
  for (let n = 0; n < count; n++) await before.put(sample(`g${n}`), 0)
  return store
}

test('every record is sealed with the new key, and what it holds is the same', async () => {
  const store = await filled(20)
  await store.put(sample('clear'), 0)
  const told: ResealProgress[] = []
  const { total, resealed, unreadable } = await reseal(store, both(), { onProgress: (progress) => told.push(progress) })
  assert.deepEqual([total, resealed, unreadable], [21, 21, []])
  assert.deepEqual(await keyCensus(store), { sealed: { [next.id]: 21 }, clear: 0, foreign: 0 })
  const after = sealed(store, keyring({ current: next }))
  for (const id of ['g0', 'g19', 'clear']) assert.equal((await after.get(id))?.refresh_token, `r of ${id}`)
  await assert.rejects(sealed(store, keyring({ current: old })).get('g0'), { code: 'UNSEAL_FAILED' })
  assert.deepEqual(told[20], { total: 21, done: 21, resealed: 21, waiting: 0 })
  assert.ok(told.every(({ done, total }) => done <= total))
})

test('what was done before is left alone, so that it can be begun again', async () => {
  const store = await filled(10)
  const stopped = new AbortController()
  const first = reseal(store, both(), {
    concurrency: 1,
    signal: stopped.signal,
    onProgress: ({ done }) => done === 4 && stopped.abort(),
  })
  await assert.rejects(first, { code: 'ABORTED' })
  assert.deepEqual((await keyCensus(store)).sealed, { [next.id]: 4, [old.id]: 6 })
  assert.deepEqual(await reseal(store, both()), { total: 10, resealed: 6, unreadable: [] })
  for await (const { version } of store.list()) assert.equal(version, 2)
})

test('a refresh that comes between reading and writing wins, and its record is sealed anew', async () => {
  const store = await filled(1)
  const other = sealed(store, keyring({ current: old }))
  let come = true
  const between: GrantStore = {
    ...store,
    async put(record, expected) {
      if (come) {
        come = false
        const found = await other.get('g0')
        assert.ok(found)
        assert.ok((await other.put(grant({ ...found, refresh_token: 'refreshed' }), found.version)).ok)
      }
      return store.put(record, expected)
    },
  }
  assert.equal((await reseal(between, both())).resealed, 1)
  const found = await sealed(store, keyring({ current: next })).get('g0')
  assert.deepEqual([found?.refresh_token, found?.version], ['refreshed', 3])
})

test('a record that a refresh works on is left until the refresh is done: its write is not made to lose', async () => {
  const store = await filled(3)
  const refreshing = sealed(store, keyring({ current: old }))
  const before = await refreshing.get('g1')
  assert.ok(before)
  const marked = await refreshing.put(grant({ ...before, spending: { since: 0, by: 'x' } }), 1)
  assert.ok(marked.ok)
  let at = 0
  const clock: Clock = {
    now: () => at,
    monotonic: () => at,
    async sleep(seconds) {
      at += seconds
      if (at < 3) return
      const { spending: _, ...rest } = marked.grant
      // Lost from the second time on, as it was written by then.
      await refreshing.put(grant({ ...rest, refresh_token: 'refreshed' }), 2)
    },
  }
  const told: ResealProgress[] = []
  const outcome = await reseal(store, both(), { clock, onProgress: (progress) => told.push(progress) })
  assert.deepEqual(outcome, { total: 3, resealed: 3, unreadable: [] })
  assert.ok(told.some(({ done, waiting }) => done === 2 && waiting === 1))
  const found = await sealed(store, keyring({ current: next })).get('g1')
  assert.deepEqual([found?.refresh_token, found?.version, found?.spending], ['refreshed', 4, undefined])
})

test('a record whose refresh died is sealed anew when its lease is over, mark and all', async () => {
  const store = await filled(1)
  const dead = sealed(store, keyring({ current: old }))
  const before = await dead.get('g0')
  assert.ok(before)
  await dead.put(grant({ ...before, spending: { since: 0, by: 'x' }, in_doubt: 7 }), 1)
  let at = 0
  const clock: Clock = {
    now: () => at,
    monotonic: () => at,
    sleep: async (seconds) => {
      at += seconds
    },
  }
  assert.equal((await reseal(store, both(), { clock, lease: 30 })).resealed, 1)
  assert.ok(at >= 30)
  const found = await sealed(store, keyring({ current: next })).get('g0')
  assert.deepEqual([found?.spending, found?.in_doubt, found?.refresh_token], [{ since: 0, by: 'x' }, 7, 'r of g0'])
})

test('records that do not open are told and left, and the others are sealed anew', async () => {
  const store = await filled(3)
  await sealed(store, keyring({ current: stranger })).put(sample('theirs'), 0)
  await store.put(sample('foreign', { sealed: 'gAAAA' }), 0)
  const before = [await store.get('theirs'), await store.get('foreign')]
  const { resealed, unreadable } = await reseal(store, both())
  assert.equal(resealed, 3)
  assert.deepEqual(unreadable.map(({ id, error }) => [id, error.code, error.grant]).sort(), [
    ['foreign', 'UNSEAL_FAILED', 'foreign'],
    ['theirs', 'UNSEAL_FAILED', 'theirs'],
  ])
  assert.deepEqual([await store.get('theirs'), await store.get('foreign')], before)
  assert.deepEqual((await keyCensus(store)).foreign, 1)
})

test('records that somebody writes with the old key meanwhile are found by another pass', async () => {
  const store = await filled(4)
  const behind = sealed(store, keyring({ current: old }))
  let lists = 0
  const listed: GrantStore = {
    ...store,
    async *list(query) {
      yield* store.list(query)
      // Counted first; now the first pass has seen all there was.
      if (++lists === 2) await behind.put(sample('a new one'), 0)
    },
  }
  assert.equal((await reseal(listed, both())).resealed, 5)
  assert.deepEqual((await keyCensus(store)).sealed, { [next.id]: 5 })
})

test('two changes of keys at once do each record once', async () => {
  const store = await filled(50)
  const outcomes = await Promise.all([reseal(store, both()), reseal(store, both())])
  assert.equal(outcomes[0].resealed + outcomes[1].resealed, 50)
  for await (const { version } of store.list()) assert.equal(version, 2)
})

test('a store that fails ends it, and what was done stays done', async () => {
  const store = await filled(6)
  let puts = 0
  const failing: GrantStore = {
    ...store,
    put: async (record, expected) => {
      if (puts++ === 3) throw new Error('disk on fire')
      return store.put(record, expected)
    },
  }
  await assert.rejects(reseal(failing, both(), { concurrency: 1 }), /disk on fire/)
  assert.equal((await keyCensus(store)).sealed[next.id], 3)
  await assert.rejects(reseal({ ...store, traits: { ...store.traits, list: false } }, both()), {
    code: 'NOT_SUPPORTED',
  })
})
