import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openSqlite } from '../src/db/sqlite.ts'
import type { Browser } from './support/browser.ts'
import { accountAt, connect, connected, connectionTo, Scene, sandboxOf } from './support/scene.ts'

test('a grant in trouble is tried again by itself when its wait is over', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, account, program } = await connected(scene, sandbox)
  sandbox.fault({ match: { endpoint: 'token' }, status: 503, times: 2 })
  scene.clock.advance(4000)
  assert.equal((await program(account)).status, 503)
  await pass(scene, async () => (await stateOf(account, admin)) === 'ok')
})

test('accounts that nobody uses are left alone, until the provider would end them for that', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const account = await accountAt(await connectionTo(sandbox, admin), admin)
  await connect(account, sandbox, admin)
  for (let minutes = 0; minutes < 120; minutes += 5) {
    scene.clock.advance(300)
    await new Promise((done) => setImmediate(done))
  }
  assert.equal(sandbox.journal.count({ grant_type: 'refresh_token' }), 0)
})

test('no more than four refreshes at a time go to one provider', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, connection, account, program } = await connected(scene, sandbox)
  const accounts = [account]
  for (let count = 0; count < 11; count++) {
    const one = await accountAt(connection, admin)
    await connect(one, sandbox, admin, `person${count}@example.test`)
    accounts.push(one)
  }
  for (const one of accounts) assert.equal((await program(one)).status, 200)
  const hold = sandbox.hold({ match: { endpoint: 'token' } })
  scene.clock.advance(3400)
  const asked = () => sandbox.journal.count({ grant_type: 'refresh_token' })
  await pass(scene, async () => asked() >= 4)
  await new Promise((done) => setTimeout(done, 50))
  assert.equal(asked(), 4)
  hold.release()
  await pass(scene, async () => asked() === 12)
})

test('what has run out is removed: pending authorizations and sessions', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const account = await accountAt(await connectionTo(sandbox, admin), admin)
  await admin.post(`/v1/accounts/${account}/authorize`)
  assert.equal(await stateOf(account, admin), 'awaiting_consent')
  scene.clock.advance(700)
  assert.equal(await stateOf(account, admin), 'new', 'it can no longer be finished')
  scene.clock.advance(31 * 86_400)
  const db = await scene.tables()
  const count = async (table: 'sessions' | 'pending_authorizations') =>
    (await db.selectFrom(table).select('created_at').execute()).length
  await pass(scene, async () => (await count('sessions')) === 0 && (await count('pending_authorizations')) === 0)
  await db.destroy()
})

test('queries yield their rows, also those that write and return', async () => {
  const db = openSqlite(':memory:')
  const written = await db.insertInto('meta').values({ name: 'a', value: 'b' }).returning('value').execute()
  assert.deepEqual(
    written.map(({ value }) => value),
    ['b'],
  )
  assert.equal((await db.selectFrom('meta').selectAll().execute()).length, 1)
  await db.destroy()
})

const stateOf = async (account: string, admin: Browser): Promise<string> =>
  (await admin.get(`/v1/accounts/${account}`)).json.state

/** Lets time pass until it holds; slowly, because databases and sockets take time of their own. */
async function pass(scene: Scene, holds: () => Promise<boolean>): Promise<void> {
  const giveUp = Date.now() + 300_000
  while (!(await holds())) {
    assert.ok(Date.now() < giveUp, 'it never came to be')
    scene.clock.advance(1)
    await new Promise((done) => setTimeout(done, 5))
  }
}
