import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Grant, type GrantQuery, grant, memoryStore, type Standing } from '@evergrant/core'

function one(id: string, more: Partial<Grant> = {}): Grant {
  const standing: Standing = { state: 'active', since: 0 }
  return grant({ id, provider: 'acme', client: 'web', access: {}, standing, updated_at: 0, version: 0, ...more })
}

const due = (refresh_at: number): Pick<Grant, 'access'> => ({
  access: { '': { access_token: 'pLaNtEd', token_type: 'Bearer', refresh_at, expires_at: refresh_at + 10, raw: {} } },
})

test('a put writes only over the version that was read, and counts versions itself', async () => {
  const store = memoryStore()
  assert.deepEqual(await store.put(one('a', { version: 99 }), 1), { ok: false, current: undefined })
  const first = await store.put(one('a'), 0)
  assert.ok(first.ok)
  assert.equal(first.grant.version, 1)
  assert.deepEqual(await store.put(one('a'), 0), { ok: false, current: first.grant })
  const second = await store.put(one('a', { version: 99 }), 1)
  assert.equal(second.ok && second.grant.version, 2)
  assert.equal((await store.get('a'))?.version, 2)
})

test('of many puts on one version exactly one wins', async () => {
  const store = memoryStore()
  const puts = await Promise.all(Array.from({ length: 20 }, () => store.put(one('a'), 0)))
  assert.equal(puts.filter((put) => put.ok).length, 1)
})

test('a grant that was deleted is gone, and can be stored anew', async () => {
  const store = memoryStore()
  await store.put(one('a'), 0)
  await store.delete('a')
  await store.delete('a')
  assert.equal(await store.get('a'), undefined)
  assert.equal((await store.put(one('a'), 0)).ok, true)
})

test('lists are filtered, ordered and never carry a token', async () => {
  const store = memoryStore()
  await store.put(one('c', { provider: 'other', ...due(30) }), 0)
  await store.put(one('a', { ...due(20), refresh_token: 'pLaNtEd' }), 0)
  await store.put(one('b', { standing: { state: 'revoked', since: 0, reason: 'revoked_here' }, ...due(10) }), 0)
  await store.put(one('d'), 0)
  const ids = async (query?: GrantQuery): Promise<string> => {
    let found = ''
    for await (const summary of store.list(query)) {
      assert.doesNotMatch(JSON.stringify(summary), /pLaNtEd/)
      found += summary.id
    }
    return found
  }
  assert.equal(await ids(), 'abcd')
  assert.equal(await ids({ provider: 'acme' }), 'abd')
  assert.equal(await ids({ state: 'revoked' }), 'b')
  assert.equal(await ids({ dueBefore: 30 }), 'ba')
  assert.equal(await ids({ dueBefore: 31, limit: 2 }), 'ba')
  assert.equal(await ids({ limit: 0 }), '')
})
