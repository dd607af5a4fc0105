import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Grant, locked, matches, type PlainStore, processLock, summary } from '@evergrant/core'
import { storeContract } from '@evergrant/stores/contract'
import { sampleGrant } from '../src/contract/sample-grant.ts'

/** A place that takes its time, so that callers meet. */
function shelf(): PlainStore {
  const grants = new Map<string, Grant>()
  const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  return {
    durable: false,
    async read(id) {
      await later()
      return grants.get(id)
    },
    async write(next) {
      await later()
      grants.set(next.id, next)
    },
    async remove(id) {
      await later()
      grants.delete(id)
    },
    async *list(query) {
      yield* matches([...grants.values()].map(summary), query)
    },
  }
}

storeContract(async () => ({ store: locked(shelf(), processLock()) }), { name: 'a place with a lock' })

test('[#119] without the lock the same place lets two puts win', async () => {
  const unlocked = locked(shelf(), (_, work) => work())
  const both = await Promise.all([unlocked.put(sampleGrant('a'), 0), unlocked.put(sampleGrant('a'), 0)])
  assert.deepEqual(
    both.map(({ ok }) => ok),
    [true, true],
  )
})

test('a place that cannot list says so', () => {
  const { list: _, ...plain } = shelf()
  assert.deepEqual(locked(plain, processLock()).traits, { durable: false, cas: 'emulated', list: false })
})

test('[#119] a lock gives turns in order, by name, also after a failure and a caller who gave up', async () => {
  const lock = processLock()
  const told: string[] = []
  const gate = Promise.withResolvers<void>()
  const first = lock('a', async () => {
    await gate.promise
    told.push('first')
    throw new Error('broken')
  })
  const controller = new AbortController()
  const second = lock('a', async () => told.push('second'), { signal: controller.signal })
  const third = lock('a', async () => told.push('third'))
  await lock('b', async () => told.push('other'))
  controller.abort()
  await assert.rejects(second, { code: 'ABORTED' })
  gate.resolve()
  await assert.rejects(first, /broken/)
  await third
  assert.deepEqual(told, ['other', 'first', 'third'])
})
