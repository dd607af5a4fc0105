import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountAt, connect, connectionTo, Scene, sandboxOf } from './support/scene.ts'

test('the page hears of every step of a consent, and of what is removed', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const stop = new AbortController()
  const events = admin.events(stop.signal)
  const counts: number[] = []
  /** The next event that is no count and no notice: those come when they come. */
  const next = async () => {
    for (;;) {
      const { value } = await events.next()
      assert.ok(value)
      if (value.name === 'connection') counts.push(value.data.accounts.total)
      else if (value.name !== 'notices') return value
    }
  }
  const counted = async (total: number) => {
    while (counts.at(-1) !== total) {
      const { value } = await events.next()
      assert.ok(value?.name === 'connection' || value?.name === 'notices', value?.name)
      if (value.name === 'connection') counts.push(value.data.accounts.total)
    }
  }
  assert.equal((await next()).name, 'hello')

  const connection = await connectionTo(sandbox, admin)
  await counted(0)
  const account = await accountAt(connection, admin)
  assert.equal((await next()).data.state, 'new')
  await counted(1)
  await connect(account, sandbox, admin)
  assert.equal((await next()).data.state, 'awaiting_consent')
  assert.equal((await next()).data.state, 'checking')
  const done = await next()
  assert.equal(done.name, 'account')
  assert.equal(done.data.state, 'ok')
  assert.deepEqual(done.data, (await admin.get(`/v1/accounts/${account}`)).json)

  await admin.post(`/v1/accounts/${account}/refresh`)
  assert.equal((await next()).data.refreshes, 1)
  await admin.delete(`/v1/accounts/${account}`)
  const removed = await next()
  assert.deepEqual(removed, { name: 'account_removed', data: { id: account, state: 'removed' } })
  await counted(0)
  await admin.delete(`/v1/connections/${connection}?accounts=delete`)
  assert.deepEqual(await next(), { name: 'connection_removed', data: { id: connection } })
  stop.abort()
})

test('a stream ends with its session, and with the server', { timeout: 600_000 }, async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const other = scene.browser()
  await other.post('/v1/session', { name: 'Ada', password: 'correct horse battery' })
  const [mine, theirs] = [admin.events(new AbortController().signal), other.events(new AbortController().signal)]
  assert.equal((await mine.next()).value?.name, 'hello')
  assert.equal((await theirs.next()).value?.name, 'hello')
  await other.delete('/v1/session')
  assert.equal((await theirs.next()).done, true)
  const ended = mine.next()
  await scene.stop()
  assert.equal((await ended).done, true)
  await scene.start()
})

test('a stream is for those who are signed in', async () => {
  await using scene = await Scene.begin()
  await scene.admin()
  assert.equal((await scene.browser().get('/v1/events')).status, 401)
})
