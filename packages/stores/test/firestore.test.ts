import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '@evergrant/core'
import { firestoreStore } from '@evergrant/stores/firestore'
import type { Firestore, Settings } from '@google-cloud/firestore'
import { sampleGrant } from '../src/contract/sample-grant.ts'
import { cloudStore } from './cloud-store.ts'
import { startFirestore } from './servers/firestore.ts'

const place = { collection: 'tokens', document: 'mail' }

cloudStore({
  name: 'the Firestore store',
  start: startFirestore,
  open: (client: Firestore | Settings, clock?: Clock) => firestoreStore({ ...place, client, clock }),
  through: ({ settings }, port) => ({ ...settings, host: `127.0.0.1:${port}` }),
  isPatient: true,
  writes: [/^POST [^ ]*:commit/],
  without: [
    '@google-cloud/firestore',
    `import { firestoreStore } from '@evergrant/stores/firestore'
     await firestoreStore({ collection: 'c', document: 'd' }).get('a')`,
  ],
})

test('other fields of the document are left alone, and a field of another name may have dots', async () => {
  await using server = await startFirestore()
  server.write('tokens/mail', { name: 'Alice' })
  const stores = ['token', 'a.b'].map((field) => firestoreStore({ ...place, field, client: server.client }))
  for (const store of stores) assert.ok((await store.put(sampleGrant('a'), 0)).ok)
  for (const store of stores) assert.equal((await store.get('a'))?.version, 1)
  const { fields } = [...server.documents.values()][0] ?? {}
  assert.deepEqual(fields?.['name'], { stringValue: 'Alice' })
})

test('[#119] writers on two machines give way to each other by the preconditions, and lose nothing', async () => {
  await using server = await startFirestore()
  const machines = [1, 2, 3].map(() => firestoreStore({ ...place, client: server.client }))
  for (const round of [0, 1]) {
    server.gatherReads(machines.length)
    await Promise.all(machines.map((store, n) => store.put(sampleGrant(`g${n}`), round)))
  }
  assert.ok(server.log.includes('commit ALREADY_EXISTS'))
  assert.ok(server.log.includes('commit FAILED_PRECONDITION'))
  for (const n of [0, 1, 2]) assert.equal((await machines[0]?.get(`g${n}`))?.version, 2)
})

test('a commit whose answer is lost is told as such, or sent again without losing to itself', async () => {
  await using server = await startFirestore()
  const store = firestoreStore({ ...place, client: server.client })
  await store.put(sampleGrant('a'), 0)
  server.breakNextCommit()
  const written = await store.put(sampleGrant('a', { refresh_token: 'r2' }), 1).catch((error) => error)
  if (!('ok' in written)) assert.match(written.message, /may yet have been written/)
  else assert.equal(written.ok, true)
  const found = await store.get('a')
  assert.deepEqual([found?.version, found?.refresh_token], [2, 'r2'])
})

test('a document that was removed is an empty store, and a put over it loses', async () => {
  await using server = await startFirestore()
  const store = firestoreStore({ ...place, client: server.client })
  await store.put(sampleGrant('a'), 0)
  server.documents.clear()
  assert.deepEqual(await store.put(sampleGrant('a'), 1), { ok: false, current: undefined })
  assert.ok((await store.put(sampleGrant('a'), 0)).ok)
})

test('what Firestore refuses is named, a foreign text is left as it is, and 1 MB is the limit', async () => {
  await using server = await startFirestore()
  const store = firestoreStore({ ...place, client: server.client })
  const large = sampleGrant('a', { refresh_token: 'x'.repeat(1_100_000) })
  await assert.rejects(store.put(large, 0), { code: 'STORE_UNAVAILABLE', message: /takes up to 1000000/ })
  server.fail('PERMISSION_DENIED')
  await assert.rejects(store.get('a'), { code: 'STORE_UNAVAILABLE', message: /tokens\/mail .*status 7/ })
  server.fail(undefined)
  server.write('tokens/mail', { token: '{"refresh_token":"very-secret' })
  await assert.rejects(store.put(sampleGrant('a'), 0), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'STORE_CORRUPT')
    assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /very-secret/)
    return true
  })
})
