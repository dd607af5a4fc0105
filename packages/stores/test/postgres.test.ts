import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { inspect } from 'node:util'
import { defineClient, grant, resolveProvider, summary, tokenSource } from '@evergrant/core'
import { postgresStore } from '@evergrant/stores/postgres'
import pg from 'pg'
import { sampleGrant } from '../src/contract/sample-grant.ts'
import { assertWholeLists, manyGrants } from './long-list.ts'
import { cutProxy } from './servers/cut-proxy.ts'
import { type PostgresServer, startPostgres } from './servers/postgres.ts'
import { withoutPackage } from './without-package.ts'

let server: PostgresServer
before(async () => {
  server = await startPostgres()
})
after(() => server.stop())

async function poolOn(url: string, max = 3): Promise<{ pool: pg.Pool } & AsyncDisposable> {
  const pool = new pg.Pool({ connectionString: url, max })
  return { pool, [Symbol.asyncDispose]: () => pool.end() }
}

test('[#113] it lives in an application’s pool, beside its tables, and leaves the pool open', async () => {
  await using app = await poolOn(await server.schema())
  await app.pool.query('CREATE TABLE grants (amount integer); INSERT INTO grants VALUES (7)')
  const store = postgresStore(app.pool)
  for (let version = 0; version < 5; version++) await store.put(sampleGrant('a'), version)
  await store.close()
  assert.equal((await app.pool.query('SELECT amount FROM grants')).rows[0].amount, 7)
  assert.equal((await app.pool.query('SELECT * FROM evergrant_grants')).rowCount, 1)
  await assert.rejects(store.get('a'), { code: 'STORE_UNAVAILABLE', message: /closed/ })
})

test('no connection is held while a token is asked for', async () => {
  await using app = await poolOn(await server.schema(), 1)
  const store = postgresStore(app.pool)
  await store.put(sampleGrant('a', { refresh_token: 'r1' }), 0)
  let free = false
  const http = {
    fetch: async () => {
      free = app.pool.idleCount === 1 && app.pool.waitingCount === 0
      await app.pool.query('SELECT 1')
      return Response.json({ access_token: 'fresh', token_type: 'Bearer', expires_in: 3600, refresh_token: 'r2' })
    },
  }
  const provider = resolveProvider({ id: 'acme', name: 'Acme', token_endpoint: 'https://acme.example/token' })
  const source = tokenSource('a', { store, client: defineClient({ provider, client_id: 'my-program', http }) })
  assert.equal((await source.token()).access_token, 'fresh')
  assert.ok(free)
  assert.equal((await store.get('a'))?.refresh_token, 'r2')
})

test('a connection that breaks before the answer to a put is told as such, and the record tells what became of it', async () => {
  await using proxy = await cutProxy({ path: `${server.folder}/.s.PGSQL.5432` })
  const url = (await server.schema()).replace('localhost', `127.0.0.1:${proxy.port}`).replace(/host=[^&]*&/, '')
  await using store = postgresStore(url)
  await store.put(sampleGrant('a', { refresh_token: 'r1' }), 0)
  proxy.swallowAnswers(true)
  const broken = store.put(sampleGrant('a', { refresh_token: 'r2' }), 1)
  await assert.rejects(broken, { code: 'STORE_UNAVAILABLE', message: /may yet have been written/ })
  proxy.swallowAnswers(false)
  let current = await store.get('a')
  for (let tries = 0; current?.version === 1 && tries < 100; tries++) current = await store.get('a')
  assert.deepEqual([current?.version, current?.refresh_token], [2, 'r2'])
  assert.equal((await store.put(sampleGrant('a', { refresh_token: 'r2' }), 1)).ok, false)
})

test('a server that cannot be reached is said to be so, and the store goes on when it can', async () => {
  await using proxy = await cutProxy({ path: `${server.folder}/.s.PGSQL.5432` })
  const url = (await server.schema()).replace('localhost', `127.0.0.1:${proxy.port}`).replace(/host=[^&]*&/, '')
  await using store = postgresStore(url)
  proxy.refuse(true)
  await assert.rejects(store.get('a'), { code: 'STORE_UNAVAILABLE' })
  proxy.refuse(false)
  assert.ok((await store.put(sampleGrant('a'), 0)).ok)
  proxy.refuse(true)
  await assert.rejects(store.get('a'), { code: 'STORE_UNAVAILABLE' })
  proxy.refuse(false)
  assert.equal((await store.get('a'))?.version, 1)
})

test('a statement that waits beyond the deadline is given up, and has written nothing', async () => {
  const url = await server.schema()
  await using store = postgresStore(url, { deadline: 0.3 })
  await store.put(sampleGrant('a'), 0)
  await using app = await poolOn(url)
  const other = await app.pool.connect()
  await other.query('BEGIN; SELECT * FROM evergrant_grants FOR UPDATE')
  await assert.rejects(store.put(sampleGrant('a'), 1), { code: 'STORE_UNAVAILABLE', message: /timeout/ })
  await other.query('ROLLBACK')
  other.release()
  assert.equal((await store.get('a'))?.version, 1)
})

test('no password of an address is repeated', async () => {
  await using store = postgresStore('postgresql://nobody:very-secret@127.0.0.1:1/none')
  await assert.rejects(store.get('a'), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'STORE_UNAVAILABLE')
    assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /very-secret/)
    return true
  })
})

test('a user who may only read reads, and is told that no more is allowed', async () => {
  const url = await server.schema()
  await using store = postgresStore(url)
  await store.put(sampleGrant('a'), 0)
  await using reader = postgresStore(`${url}%20-cdefault_transaction_read_only%3Don`)
  assert.equal((await reader.get('a'))?.version, 1)
  await assert.rejects(reader.put(sampleGrant('a'), 1), { code: 'STORE_READ_ONLY' })

  const schema = /search_path%3D(\w+)/.exec(url)?.[1]
  await server.run(`CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA ${schema} TO reader;
    GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO reader`)
  await using restricted = postgresStore(url.replace('postgres@', 'reader@'))
  assert.equal((await restricted.get('a'))?.version, 1)
  await assert.rejects(restricted.put(sampleGrant('a'), 1), { code: 'STORE_READ_ONLY', message: /permission denied/ })
  await using stranger = postgresStore((await server.schema()).replace('postgres@', 'reader@'))
  await assert.rejects(stranger.get('a'), { code: 'STORE_UNAVAILABLE' })
})

for (const [what, statement, words] of [
  ['of a later version', 'UPDATE evergrant_schema SET version = 2', /version 2; .* version 1/],
  ['without a version', 'DELETE FROM evergrant_schema', /no version/],
  ['of which one is missing', 'DROP TABLE evergrant_schema', /only a part/],
  ['of somebody else', 'DROP TABLE evergrant_schema; CREATE TABLE evergrant_schema (x integer)', /not ours/],
] as const) {
  test(`tables ${what} are left as they are`, async () => {
    const url = await server.schema()
    await using app = await poolOn(url)
    await postgresStore(app.pool).put(sampleGrant('a'), 0)
    await app.pool.query(statement)
    const store = postgresStore(app.pool)
    await assert.rejects(store.put(sampleGrant('a'), 1), { code: 'STORE_CORRUPT', message: words })
    assert.equal((await app.pool.query('SELECT version FROM evergrant_grants')).rows[0].version, '1')
  })
}

test('a record that is not readable is named; its words are not repeated, and the others are read', async () => {
  await using app = await poolOn(await server.schema())
  const store = postgresStore(app.pool)
  for (const id of ['a', 'b']) await store.put(sampleGrant(id), 0)
  await app.pool.query(`UPDATE evergrant_grants SET record = '{"refresh_token":"very-secret' WHERE id = 'a'`)
  await assert.rejects(store.get('a'), (error: Error & { code?: string; grant?: string }) => {
    assert.deepEqual([error.code, error.grant], ['STORE_CORRUPT', 'a'])
    assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /very-secret/)
    return true
  })
  assert.equal((await store.get('b'))?.version, 1)
})

test('no error shows what was to be written, however deep it is printed', async () => {
  await using app = await poolOn(await server.schema())
  const store = postgresStore(app.pool)
  await store.get('a')
  await app.pool.query(`ALTER TABLE evergrant_grants ADD CHECK (provider <> 'acme')`)
  const failed = await store.put(sampleGrant('a', { refresh_token: 'very-secret' }), 0).catch((error: unknown) => error)
  assert.match(inspect(failed), /check constraint/)
  assert.doesNotMatch(inspect(failed, { depth: 20, showHidden: true, maxStringLength: null }), /very-secret/)
})

test('ten stores that open a new database at once make its tables once, however they meet', async () => {
  for (let round = 0; round < 20; round++) {
    const url = await server.schema()
    const stores = Array.from({ length: 10 }, () => postgresStore(url))
    const outcomes = await Promise.all(stores.map((store) => store.put(sampleGrant('a'), 0)))
    assert.equal(outcomes.filter(({ ok }) => ok).length, 1)
    for (const store of stores) await store.close()
  }
})

test('a store that is closed while it opens leaves no connection behind', async () => {
  const store = postgresStore(await server.schema())
  const call = store.get('a')
  await store.close()
  await assert.rejects(call, { code: 'STORE_UNAVAILABLE' })
})

test('settings under which a crash may lose a confirmed write are told, once', async () => {
  const warnings: string[] = []
  await using store = postgresStore(await server.schema(), { onWarning: (message) => warnings.push(message) })
  await Promise.all([store.get('a'), store.get('b')])
  await store.get('c')
  assert.equal(warnings.length, 1)
  assert.match(warnings[0] ?? '', /fsync off/)
})

test('a serializable isolation level makes puts try again, not fail', async () => {
  const url = `${await server.schema()}%20-cdefault_transaction_isolation%3Dserializable`
  await using store = postgresStore(url)
  await store.put(sampleGrant('a'), 0)
  const puts = Array.from({ length: 30 }, () => store.put(sampleGrant('a'), 1))
  assert.equal((await Promise.all(puts)).filter(({ ok }) => ok).length, 1)
})

test('a list of more than one page is whole, in order and without repetition', async () => {
  await using app = await poolOn(await server.schema())
  const store = postgresStore(app.pool)
  await store.get('a')
  const count = 1203
  const grants = manyGrants(count).map((of) => grant({ ...of, version: 1 }))
  await app.pool.query({
    text: `INSERT INTO evergrant_grants
      SELECT id, 1, 'acme', 'my-program', 'active', due, 0, record
      FROM unnest($1::text[], $2::float8[], $3::text[]) AS given (id, due, record)`,
    values: [
      grants.map(({ id }) => id),
      grants.map((of) => summary(of).expires_at),
      grants.map((of) => JSON.stringify(of)),
    ],
  })
  await assertWholeLists(store, count)
  await app.pool.query('ANALYZE evergrant_grants')
  const plan = await app.pool.query(
    "EXPLAIN SELECT id FROM evergrant_grants WHERE state = 'active' AND due < 1010 ORDER BY due, id LIMIT 10",
  )
  assert.match(JSON.stringify(plan.rows), /evergrant_grants_due/)
})

test('half a surrogate pair cannot be an id, since it would become another one', async () => {
  await using store = postgresStore(await server.schema())
  await assert.rejects(store.put(sampleGrant('\ud83d'), 0), { code: 'INVALID_ARGUMENT' })
})

test('an id that is longer than an index takes is refused in words', async () => {
  await using store = postgresStore(await server.schema())
  const id = Array.from({ length: 250 }, () => crypto.randomUUID()).join('')
  await assert.rejects(store.put(sampleGrant(id), 0), { code: 'INVALID_ARGUMENT', message: /length/ })
})

test('without pg the first call names the package to install', async () => {
  const error = await withoutPackage(
    'pg',
    `import { postgresStore } from '@evergrant/stores/postgres'
     await postgresStore('postgresql://localhost/none').get('a')`,
  )
  assert.equal(error.code, 'NOT_SUPPORTED')
  assert.match(error.message, /PostgreSQL.*npm install pg$/)
})
