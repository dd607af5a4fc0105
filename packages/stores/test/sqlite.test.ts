import assert from 'node:assert/strict'
import { chmod, open, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { grant } from '@evergrant/core'
import { sqliteStore } from '@evergrant/stores/sqlite'
import { sampleGrant } from '../src/contract/sample-grant.ts'
import { folder } from './folder.ts'
import { assertWholeLists, manyGrants } from './long-list.ts'

const posix = process.platform !== 'win32'
const mode = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8)

test('the database and its log can be read by their owner alone', { skip: !posix }, async () => {
  await using temp = await folder()
  const path = temp.at('deep/grants.db')
  await using store = sqliteStore(path)
  await store.put(sampleGrant('a'), 0)
  for (const name of [path, `${path}-wal`, `${path}-shm`]) assert.equal(await mode(name), '600', name)
  assert.equal(await mode(temp.at('deep')), '700')
})

test('a database that others could read is named and closed to them', { skip: !posix }, async () => {
  await using temp = await folder()
  const path = temp.at('grants.db')
  await writeFile(path, '')
  await chmod(path, 0o644)
  const warnings: string[] = []
  await using store = sqliteStore(path, { onWarning: (message) => warnings.push(message) })
  await store.get('a')
  assert.equal(await mode(path), '600')
  assert.equal(warnings.length, 1)
  assert.match(warnings[0] ?? '', /grants\.db .*644/)
})

test('a commit is synced, in a write-ahead log', async () => {
  await using temp = await folder()
  await using store = sqliteStore(temp.at('grants.db'))
  await store.put(sampleGrant('a'), 0)
  assert.deepEqual(store.traits, { durable: true, cas: 'native', list: true })
  const other = new DatabaseSync(temp.at('grants.db'))
  assert.equal(other.prepare('PRAGMA journal_mode').get()?.['journal_mode'], 'wal')
  other.close()
})

test('[#113] it lives in another application’s database, whose settings and tables it leaves alone', async () => {
  await using temp = await folder()
  const database = new DatabaseSync(temp.at('app.db'))
  database.exec('CREATE TABLE grants (amount INTEGER); INSERT INTO grants VALUES (7); PRAGMA user_version = 42')
  const store = sqliteStore(database)
  for (let version = 0; version < 5; version++) await store.put(sampleGrant('a'), version)
  assert.equal(database.prepare('SELECT amount FROM grants').get()?.['amount'], 7)
  assert.equal(database.prepare('PRAGMA user_version').get()?.['user_version'], 42)
  assert.equal(database.prepare('PRAGMA journal_mode').get()?.['journal_mode'], 'delete')
  assert.equal(database.prepare('SELECT count(*) AS n FROM evergrant_grants').get()?.['n'], 1)
  await store.close()
  assert.ok(database.isOpen)
  database.close()
})

test('it promises durability only when the database handed in keeps it', async () => {
  await using temp = await folder()
  const memory = new DatabaseSync(':memory:')
  const file = new DatabaseSync(temp.at('app.db'))
  assert.equal(sqliteStore(memory).traits.durable, false)
  assert.equal(sqliteStore(file).traits.durable, true)
  file.exec('PRAGMA synchronous = NORMAL')
  assert.equal(sqliteStore(file).traits.durable, false)
  for (const one of [memory, file]) one.close()
})

test('a put waits for the end of the application’s transaction, so that no rollback can undo it', async () => {
  const database = new DatabaseSync(':memory:')
  const store = sqliteStore(database)
  await store.get('a')
  database.exec('BEGIN')
  const put = store.put(sampleGrant('a'), 0)
  setTimeout(() => database.exec('ROLLBACK'), 30)
  assert.ok((await put).ok)
  assert.equal((await store.get('a'))?.version, 1)
  database.close()
})

test('a lock of another connection is waited for without blocking this thread', async () => {
  await using temp = await folder()
  const path = temp.at('grants.db')
  await using store = sqliteStore(path)
  await store.put(sampleGrant('a'), 0)
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  const put = store.put(sampleGrant('a'), 1)
  assert.equal((await store.get('a'))?.version, 1)
  await new Promise((resolve) => setTimeout(resolve, 50))
  other.exec('COMMIT')
  assert.ok((await put).ok)
  other.close()
})

test('a lock beyond the deadline is a typed error, and nothing is written', async () => {
  await using temp = await folder()
  const path = temp.at('grants.db')
  await using store = sqliteStore(path, { deadline: 0.1 })
  await store.put(sampleGrant('a'), 0)
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  await assert.rejects(store.put(sampleGrant('a'), 1), { code: 'STORE_UNAVAILABLE', message: /locked by another/ })
  other.exec('ROLLBACK')
  other.close()
  assert.equal((await store.get('a'))?.version, 1)
})

test('a caller who gives up waiting for a lock has written nothing', async () => {
  await using temp = await folder()
  const path = temp.at('grants.db')
  await using store = sqliteStore(path)
  await store.put(sampleGrant('a'), 0)
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  const put = store.put(sampleGrant('a'), 1, { signal: AbortSignal.timeout(30) })
  await assert.rejects(put, { code: 'ABORTED' })
  other.exec('ROLLBACK')
  other.close()
  assert.equal((await store.get('a'))?.version, 1)
})

test('a file that is no database is named and left as it is', async () => {
  await using temp = await folder()
  const path = temp.at('grants.db')
  const text = '{"schema":1,"grants":{}}'.repeat(100)
  await writeFile(path, text, { mode: 0o600 })
  await using store = sqliteStore(path)
  for (let tries = 0; tries < 2; tries++) {
    await assert.rejects(store.get('a'), { code: 'STORE_CORRUPT', message: /grants\.db/ })
    await assert.rejects(store.put(sampleGrant('a'), 0), { code: 'STORE_CORRUPT' })
  }
  assert.equal(await readFile(path, 'utf8'), text)
})

test('a damaged database is said to be damaged', async () => {
  await using temp = await folder()
  const path = temp.at('grants.db')
  const filled = sqliteStore(path)
  for (let n = 0; n < 50; n++) await filled.put(sampleGrant(`g${n}`, { refresh_token: 'x'.repeat(3000) }), 0)
  await filled.close()
  const file = await open(path, 'r+')
  const { size } = await file.stat()
  await file.write(Buffer.alloc(size - 4096, 0x5a), 0, size - 4096, 4096)
  await file.close()
  await using store = sqliteStore(path)
  await assert.rejects(store.get('g1'), { code: 'STORE_CORRUPT', message: /grants\.db/ })
})

test('a record that is not readable is named; its words are not repeated, and the others are read', async () => {
  await using temp = await folder()
  const path = temp.at('grants.db')
  await using store = sqliteStore(path)
  for (const id of ['a', 'b']) await store.put(sampleGrant(id), 0)
  const other = new DatabaseSync(path)
  other.exec(`UPDATE evergrant_grants SET record = '{"refresh_token":"very-secret' WHERE id = 'a'`)
  other.close()
  await assert.rejects(store.get('a'), (error: Error & { code?: string; grant?: string }) => {
    assert.deepEqual([error.code, error.grant], ['STORE_CORRUPT', 'a'])
    assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /very-secret/)
    return true
  })
  assert.equal((await store.get('b'))?.version, 1)
})

for (const [what, statement, words] of [
  ['of a later version', 'UPDATE evergrant_schema SET version = 2', /version 2; .* version 1/],
  ['without a version', 'DELETE FROM evergrant_schema', /no version/],
  ['of which one is missing', 'DROP TABLE evergrant_schema', /only a part/],
] as const) {
  test(`tables ${what} are left as they are`, async () => {
    await using temp = await folder()
    const path = temp.at('grants.db')
    const first = sqliteStore(path)
    await first.put(sampleGrant('a'), 0)
    await first.close()
    const other = new DatabaseSync(path)
    other.exec(statement)
    other.close()
    await using store = sqliteStore(path)
    await assert.rejects(store.put(sampleGrant('a'), 1), { code: 'STORE_CORRUPT', message: words })
    const again = new DatabaseSync(path)
    assert.equal(again.prepare('SELECT version FROM evergrant_grants').get()?.['version'], 1)
    again.close()
  })
}

test('a database that may not be written is said to be so; reading goes on', async () => {
  await using temp = await folder()
  const path = temp.at('grants.db')
  const first = sqliteStore(path)
  await first.put(sampleGrant('a'), 0)
  await first.close()
  const database = new DatabaseSync(path, { readOnly: true })
  const store = sqliteStore(database)
  assert.equal((await store.get('a'))?.version, 1)
  await assert.rejects(store.put(sampleGrant('a'), 1), { code: 'STORE_READ_ONLY' })
  database.close()
})

test('a full disk is said to be full, and nothing is lost', async () => {
  const database = new DatabaseSync(':memory:')
  const store = sqliteStore(database)
  await store.put(sampleGrant('a'), 0)
  database.exec('PRAGMA max_page_count = 10')
  const large = sampleGrant('a', { refresh_token: 'x'.repeat(100_000) })
  await assert.rejects(store.put(large, 1), { code: 'STORE_UNAVAILABLE', message: /full/ })
  assert.equal((await store.get('a'))?.version, 1)
  database.close()
})

test('a database that is deleted under the store is noticed, instead of written to for nobody', async () => {
  await using temp = await folder()
  const path = temp.at('grants.db')
  await using store = sqliteStore(path)
  await store.put(sampleGrant('a'), 0)
  await rename(path, temp.at('moved.db'))
  const expected = { code: 'STORE_UNAVAILABLE', message: /removed or replaced/ }
  await assert.rejects(store.put(sampleGrant('a'), 1), expected)
  await rename(temp.at('moved.db'), path)
  assert.ok((await store.put(sampleGrant('a'), 1)).ok)
})

test('a closed store says so, closing twice is fine, and so does a database closed under it', async () => {
  await using temp = await folder()
  const store = sqliteStore(temp.at('grants.db'))
  await store.put(sampleGrant('a'), 0)
  await store.close()
  await store.close()
  await assert.rejects(store.get('a'), { code: 'STORE_UNAVAILABLE', message: /closed/ })
  await assert.rejects(store.put(sampleGrant('a'), 1), { code: 'STORE_UNAVAILABLE' })

  const database = new DatabaseSync(':memory:')
  const inside = sqliteStore(database)
  await inside.get('a')
  database.close()
  await assert.rejects(inside.get('a'), { code: 'STORE_UNAVAILABLE', message: /closed/ })
})

test('ten stores that open a new database at once make its tables once', async () => {
  await using temp = await folder()
  const stores = Array.from({ length: 10 }, () => sqliteStore(temp.at('grants.db')))
  const outcomes = await Promise.all(stores.map((store) => store.put(sampleGrant('a'), 0)))
  assert.equal(outcomes.filter(({ ok }) => ok).length, 1)
  for (const store of stores) await store.close()
})

test('a list of more than one page is whole, in order and without repetition', async () => {
  const database = new DatabaseSync(':memory:')
  const store = sqliteStore(database)
  const count = 1203
  for (const of of manyGrants(count)) await store.put(of, 0)
  await assertWholeLists(store, count)
  database.close()
})

test('what is due is found by the index', async () => {
  const database = new DatabaseSync(':memory:')
  await sqliteStore(database).get('a')
  const plan = database
    .prepare("EXPLAIN QUERY PLAN SELECT id FROM evergrant_grants WHERE state = 'active' AND due < 5 ORDER BY due, id")
    .all()
  assert.match(JSON.stringify(plan), /evergrant_grants_due \(state=\? AND due<\?\)/)
  database.close()
})

test('half a surrogate pair cannot be an id, since it would become another one', async () => {
  const database = new DatabaseSync(':memory:')
  await assert.rejects(sqliteStore(database).put(sampleGrant('\ud83d'), 0), { code: 'INVALID_ARGUMENT' })
  database.close()
})

test('two connections to one database see each other’s writes at once', async () => {
  await using temp = await folder()
  await using one = sqliteStore(temp.at('grants.db'))
  await using two = sqliteStore(temp.at('grants.db'))
  for (let version = 0; version < 20; version++) {
    const [writer, reader] = version % 2 === 0 ? [one, two] : [two, one]
    const next = grant({ ...sampleGrant('a'), refresh_token: `r${version}` })
    assert.ok((await writer.put(next, version)).ok)
    assert.equal((await reader.get('a'))?.refresh_token, `r${version}`)
  }
})
