/** What the outbox promises: nothing is lost with a process, and nothing is sent by two at once. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { grant, sealed } from '@evergrant/core'
import { manualClock } from '@evergrant/sandbox'
import { openKeyring } from '@evergrant/stores/keyring'
import { waitAfter } from '../src/outbox/back-off.ts'
import { LEASE } from '../src/outbox/outbox.ts'
import { Browser } from './support/browser.ts'
import { databaseOf, postgres } from './support/database.ts'
import { isSignedWith, receiver } from './support/receiver.ts'
import { connected, PASSWORD, Scene, SECRET, sandboxOf } from './support/scene.ts'

await postgres()

test('waits grow to a day, are spread, and give a receiver the time that it asks for', () => {
  assert.deepEqual(
    [waitAfter(1, 0.5), waitAfter(5, 0.5), waitAfter(9, 0.5), waitAfter(10, 0.5)],
    [5, 18_000, 86_400, undefined],
  )
  assert.deepEqual([waitAfter(4, 0), Math.round(waitAfter(4, 1) ?? 0)], [6480, 7920])
  assert.deepEqual([waitAfter(1, 0.5, 120), waitAfter(4, 0.5, 120), waitAfter(1, 0.5, 1e9)], [120, 7200, 86_400])
})

for (const kind of ['sqlite', 'postgres'] as const) {
  test(`a server that is killed after a change and before its message is sent loses nothing, on ${kind}`, {
    timeout: 600_000,
  }, async () => {
    await using hook = await receiver()
    const folder = await mkdtemp(join(tmpdir(), 'evergrant-outbox-'))
    const database = await databaseOf(kind)
    const env = { EVERGRANT_DATA_DIR: join(folder, 'data'), EVERGRANT_SANDBOX: 'off', ...database }
    const child = spawn(
      process.execPath,
      ['--conditions=source', join(import.meta.dirname, 'support/killed-server.ts')],
      {
        env: { PATH: process.env['PATH'], EVERGRANT_PORT: '0', HOOK: hook.url, ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    const ended = once(child, 'exit')
    const [line = ''] = (await once(createInterface(child.stdout), 'line')) as string[]
    const { url, setupLink } = JSON.parse(line) as { url: string; setupLink: string }
    const admin = new Browser(url)
    await admin.post('/v1/setup', { token: /#token=(.+)$/.exec(setupLink)?.[1], name: 'Ada', password: PASSWORD })
    const made = await admin.post('/v1/webhooks', { url: hook.url })
    const connection = await admin.post('/v1/connections', {
      name: 'x',
      provider: 'github',
      client_id: 'c',
      client_secret: SECRET,
    })
    assert.deepEqual([made.status, connection.status], [201, 201])
    // Whether its answer still comes depends on which is faster; the change is committed by then.
    await admin.delete(`/v1/connections/${connection.json.id}?accounts=delete`).catch(() => undefined)
    assert.deepEqual(await ended, [null, 'SIGKILL'])
    assert.equal(hook.got.length, 0)

    const clock = manualClock(Date.now() / 1000 + LEASE + 1)
    await using scene = new Scene(folder, { env, surroundings: { clock } })
    await scene.start()
    await hook.arrived(1)
    assert.deepEqual(hook.types(), ['connection.removed'])
    for (const one of hook.got) assert.equal(one.json.data.connection.id, connection.json.id)
    for (const one of hook.got) assert.ok(isSignedWith(made.json.secret, one))
    await rm(folder, { recursive: true, force: true })
  })

  test(`what one server sends at this moment the others leave alone, on ${kind}`, { timeout: 600_000 }, async () => {
    await using hook = await receiver()
    const env = await databaseOf(kind)
    await using scene = new Scene(await mkdtemp(join(tmpdir(), 'evergrant-outbox-')), { env })
    await scene.start()
    const admin = await scene.admin()
    const { json } = await admin.post('/v1/webhooks', { url: hook.url })
    const answered: (() => void)[] = []
    hook.answer = (response) => void answered.push(() => response.writeHead(204).end())
    const events = 3
    for (let count = 0; count < events; count++) await admin.post(`/v1/webhooks/${json.webhook.id}/test`)
    await hook.arrived(events)
    // They look when they start, and every few seconds: all of it while each message is under way.
    const others = [new Scene(scene.dir, { env }), new Scene(scene.dir, { env })]
    const pass = async (seconds: number): Promise<void> => {
      for (const { clock } of others) {
        for (let passed = 0; passed < seconds; passed += 5) {
          clock.advance(5)
          await new Promise((done) => setTimeout(done, 10))
        }
      }
    }
    for (const other of others) await other.start()
    await pass(LEASE - 10)
    assert.equal(hook.got.length, events)
    for (const answer of answered) answer()
    const states = async (): Promise<string[]> => {
      const { deliveries } = (await admin.get(`/v1/webhooks/${json.webhook.id}/deliveries`)).json
      return deliveries.map(({ state }: { state: string }) => state)
    }
    while ((await states()).some((state) => state !== 'delivered')) await new Promise((done) => setTimeout(done, 5))
    await pass(LEASE * 2)
    assert.equal(hook.got.length, events, 'delivered once each')
    for (const other of others) await other.stop()
  })

  test(`a server that was stopped beyond its lease does not say what came of a message that another sent, on ${kind}`, {
    timeout: 600_000,
  }, async () => {
    await using hook = await receiver()
    const env = await databaseOf(kind)
    await using scene = new Scene(await mkdtemp(join(tmpdir(), 'evergrant-outbox-')), { env })
    await scene.start()
    const admin = await scene.admin()
    const { json } = await admin.post('/v1/webhooks', { url: hook.url })
    const late = Promise.withResolvers<void>()
    hook.answer = (response) => void late.promise.then(() => response.writeHead(500).end())
    await admin.post(`/v1/webhooks/${json.webhook.id}/test`)
    await hook.arrived(1)
    hook.answer = (response) => response.writeHead(204).end()
    // For the first server time stands still.
    const clock = manualClock(scene.clock.now() + LEASE + 1)
    await using other = new Scene(scene.dir, { env, surroundings: { clock } })
    await other.start()
    await hook.arrived(2)
    const deliveries = async () => (await admin.get(`/v1/webhooks/${json.webhook.id}/deliveries`)).json.deliveries
    while ((await deliveries())[0].state !== 'delivered') await new Promise((done) => setTimeout(done, 5))
    late.resolve()
    // One after the other to one receiver: the lane is free again once the late answer was dealt with.
    await scene.stop()
    await other.stop()
    const db = await scene.tables()
    const attempts = await db.selectFrom('outbox_attempts').select('status').execute()
    const [message] = await db.selectFrom('outbox').select(['state', 'attempts']).execute()
    await db.destroy()
    assert.deepEqual([attempts.map(({ status }) => status), message?.state, message?.attempts], [[204], 'delivered', 2])
    assert.equal(hook.got[0]?.headers['webhook-id'], hook.got[1]?.headers['webhook-id'])
  })

  test(`a grant that changed without anybody telling, as when its server was killed, is told by the next, on ${kind}`, {
    timeout: 600_000,
  }, async () => {
    await using hook = await receiver()
    await using scene = new Scene(await mkdtemp(join(tmpdir(), 'evergrant-outbox-')), { env: await databaseOf(kind) })
    await scene.start()
    await using sandbox = await sandboxOf(scene)
    const { admin, account } = await connected(scene, sandbox)
    await admin.post('/v1/webhooks', { url: hook.url })
    await scene.stop()
    // As the engine writes it, and nothing after it.
    await using store = scene.grants()
    const keys = await openKeyring({ file: join(scene.dir, 'data', 'key') })
    const grants = sealed(store, keys)
    const held = await grants.get(account)
    assert.ok(held)
    const standing = { state: 'revoked', reason: 'invalid_grant', since: scene.clock.now() } as const
    await grants.put(grant({ ...held, standing }), held.version)
    await scene.start()
    await hook.arrived(1)
    assert.deepEqual([hook.types(), hook.got[0]?.json.data.account.id], [['account.needs_consent'], account])
  })
}
