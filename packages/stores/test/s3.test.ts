import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { S3Client } from '@aws-sdk/client-s3'
import type { Clock } from '@evergrant/core'
import { s3Store } from '@evergrant/stores/s3'
import { sampleGrant } from '../src/contract/sample-grant.ts'
import { cloudStore } from './cloud-store.ts'
import { type S3Server, startS3 } from './servers/s3.ts'

const place = { bucket: 'grants', key: 'mail/grants.json' }

cloudStore({
  name: 'the S3 store',
  start: startS3,
  open: (client: S3Client | S3Server['settings'], clock?: Clock) => s3Store({ ...place, client, clock }),
  through: ({ settings }, port) => ({ ...settings, endpoint: `http://127.0.0.1:${port}` }),
  writes: [/^PUT /],
  without: [
    '@aws-sdk/client-s3',
    `import { s3Store } from '@evergrant/stores/s3'
     await s3Store({ bucket: 'b', key: 'k' }).get('a')`,
  ],
})

test('the object is one JSON file, and its other fields are kept', async () => {
  await using server = await startS3()
  server.objects.set('/grants/mail/grants.json', '{"schema":1,"grants":{},"note":"of a person"}')
  const store = s3Store({ ...place, client: server.client })
  await store.put(sampleGrant('a'), 0)
  const { schema, grants, note } = JSON.parse(server.objects.get('/grants/mail/grants.json') ?? '')
  assert.deepEqual([schema, Object.keys(grants), note], [1, ['a'], 'of a person'])
})

test('[#119] writers on two machines give way to each other by the conditions, and lose nothing', async () => {
  await using server = await startS3()
  const machines = [1, 2, 3].map(() => s3Store({ ...place, client: server.client }))
  server.gatherReads(machines.length)
  await Promise.all(machines.map((store, n) => store.put(sampleGrant(`g${n}`), 0)))
  assert.ok(server.log.includes('PUT 412'))
  for (const n of [0, 1, 2]) assert.equal((await machines[0]?.get(`g${n}`))?.version, 1)
})

test('a write whose answer is lost, and that is sent again, does not lose to itself', async () => {
  await using server = await startS3()
  const store = s3Store({ ...place, client: server.client })
  await store.put(sampleGrant('a'), 0)
  server.breakNextWrite()
  const stored = await store.put(sampleGrant('a', { refresh_token: 'r2' }), 1)
  assert.ok(stored.ok)
  assert.ok(server.log.includes('PUT 412'))
  assert.deepEqual([(await store.get('a'))?.version, (await store.get('a'))?.refresh_token], [2, 'r2'])
})

test('an object that was removed is an empty store, and a put over it loses', async () => {
  await using server = await startS3()
  const store = s3Store({ ...place, client: server.client })
  await store.put(sampleGrant('a'), 0)
  server.objects.clear()
  assert.deepEqual(await store.put(sampleGrant('a'), 1), { ok: false, current: undefined })
  assert.ok((await store.put(sampleGrant('a'), 0)).ok)
})

test('what S3 refuses is named: a bucket, a right, an outage', async () => {
  await using server = await startS3()
  const nowhere = s3Store({ bucket: 'nowhere', key: 'x', client: server.client })
  await assert.rejects(nowhere.get('a'), { code: 'STORE_UNAVAILABLE', message: /s3:\/\/nowhere\/x .*NoSuchBucket/ })
  const locked = s3Store({ bucket: 'locked', key: 'x', client: server.client })
  assert.equal(await locked.get('a'), undefined)
  await assert.rejects(locked.put(sampleGrant('a'), 0), { code: 'STORE_READ_ONLY' })
  const store = s3Store({ ...place, client: server.client })
  server.fail(500)
  await assert.rejects(store.get('a'), { code: 'STORE_UNAVAILABLE', message: /could not be reached/ })
  const stranger = { ...server.settings, credentials: { accessKeyId: 'OTHER', secretAccessKey: 'very-secret' } }
  await using refused = s3Store({ ...place, client: stranger })
  await assert.rejects(refused.get('a'), { code: 'STORE_UNAVAILABLE', message: /AccessDenied/ })
})

test('an object that is no grant file is named and left as it is; its words are not repeated', async () => {
  await using server = await startS3()
  for (const text of ['{"refresh_token":"very-secret', '', '[]', '{"schema":2,"grants":{}}']) {
    server.objects.set('/grants/mail/grants.json', text)
    const store = s3Store({ ...place, client: server.client })
    await assert.rejects(store.put(sampleGrant('a'), 0), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'STORE_CORRUPT')
      assert.match(error.message, /s3:\/\/grants\/mail\/grants\.json/)
      assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /very-secret/)
      return true
    })
    assert.equal(server.objects.get('/grants/mail/grants.json'), text)
  }
})

test('an object does not grow beyond its limit, and what fits is written all the same', async () => {
  await using server = await startS3()
  const store = s3Store({ ...place, client: server.client, maxBytes: 5000 })
  const large = store.put(sampleGrant('large', { refresh_token: 'x'.repeat(6000) }), 0)
  const small = store.put(sampleGrant('small'), 0)
  await assert.rejects(large, { code: 'STORE_UNAVAILABLE', message: /takes up to 5000/ })
  assert.ok((await small).ok)
})
