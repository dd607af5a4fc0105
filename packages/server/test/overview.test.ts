import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Activity } from '../src/accounts/activity.ts'
import { accountAt, connect, connectionTo, Scene, sandboxOf } from './support/scene.ts'

const HOUR = 3_600
const DAY = 86_400

test('the overview counts accounts by state and renewals by the hour, with how long the provider took', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const connection = await connectionTo(sandbox, admin)
  const account = await accountAt(connection, admin)
  await connect(account, sandbox, admin)
  await accountAt(connection, admin)
  const refresh = async (status: number) => {
    const { status: got, text } = await admin.post(`/v1/accounts/${account}/refresh`)
    assert.equal(got, status, text)
  }
  // Counting is nobody's to wait for: an event comes after the answer that it tells of.
  const counted = async (wanted: number): Promise<void> => {
    for (;;) {
      const [of] = (await admin.get('/v1/overview')).json.providers
      if (of !== undefined && of.refreshed + of.failed === wanted) return
    }
  }
  await refresh(200)
  await refresh(200)
  await counted(2)
  await scene.clock.advance(2 * HOUR)
  await refresh(200)
  await sandbox.revokeGrant(sandbox.families().at(-1)?.id ?? '')
  await refresh(409)
  await counted(4)

  const { json } = await admin.get('/v1/overview')
  assert.equal(json.accounts.total, 2)
  assert.deepEqual([json.accounts.states.needs_consent, json.accounts.states.new, json.accounts.states.ok], [1, 1, 0])
  const { buckets, seconds, from } = json.activity
  assert.deepEqual([buckets.length, seconds, buckets[0].at], [24, HOUR, from])
  const busy = buckets.filter(({ refreshed, failed }: Record<string, number>) => refreshed !== 0 || failed !== 0)
  assert.deepEqual(
    busy.map(({ refreshed, failed }: Record<string, number>) => [refreshed, failed]),
    [
      [2, 0],
      [1, 1],
    ],
  )
  assert.equal(busy[1].at - busy[0].at, 2 * HOUR)
  assert.equal(buckets.at(-1).at, busy[1].at, 'the last bucket is the one of now')
  const [provider] = json.providers
  assert.deepEqual([provider.connection.id, provider.refreshed, provider.failed], [connection, 3, 1])
  assert.ok(provider.average_seconds <= provider.slowest_seconds)

  const week = (await admin.get('/v1/overview?span=week')).json.activity
  assert.deepEqual([week.buckets.length, week.seconds], [28, 6 * HOUR])
  const all = week.buckets.reduce((sum: number, one: { refreshed: number }) => sum + one.refreshed, 0)
  assert.equal(all, 3)
})

test('counts of several servers on one database add up, and what was not written yet is not lost by a failure', async () => {
  await using scene = await Scene.begin()
  const db = await scene.tables()
  const event = { type: 'refreshed', seconds: 0.5 } as Parameters<Activity['note']>[1]
  const [one, other] = [new Activity(db, scene.clock), new Activity(db, scene.clock)]
  one.note('c', event)
  other.note('c', { ...event, seconds: 2 } as typeof event)
  await Promise.all([one.flush(), other.flush()])
  await db.schema.alterTable('activity').renameTo('away').execute()
  one.note('c', event)
  await assert.rejects(one.flush())
  one.note('c', event)
  await db.schema.alterTable('away').renameTo('activity').execute()
  const [counted] = await one.connections(scene.clock.now())
  assert.deepEqual(counted, { connection_id: 'c', refreshed: 4, failed: 0, seconds: 3.5, slowest: 2 })
  await scene.clock.advance(91 * DAY)
  await one.reap()
  assert.deepEqual(await one.connections(0), [])
  await db.destroy()
})

test('secrets and grants that end within 60 days are foretold; a new secret forgets the date of the former', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const now = scene.clock.now()
  const soon = Math.floor(now + 20 * DAY)
  await connectionTo(sandbox, admin, { name: 'Later', secret_expires_at: now + 300 * DAY })
  const connection = await connectionTo(sandbox, admin, { secret_expires_at: soon })
  const account = await accountAt(connection, admin)
  await connect(account, sandbox, admin)
  const expiring = async () => (await admin.get('/v1/overview')).json.expiring
  const first = await expiring()
  assert.deepEqual(
    first.secrets.map(({ connection: { id }, at }: { connection: { id: string }; at: number }) => [id, at]),
    [[connection, soon]],
  )
  assert.equal((await admin.get(`/v1/connections/${connection}`)).json.secret_expires_at, soon)

  await admin.patch(`/v1/connections/${connection}`, { client_secret: 'another-secret-0123456789' })
  assert.deepEqual((await expiring()).secrets, [])
  await admin.patch(`/v1/connections/${connection}`, { secret_expires_at: soon + 1 })
  assert.equal((await expiring()).secrets[0].at, soon + 1)
  await admin.patch(`/v1/connections/${connection}`, { secret_expires_at: null })
  assert.deepEqual((await expiring()).secrets, [])

  const db = await scene.tables()
  await db
    .updateTable('accounts')
    .set({ ends_at: now + 10 * DAY })
    .where('id', '=', account)
    .execute()
  await db.destroy()
  const { accounts, accounts_total } = await expiring()
  assert.deepEqual([accounts[0].id, accounts.length, accounts_total], [account, 1, 1])
})

test('only an administrator sees the overview', async () => {
  await using scene = await Scene.begin()
  await scene.admin()
  assert.equal((await scene.browser().get('/v1/overview')).status, 401)
})
