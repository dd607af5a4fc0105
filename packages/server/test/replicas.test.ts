/** Two servers on one database, on a clock that stands still: nothing that is remembered runs out by itself. */
import assert from 'node:assert/strict'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { RunningSandbox } from '@evergrant/sandbox'
import type { RunningServer } from '@evergrant/server/main'
import { type Answered, Browser } from './support/browser.ts'
import { databaseOf, postgres } from './support/database.ts'
import { accountAt, connect, connected, Scene, sandboxOf } from './support/scene.ts'

const server = await postgres()

for (const kind of ['sqlite', 'postgres'] as const) {
  test(`[#119] what is paused, revoked, connected again or deleted on one server is so on the other, on ${kind}`, {
    timeout: 600_000,
  }, async () => {
    await using both = await two(kind)
    const { scene, sandbox, second } = both
    const { admin, account, key, connection } = await connected(scene, sandbox)
    const ask = (path = account): Promise<number> => tokenAt(second, path, key)
    assert.equal(await ask(), 200)

    await admin.patch(`/v1/accounts/${account}`, { paused: true })
    await until(async () => (await ask()) === 403 || (await ask()) === 409)
    await admin.patch(`/v1/accounts/${account}`, { paused: false })
    await until(async () => (await ask()) === 200)

    await admin.post(`/v1/accounts/${account}/revoke`)
    await until(async () => (await ask()) === 409)
    await connect(account, sandbox, admin)
    await until(async () => (await ask()) === 200)

    const other = await accountAt(connection, admin)
    await connect(other, sandbox, admin, 'bob')
    assert.equal(await ask(other), 200)
    await admin.delete(`/v1/accounts/${other}`)
    await until(async () => (await ask(other)) === 404)

    const [{ id }] = (await admin.get('/v1/api-keys')).json.api_keys
    assert.equal((await admin.delete(`/v1/api-keys/${id}`)).status, 204)
    await until(async () => (await ask()) === 401)
  })

  test(`a token that a program had refused at one server is not handed out by the other any more, on ${kind}`, {
    timeout: 600_000,
  }, async () => {
    await using both = await two(kind)
    const { scene, sandbox, second } = both
    const { account, key, program } = await connected(scene, sandbox)
    const old = (await program(account)).json.access_token
    assert.equal((await tokenOf(second, account, key)).access_token, old)
    const { access_token } = (await program(account, { rejected: old })).json
    assert.notEqual(access_token, old)
    await until(async () => (await tokenOf(second, account, key)).access_token === access_token)
    assert.equal(sandbox.journal.count({ grant_type: 'refresh_token' }), 1)
  })

  test(`a browser sees what happens on another server, and its stream ends when it signs out there, on ${kind}`, {
    timeout: 600_000,
  }, async () => {
    await using both = await two(kind)
    const { scene, sandbox, second } = both
    const { admin, account, connection } = await connected(scene, sandbox)
    const elsewhere = new Browser(second.url, second.listening)
    for (const [name, value] of admin.cookies) elsewhere.cookies.set(name, value)
    const events = await listening(elsewhere)
    await admin.patch(`/v1/accounts/${account}`, { name: 'Renamed' })
    await until(async () => events.seen.some(({ name, data }) => name === 'account' && data.name === 'Renamed'))
    await admin.patch(`/v1/connections/${connection}`, { name: 'Another name' })
    await until(async () => events.seen.some(({ name, data }) => name === 'connection' && data.name === 'Another name'))
    const hold = sandbox.hold({ match: { endpoint: 'token' } })
    const connecting = connect(account, sandbox, admin)
    await hold.arrived
    await until(async () => events.seen.some(({ name, data }) => name === 'account' && data.state === 'checking'))
    hold.release()
    await connecting
    await until(async () => events.seen.findLast(({ name }) => name === 'account')?.data.state === 'ok')
    await admin.delete(`/v1/accounts/${account}`)
    await until(async () => events.seen.some(({ name, data }) => name === 'account_removed' && data.id === account))
    await admin.delete('/v1/session')
    await until(async () => events.ended)
  })
}

test('when PostgreSQL drops the connection that listens, nothing stale is left once it is back', {
  timeout: 600_000,
}, async () => {
  await using both = await two('postgres')
  const { scene, sandbox, second } = both
  const { admin, account, key } = await connected(scene, sandbox)
  assert.equal(await tokenAt(second, account, key), 200)
  await server.run(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' OR query = 'SELECT 1'",
  )
  await admin.patch(`/v1/accounts/${account}`, { paused: true })
  await until(async () => (await tokenAt(second, account, key)) !== 200)
  await admin.patch(`/v1/accounts/${account}`, { paused: false })
  await until(async () => (await tokenAt(second, account, key)) === 200)
})

/** A scene, its sandbox, and a second server on the same database. */
async function two(kind: 'sqlite' | 'postgres'): Promise<AsyncDisposable & Both> {
  const env = await databaseOf(kind)
  const scene = new Scene(await mkdtemp(join(tmpdir(), 'evergrant-replicas-')), { env })
  await scene.start()
  const sandbox = await sandboxOf(scene)
  const second = await scene.another()
  return {
    scene,
    sandbox,
    second,
    async [Symbol.asyncDispose]() {
      await second.close()
      await sandbox.close()
      await scene[Symbol.asyncDispose]()
    },
  }
}

interface Both {
  readonly scene: Scene
  readonly sandbox: RunningSandbox
  readonly second: RunningServer
}

async function request(at: RunningServer, account: string, key: string): Promise<Response> {
  return fetch(`${at.url}/v1/accounts/${account}/token`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: '{}',
  })
}

async function tokenAt(at: RunningServer, account: string, key: string): Promise<number> {
  const response = await request(at, account, key)
  await response.body?.cancel()
  return response.status
}

async function tokenOf(at: RunningServer, account: string, key: string): Promise<{ access_token: string }> {
  return (await request(at, account, key)).json() as Promise<{ access_token: string }>
}

/** What a browser hears from now on. */
async function listening(browser: Browser) {
  const stop = new AbortController()
  const events = browser.events(stop.signal)
  assert.equal((await events.next()).value?.name, 'hello')
  const heard: { seen: { readonly name: string; readonly data: Answered['json'] }[]; ended: boolean } = {
    seen: [],
    ended: false,
  }
  const reading = async (): Promise<void> => {
    for await (const event of events) heard.seen.push(event)
    heard.ended = true
  }
  reading().catch(() => undefined)
  return heard
}

/** Waits until it holds. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((done) => setTimeout(done, 10))
}
