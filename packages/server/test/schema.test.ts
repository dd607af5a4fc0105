import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type OwnPool, postgresPool, postgresStore } from '@evergrant/stores/postgres'
import { type Kysely, sql } from 'kysely'
import { migrations } from '../src/db/migrations.ts'
import { openPostgres } from '../src/db/postgres.ts'
import { openSqlite } from '../src/db/sqlite.ts'
import type { Tables } from '../src/db/tables.ts'
import { postgres } from './support/database.ts'
import { Scene } from './support/scene.ts'

const server = await postgres()

for (const kind of ['SQLite', 'PostgreSQL'] as const) {
  test(`a schema that a newer server made is served where that says this one still can, and left as it is else, in ${kind}`, async () => {
    await using place = await placeIn(kind)
    const newer = migrations.length + 2
    const says = async (version: number, compatible: number) => {
      const db = await place.open()
      await sql`UPDATE evergrant_server_schema SET version = ${version}, compatible = ${compatible}`.execute(db)
      await db.destroy()
    }
    await says(newer, migrations.length)
    const db = await place.open()
    assert.deepEqual(await db.selectFrom('users').selectAll().execute(), [])
    const { rows } = await sql`SELECT version, compatible FROM evergrant_server_schema`.execute(db)
    assert.deepEqual(
      rows.map((row) => ({ ...(row as object) })),
      [{ version: newer, compatible: migrations.length }],
      'what the newer one recorded stays',
    )
    await db.destroy()
    await says(newer, newer)
    const words = new RegExp(`has schema ${newer}.* schema ${newer} at least, and this one knows ${migrations.length}`)
    await assert.rejects(place.open(), { code: 'STORE_CORRUPT', message: words })
    await says(migrations.length, 1).catch(() => undefined)
  })

  test(`a schema of the version before gets what it lacks, and keeps what is in it, in ${kind}`, async () => {
    await using place = await placeIn(kind, 2)
    const db = await place.open()
    assert.equal((await db.selectFrom('users').select('name').executeTakeFirst())?.name, 'Ada')
    assert.deepEqual(await db.selectFrom('changes').selectAll().execute(), [])
    await db.destroy()
    await (await place.open()).destroy()
  })
}

test('replicas that start together on an empty PostgreSQL make one schema, and agree on one key', async () => {
  const url = await server.schema()
  const key = Buffer.alloc(32, 9).toString('base64')
  const folder = await mkdtemp(join(tmpdir(), 'evergrant-replicas-'))
  await using scene = new Scene(folder, { env: { DATABASE_URL: url, EVERGRANT_KEY: key } })
  const replicas = await Promise.all([1, 2, 3, 4].map(() => scene.another()))
  for (const { url: at } of replicas) assert.equal((await fetch(`${at}/readyz`)).status, 200)
  assert.equal(replicas.filter(({ setupLink }) => setupLink !== undefined).length, 4)
  // Every replica printed a link of its own; one of them makes the administrator.
  const answers = await Promise.all(
    replicas.map(async ({ url: at, setupLink = '' }, index) => {
      const token = new URL(setupLink).hash.slice('#token='.length)
      const response = await fetch(`${at}/v1/setup`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-evergrant': '1' },
        body: JSON.stringify({ token, name: `Ada ${index}`, password: 'correct horse battery' }),
      })
      return response.status
    }),
  )
  assert.deepEqual(answers.sort(), [200, 403, 403, 403])
  const db = await scene.tables()
  assert.equal((await db.selectFrom('users').selectAll().execute()).length, 1)
  await db.destroy()
  const other = { EVERGRANT_KEY: Buffer.alloc(32, 7).toString('base64') }
  await assert.rejects(scene.another(other), { code: 'UNSEAL_FAILED' })
  await Promise.all(replicas.map((replica) => replica.close()))
})

test('of replicas with different keys that start together on an empty PostgreSQL one stays', async () => {
  const url = await server.schema()
  const folder = await mkdtemp(join(tmpdir(), 'evergrant-replicas-'))
  await using scene = new Scene(folder, { env: { DATABASE_URL: url } })
  const started = await Promise.allSettled(
    [1, 2, 3].map((byte) => scene.another({ EVERGRANT_KEY: Buffer.alloc(32, byte).toString('base64') })),
  )
  const running = started.filter((one) => one.status === 'fulfilled').map(({ value }) => value)
  assert.equal(running.length, 1)
  for (const one of started) if (one.status === 'rejected') assert.equal(one.reason.code, 'UNSEAL_FAILED')
  await running[0]?.close()
})

test('a PostgreSQL that is not there is said so, without the password', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'evergrant-none-'))
  const url = 'postgresql://ada:very-secret@127.0.0.1:1/evergrant'
  await using scene = new Scene(folder, { env: { DATABASE_URL: url } })
  await assert.rejects(scene.another(), (error: Error) => {
    assert.match(error.message, /connection to PostgreSQL failed: .*ECONNREFUSED/)
    assert.doesNotMatch(String(error), /very-secret/)
    return 'code' in error && error.code === 'STORE_UNAVAILABLE'
  })
})

test('a sealing key that got lost is not replaced by a new one, wherever the data is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'evergrant-key-'))
  await using scene = new Scene(folder, { env: { DATABASE_URL: await server.schema() } })
  await (await scene.another()).close()
  await rm(join(folder, 'data'), { recursive: true })
  await assert.rejects(scene.another(), /PostgreSQL database was sealed with that key. Bring the file back/)
})

/** A database whose schema has so many steps; all of them by default. */
async function placeIn(kind: 'SQLite' | 'PostgreSQL', steps = migrations.length) {
  const folder = await mkdtemp(join(tmpdir(), 'evergrant-schema-'))
  const file = join(folder, 'a.db')
  const url = await server.schema()
  const pool = (): Promise<OwnPool> => postgresPool(url)
  await using store = postgresStore(url)
  await store.get('')
  const open = async (): Promise<Kysely<Tables>> => {
    if (kind === 'SQLite') return openSqlite(file)
    const own = await pool()
    try {
      return await openPostgres(own)
    } catch (error) {
      await own.end()
      throw error
    }
  }
  if (steps < migrations.length) await asBefore(kind, file, await pool(), steps)
  else await (await open()).destroy()
  return { open, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

/** The schema as the first release left it, with somebody in it. */
async function asBefore(kind: 'SQLite' | 'PostgreSQL', file: string, pool: OwnPool, steps: number): Promise<void> {
  const statements = [
    ...migrations.slice(0, steps).flat(),
    'CREATE TABLE evergrant_server_schema (version INTEGER NOT NULL)',
    `INSERT INTO evergrant_server_schema VALUES (${steps})`,
    "INSERT INTO users VALUES ('u1', 'Ada', 'x', 'admin', 0)",
  ]
  if (kind === 'PostgreSQL') for (const text of statements) await pool.query({ text })
  await pool.end()
  if (kind === 'PostgreSQL') return
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(file)
  for (const text of statements) database.exec(text)
  database.close()
}
