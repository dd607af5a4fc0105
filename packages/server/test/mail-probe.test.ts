import assert from 'node:assert/strict'
import { type AddressInfo, connect as connectTo, createServer } from 'node:net'
import { test } from 'node:test'
import { type RunningSandbox, startSandboxMail } from '@evergrant/sandbox'
import type { Browser } from './support/browser.ts'
import { accountAt, connected, PASSWORD, Scene, sandboxOf } from './support/scene.ts'

const MAILBOX = 'alice@example.test'

/** An account whose mailbox is at a mail server that counts who comes. */
async function mailboxOf(scene: Scene, sandbox: RunningSandbox) {
  const world = await connected(scene, sandbox)
  const mail = await startSandboxMail(sandbox)
  let visits = 0
  let away = false
  const gate = createServer((socket) => {
    visits++
    socket.on('error', () => undefined)
    if (away) return void socket.destroy()
    const inner = connectTo(mail.ports.imap)
    inner.on('error', () => socket.destroy())
    socket.on('close', () => inner.destroy())
    inner.on('close', () => socket.destroy())
    socket.pipe(inner).pipe(socket)
  })
  await new Promise<void>((listening) => gate.listen(0, '127.0.0.1', listening))
  const imap = { host: '127.0.0.1', port: (gate.address() as AddressInfo).port, security: 'none' }
  const set = await world.admin.call('PUT', `/v1/accounts/${world.account}/mail`, {
    body: { mailbox: MAILBOX, imap, password: PASSWORD },
  })
  assert.equal(set.status, 200, set.text)
  return {
    ...world,
    imap,
    visits: () => visits,
    goAway: (gone: boolean) => {
      away = gone
    },
    async [Symbol.asyncDispose]() {
      await new Promise((closed) => gate.close(closed))
      await mail.close()
    },
  }
}

/** Time goes on until it holds. */
async function pass(scene: Scene, holds: () => Promise<boolean> | boolean, seconds = 30): Promise<void> {
  while (!(await holds())) {
    scene.clock.advance(seconds)
    await new Promise((done) => setTimeout(done, 2))
  }
}

const lines = async (account: string, admin: Browser): Promise<string[]> =>
  (await admin.get(`/v1/accounts/${account}/history`)).json.history
    .map(({ type }: { type: string }) => type)
    .filter((type: string) => type === 'mail_failed' || type === 'mail_restored')

test('a mailbox that once worked is looked at by itself; trouble that stays is told once, and so is its end', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  await using world = await mailboxOf(scene, sandbox)
  const { admin, account, visits } = world
  const verified = await admin.post(`/v1/accounts/${account}/mail/verify`)
  assert.equal(verified.json.ok, true, verified.text)
  const db = await scene.tables()
  const row = async () =>
    (await db.selectFrom('mail_accounts').selectAll().where('account_id', '=', account).executeTakeFirst()) ??
    assert.fail()
  const planned = (await row()).probe_at ?? 0
  assert.ok(planned > scene.clock.now() + 4 * 3600 && planned < scene.clock.now() + 8 * 3600, 'spread over some hours')
  /** Its time comes, and what came of it is written down. */
  const look = async (): Promise<number> => {
    const before = visits()
    const { failures } = await row()
    await db.updateTable('mail_accounts').set({ probe_at: 0 }).where('account_id', '=', account).execute()
    await pass(scene, async () => visits() > before && (await row()).failures !== failures)
    return (await row()).failures
  }
  world.goAway(true)
  for (let failures = 1; failures <= 5; failures++) assert.equal(await look(), failures)
  assert.deepEqual(await lines(account, admin), [], 'a server that is away for a while is no news')
  for (let failures = 6; failures <= 8; failures++) assert.equal(await look(), failures)
  assert.deepEqual(await lines(account, admin), ['mail_failed'])
  assert.equal((await admin.get(`/v1/accounts/${account}`)).json.state, 'ok', 'the grant works')
  world.goAway(false)
  assert.equal(await look(), 0)
  await pass(scene, async () => (await lines(account, admin)).length > 1)
  assert.deepEqual(await lines(account, admin), ['mail_restored', 'mail_failed'])
  await db.destroy()
})

test('[#144] accounts that are unfinished, paused, or never had a mailbox that worked are not polled', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  await using world = await mailboxOf(scene, sandbox)
  const { admin, account, connection, imap, visits } = world
  const unfinished = await accountAt(connection, admin)
  await admin.call('PUT', `/v1/accounts/${unfinished}/mail`, {
    body: { mailbox: MAILBOX, imap, password: PASSWORD },
  })
  // As if it had worked and were due: what it lacks is the grant.
  const db = await scene.tables()
  await db.updateTable('mail_accounts').set({ probe_at: 0 }).where('account_id', '=', unfinished).execute()
  const due = () =>
    db.selectFrom('mail_accounts').select('probe_at').where('account_id', '=', unfinished).executeTakeFirst()
  await pass(scene, async () => ((await due())?.probe_at ?? 0) > 0)
  await pass(scene, async () => ((await due())?.probe_at ?? 0) > scene.clock.now() + 60)
  assert.equal(visits(), 0)

  assert.equal((await admin.post(`/v1/accounts/${account}/mail/verify`)).json.ok, true)
  assert.equal((await admin.patch(`/v1/accounts/${account}`, { paused: true })).status, 200)
  const before = visits()
  await db.updateTable('mail_accounts').set({ probe_at: 0 }).where('account_id', '=', account).execute()
  const of = () =>
    db.selectFrom('mail_accounts').select('probe_at').where('account_id', '=', account).executeTakeFirst()
  await pass(scene, async () => ((await of())?.probe_at ?? 0) > 0)
  assert.equal(visits(), before)
  assert.equal((await admin.patch(`/v1/accounts/${account}`, { paused: false })).status, 200)
  await pass(scene, () => visits() > before)
  await db.destroy()
})
