import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyring, sealed, sealingKey } from '@evergrant/core'
import { postgresPool, postgresStore } from '@evergrant/stores/postgres'
import { type Kysely, sql } from 'kysely'
import { openPostgres } from '../src/db/postgres.ts'
import type { Tables } from '../src/db/tables.ts'
import { ReplicaPulse } from '../src/replicas/replica-pulse.ts'
import { databaseOf } from './support/database.ts'
import { connected, Scene, sandboxOf } from './support/scene.ts'

const { DATABASE_URL = '' } = await databaseOf('postgres')

/** Replicas on a database of their own, whose clock is set by the test. */
class Replicas implements AsyncDisposable {
  readonly #db: Kysely<Tables>
  readonly a: ReplicaPulse
  readonly b: ReplicaPulse

  private constructor(db: Kysely<Tables>) {
    this.#db = db
    this.a = this.another()
    this.b = this.another()
  }

  static async begin(): Promise<Replicas> {
    const { DATABASE_URL: url = '' } = await databaseOf('postgres')
    const db = await openPostgres(await opened(url))
    await sql`CREATE TABLE set_clock AS SELECT 1000::double precision AS at`.execute(db)
    return new Replicas(db)
  }

  another(): ReplicaPulse {
    return new ReplicaPulse(this.#db, sql<number>`(SELECT at FROM set_clock)`)
  }

  async jump(seconds: number): Promise<void> {
    await sql`UPDATE set_clock SET at = at + ${seconds}`.execute(this.#db)
  }

  /** Time passes, and these beat as they do when nothing is wrong. */
  async pass(seconds: number, ...beating: ReplicaPulse[]): Promise<void> {
    for (let left = seconds; left > 0; left -= 3) {
      await this.jump(Math.min(left, 3))
      for (const one of beating) await one.beat()
    }
  }

  async count(): Promise<number> {
    const { rows } = await sql`SELECT id FROM replicas`.execute(this.#db)
    return rows.length
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#db.destroy()
  }
}

/** The store makes its tables first, as in a server. */
async function opened(url: string) {
  const pool = await postgresPool(url)
  await postgresStore(pool).get('')
  return pool
}

test('[#119] a replica that is silent while another one beats counts as ended after 40 seconds, and not before', async () => {
  await using replicas = await Replicas.begin()
  const { a, b } = replicas
  await replicas.pass(30, a, b)
  await replicas.pass(39, b)
  assert.equal(b.hasEnded(a.own), false)
  await replicas.pass(3, b)
  assert.equal(b.hasEnded(a.own), true)
  assert.equal(b.hasEnded(b.own), false)
  assert.equal(b.hasEnded('somebody of whom nothing is known'), false)
})

test('[#119] what was counted outlives whoever counted: a replica that starts later knows it at once', async () => {
  await using replicas = await Replicas.begin()
  const { a, b } = replicas
  await replicas.pass(9, a, b)
  let last = b
  for (let killed = 0; killed < 5; killed++) {
    last = replicas.another()
    await replicas.pass(9, last)
  }
  const late = replicas.another()
  await late.beat()
  assert.deepEqual([late.hasEnded(a.own), late.hasEnded(b.own), late.hasEnded(last.own)], [true, true, false])
})

test('[#119] a replica that was paused and beats again has not ended', async () => {
  await using replicas = await Replicas.begin()
  const { a, b } = replicas
  await replicas.pass(9, a, b)
  await replicas.pass(60, b)
  assert.equal(b.hasEnded(a.own), true)
  await replicas.pass(3, a, b)
  assert.equal(b.hasEnded(a.own), false)
})

for (const [what, happens] of [
  ['an outage of the database, or a suspension of all', (replicas: Replicas) => replicas.pass(600)],
  ['a jump of its clock', (replicas: Replicas) => replicas.jump(600)],
] as const) {
  test(`[#119] after ${what} silence is counted anew: whoever is there gets the time to say so`, async () => {
    await using replicas = await Replicas.begin()
    const { a, b } = replicas
    await replicas.pass(9, a, b)
    await happens(replicas)
    await replicas.pass(39, b)
    assert.equal(b.hasEnded(a.own), false)
    await replicas.pass(6, b)
    assert.equal(b.hasEnded(a.own), true)
  })
}

test('[#119] a clock of the database that goes back ends nobody', async () => {
  await using replicas = await Replicas.begin()
  const { a, b } = replicas
  await replicas.pass(9, a, b)
  await replicas.jump(-600)
  await replicas.pass(60, b)
  assert.equal(b.hasEnded(a.own), false)
})

test('a replica that is gone for a day is forgotten', async () => {
  await using replicas = await Replicas.begin()
  const { a, b } = replicas
  await replicas.pass(9, a, b)
  await replicas.jump(90_000)
  await b.beat()
  await b.reap()
  assert.equal(await replicas.count(), 1)
  assert.equal(b.hasEnded(a.own), false)
})

test('[#119] the mark of a refresh names the replica that the database knows', async () => {
  const key = new Uint8Array(32).fill(7)
  await using scene = await Scene.begin({
    env: { DATABASE_URL, EVERGRANT_KEY: Buffer.from(key).toString('base64') },
  })
  await using sandbox = await sandboxOf(scene)
  const { account, program } = await connected(scene, sandbox)
  const hold = sandbox.hold({ match: { endpoint: 'token', grant_type: 'refresh_token' } })
  scene.clock.advance(4000)
  const answer = program(account)
  await hold.arrived
  const pool = await postgresPool(DATABASE_URL)
  try {
    const store = sealed(postgresStore(pool), keyring({ current: await sealingKey(key) }))
    const { rows } = await pool.query({ text: 'SELECT id FROM replicas' })
    assert.deepEqual(
      rows.map(({ id }) => id),
      [(await store.get(account))?.spending?.process],
    )
  } finally {
    hold.release()
    await pool.end()
  }
  assert.equal((await answer).status, 200)
})
