import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { inspect } from 'node:util'
import { type RedisStore, type RedisStoreOptions, redisStore } from '@evergrant/stores/redis'
import { all } from '../src/contract/calls.ts'
import { sampleGrant } from '../src/contract/sample-grant.ts'
import { assertWholeLists, manyGrants } from './long-list.ts'
import { cutProxy } from './servers/cut-proxy.ts'
import { type RedisServer, startRedis } from './servers/redis.ts'
import { withoutPackage } from './without-package.ts'

let server: RedisServer
before(async () => {
  // A replica is otherwise made to wait for others for five seconds.
  server = await startRedis('--repl-diskless-sync-delay', '0')
})
after(() => server.stop())

const ownPrefix = (): string => `{${randomUUID()}}:`

function onServer(options: RedisStoreOptions = {}): RedisStore {
  return redisStore(server.client, { prefix: ownPrefix(), ...options })
}

test('[#114] grants of two prefixes do not meet, and every key begins with its prefix', async () => {
  const prefix = ownPrefix()
  const [one, two] = [onServer({ prefix }), onServer()]
  await one.put(sampleGrant('a', { refresh_token: 'one' }), 0)
  await two.put(sampleGrant('a', { refresh_token: 'two' }), 0)
  assert.equal((await one.get('a'))?.refresh_token, 'one')
  assert.equal((await all(two.list())).length, 1)
  const before = await server.client.keys('*')
  await one.delete('a')
  const gone = before.filter((key) => key.startsWith(prefix))
  assert.deepEqual(gone.sort(), [`${prefix}grant:a`, `${prefix}ids`])
  assert.deepEqual((await server.client.keys(`${prefix}*`)).length, 0)
})

test('it promises durability only when it was told that the server keeps it', async () => {
  assert.equal(onServer().traits.durable, false)
  assert.equal(onServer({ durable: true }).traits.durable, true)
})

test('settings that may lose grants are told, once', async () => {
  const lossy = await startRedis('--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru')
  const slow = await startRedis('--appendonly', 'yes', '--appendfsync', 'everysec')
  const sound = await startRedis('--appendonly', 'yes', '--appendfsync', 'always')
  try {
    const told = async (on: RedisServer): Promise<string[]> => {
      const warnings: string[] = []
      const store = redisStore(on.client, { durable: true, onWarning: (message) => warnings.push(message) })
      await Promise.all([store.get('a'), store.get('b')])
      return warnings
    }
    const [first, second, ...more] = await told(lossy)
    assert.match(first ?? '', /appendonly no/)
    assert.match(second ?? '', /allkeys-lru/)
    assert.deepEqual(more, [])
    assert.match((await told(slow)).join(), /^[^,]*appendfsync is not always/)
    assert.deepEqual(await told(sound), [])
  } finally {
    for (const one of [lossy, slow, sound]) await one.stop()
  }
})

test('a put survives a server that is killed, when it keeps an append-only file', async () => {
  const first = await startRedis('--appendonly', 'yes', '--appendfsync', 'always')
  const store = redisStore(first.client, { durable: true })
  await store.put(sampleGrant('a', { refresh_token: 'kept' }), 0)
  await first.client.call('DEBUG', 'RESTART').catch(() => undefined)
  let found = await store.get('a').catch(() => undefined)
  for (let tries = 0; found === undefined && tries < 100; tries++) found = await store.get('a').catch(() => undefined)
  assert.equal(found?.refresh_token, 'kept')
  await first.stop()
})

test('with a lifetime a grant that is not written any more goes, and lists forget it', async () => {
  const prefix = ownPrefix()
  const store = onServer({ prefix, ttl: 0.2 })
  const token = { access_token: 'x', token_type: 'Bearer', expires_at: 100, raw: {} }
  await store.put(sampleGrant('a', { access: { '': token } }), 0)
  assert.equal((await all(store.list({ dueBefore: 1000 }))).length, 1)
  const left = await server.client.pttl(`${prefix}grant:a`)
  assert.ok(left > 0 && left <= 200)
  await server.client.pexpire(`${prefix}grant:a`, 0)
  assert.equal(await store.get('a'), undefined)
  assert.deepEqual(await all(store.list()), [])
  assert.deepEqual(await server.client.keys(`${prefix}*`), [])
  assert.equal((await onServer({ prefix }).put(sampleGrant('a'), 0)).ok, true)
  assert.equal(await server.client.pttl(`${prefix}grant:a`), -1)
})

test('a server that forgot the scripts is given them again', async () => {
  const store = onServer()
  await store.put(sampleGrant('a'), 0)
  await server.client.script('FLUSH')
  assert.ok((await store.put(sampleGrant('a'), 1)).ok)
  await server.client.script('FLUSH')
  await store.delete('a')
  assert.equal(await store.get('a'), undefined)
})

test('a connection that breaks before the answer to a put is told as such, and the record tells what became of it', async () => {
  await using proxy = await cutProxy({ port: server.port })
  await using store = redisStore(`redis://127.0.0.1:${proxy.port}`, { prefix: ownPrefix() })
  await store.put(sampleGrant('a', { refresh_token: 'r1' }), 0)
  proxy.swallowAnswers(true)
  const broken = store.put(sampleGrant('a', { refresh_token: 'r2' }), 1)
  await assert.rejects(broken, { code: 'STORE_UNAVAILABLE', message: /may yet have been written/ })
  proxy.swallowAnswers(false)
  const current = await store.get('a')
  assert.deepEqual([current?.version, current?.refresh_token], [2, 'r2'])
  assert.equal((await store.put(sampleGrant('a', { refresh_token: 'r2' }), 1)).ok, false)
})

test('a server that cannot be reached is said to be so, without the password', async () => {
  await using store = redisStore('redis://user:very-secret@127.0.0.1:1', { deadline: 1 })
  await assert.rejects(store.get('a'), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'STORE_UNAVAILABLE')
    assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /very-secret/)
    return true
  })
})

test('a server that does not answer is given up at the deadline', async () => {
  await using store = redisStore(server.url, { prefix: ownPrefix(), deadline: 0.2 })
  await store.put(sampleGrant('a'), 0)
  await server.client.call('CLIENT', 'PAUSE', '1000', 'WRITE')
  await assert.rejects(store.put(sampleGrant('a'), 1), { code: 'STORE_UNAVAILABLE', message: /may yet/ })
  await server.client.call('CLIENT', 'UNPAUSE')
})

test('a replica is read, and told to be read-only', async () => {
  const replica = await startRedis('--replicaof', '127.0.0.1', String(server.port))
  try {
    const prefix = ownPrefix()
    await onServer({ prefix }).put(sampleGrant('a'), 0)
    const store = redisStore(replica.client, { prefix })
    for (let tries = 0; (await store.get('a').catch(() => undefined)) === undefined && tries < 4800; tries++)
      await new Promise((resolve) => setTimeout(resolve, 25))
    assert.equal((await store.get('a'))?.version, 1)
    await assert.rejects(store.put(sampleGrant('a'), 1), { code: 'STORE_READ_ONLY' })
  } finally {
    await replica.stop()
  }
})

test('a full server is said to be full, and nothing is lost', async () => {
  const small = await startRedis('--maxmemory', '3mb', '--maxmemory-policy', 'noeviction')
  try {
    const store = redisStore(small.client)
    await store.put(sampleGrant('a'), 0)
    const large = sampleGrant('a', { refresh_token: 'x'.repeat(4_000_000) })
    await assert.rejects(store.put(large, 1), { code: 'STORE_UNAVAILABLE', message: /out of memory/ })
    assert.equal((await store.get('a'))?.version, 1)
  } finally {
    await small.stop()
  }
})

test('a key that holds something else, or an unreadable record, is named and left as it is', async () => {
  const prefix = ownPrefix()
  const store = onServer({ prefix })
  await server.client.set(`${prefix}grant:a`, 'of another program')
  await assert.rejects(store.get('a'), { code: 'STORE_CORRUPT' })
  await assert.rejects(store.put(sampleGrant('a'), 0), { code: 'STORE_CORRUPT' })
  assert.equal(await server.client.get(`${prefix}grant:a`), 'of another program')
  await store.put(sampleGrant('b'), 0)
  await server.client.hset(`${prefix}grant:b`, 'record', '{"refresh_token":"very-secret')
  await assert.rejects(store.get('b'), (error: Error & { code?: string; grant?: string }) => {
    assert.deepEqual([error.code, error.grant], ['STORE_CORRUPT', 'b'])
    assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /very-secret/)
    return true
  })
})

test('a grant of a later schema version is named and left as it is', async () => {
  const prefix = ownPrefix()
  const store = onServer({ prefix })
  await store.put(sampleGrant('a'), 0)
  await store.put(sampleGrant('b'), 0)
  await server.client.hset(`${prefix}grant:a`, 'schema', '2', 'record', 'in a form to come')
  const before = await server.client.hgetall(`${prefix}grant:a`)
  const named = { code: 'STORE_CORRUPT', message: /schema version 2; this program knows version 1/ }
  await assert.rejects(store.get('a'), named)
  for (const version of [0, 1, 2]) await assert.rejects(store.put(sampleGrant('a'), version), named)
  await assert.rejects(all(store.list()), named)
  assert.deepEqual(await server.client.hgetall(`${prefix}grant:a`), before)
  assert.equal((await store.get('b'))?.version, 1)
})

test('no error shows what was to be written, however deep it is printed', async () => {
  const prefix = ownPrefix()
  const store = onServer({ prefix })
  await server.client.set(`${prefix}grant:a`, 'of another program')
  const failed = await store.put(sampleGrant('a', { refresh_token: 'very-secret' }), 0).catch((error: unknown) => error)
  assert.match(inspect(failed), /WRONGTYPE/)
  assert.doesNotMatch(inspect(failed, { depth: 20, showHidden: true, maxStringLength: null }), /very-secret/)
})

test('a list of more than one page is whole, in order and without repetition', async () => {
  const store = onServer()
  const count = 503
  await Promise.all(manyGrants(count).map((of) => store.put(of, 0)))
  await assertWholeLists(store, count)
})

test('the permissions that the documentation names are enough', async () => {
  const page = await readFile(new URL('../../../docs/stores/redis.md', import.meta.url), 'utf8')
  const rules = /ACL\): `([^`]+)`/.exec(page)?.[1]?.split(/\s+/) ?? []
  await server.client.call('ACL', 'SETUSER', 'app', 'on', '>word', ...rules)
  await using store = redisStore(`redis://app:word@127.0.0.1:${server.port}`, { onWarning: () => undefined })
  await server.client.script('FLUSH')
  await store.put(sampleGrant('a'), 0)
  assert.ok((await store.put(sampleGrant('a'), 1)).ok)
  assert.deepEqual((await all(store.list({ dueBefore: 1 }))).length, 0)
  assert.deepEqual((await all(store.list())).length, 1)
  await store.delete('a')
  await using other = redisStore(`redis://app:word@127.0.0.1:${server.port}`, { prefix: ownPrefix() })
  await assert.rejects(other.get('a'), { code: 'STORE_UNAVAILABLE', message: /NOPERM/ })
})

test('a closed store says so; a client handed in stays open', async () => {
  const store = onServer()
  await store.put(sampleGrant('a'), 0)
  await store.close()
  await store.close()
  await assert.rejects(store.get('a'), { code: 'STORE_UNAVAILABLE', message: /closed/ })
  assert.equal(await server.client.ping(), 'PONG')
})

test('half a surrogate pair cannot be an id, since it would become another one', async () => {
  await assert.rejects(onServer().put(sampleGrant('\ud83d'), 0), { code: 'INVALID_ARGUMENT' })
})

test('without ioredis the first call names the package to install', async () => {
  const error = await withoutPackage(
    'ioredis',
    `import { redisStore } from '@evergrant/stores/redis'
     await redisStore('redis://localhost').get('a')`,
  )
  assert.equal(error.code, 'NOT_SUPPORTED')
  assert.match(error.message, /Redis.*npm install ioredis$/)
})

test('the database of an address is the one that is used, or the call fails: never another one', async () => {
  const at = (path: string): string => `${server.url.replace(/\/\d*$/, '')}/${path}`
  const prefix = ownPrefix()
  await using second = redisStore(at('2'), { prefix })
  assert.ok((await second.put(sampleGrant('a'), 0)).ok)
  await using first = redisStore(at(''), { prefix })
  assert.equal(await first.get('a'), undefined)
  await using beyond = redisStore(at('99'), { prefix })
  await assert.rejects(beyond.put(sampleGrant('b'), 0), { code: 'STORE_UNAVAILABLE' })
  await assert.rejects(beyond.get('b'), { code: 'STORE_UNAVAILABLE' })
  for (const path of ['mydb', '1/2', '-1']) {
    await using wrong = redisStore(at(path), { prefix })
    await assert.rejects(wrong.get('a'), { code: 'INVALID_ARGUMENT' })
  }
  assert.equal(await first.get('b'), undefined)
})
