import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Browser } from './support/browser.ts'
import { isSignedWith, receiver } from './support/receiver.ts'
import {
  accountAt,
  connect,
  connected,
  connectionTo,
  PASSWORD,
  programWith,
  Scene,
  SECRET,
  sandboxOf,
} from './support/scene.ts'

test('a program is told of an account from its first consent to its removal, each time once, and never gets a token', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  await using hook = await receiver()
  const admin = await scene.admin()
  const { secret } = await added(admin, { url: hook.url })
  const connection = await connectionTo(sandbox, admin)
  const account = await accountAt(connection, admin, { name: 'Office' })
  await connect(account, sandbox, admin)
  await hook.arrived(1)
  const { key } = (await admin.post('/v1/api-keys', { name: 'a program', password: PASSWORD })).json
  const { access_token } = (await programWith(key, scene)(account)).json

  await sandbox.revokeGrant('alice')
  await admin.post(`/v1/accounts/${account}/refresh`)
  await hook.arrived(2)
  await admin.post(`/v1/accounts/${account}/refresh`)
  await connect(account, sandbox, admin)
  await hook.arrived(3)
  await admin.patch(`/v1/accounts/${account}`, { paused: true })
  await hook.arrived(4)
  await admin.patch(`/v1/accounts/${account}`, { paused: false })
  await hook.arrived(5)
  await admin.delete(`/v1/accounts/${account}`)
  await hook.arrived(6)
  await admin.delete(`/v1/connections/${connection}?accounts=delete`)
  await hook.arrived(7)
  assert.deepEqual(hook.types(), [
    'account.connected',
    'account.needs_consent',
    'account.restored',
    'account.paused',
    'account.restored',
    'account.removed',
    'connection.removed',
  ])
  const [first, broken] = hook.got
  assert.deepEqual(first?.json, {
    type: 'account.connected',
    timestamp: new Date(scene.clock.now() * 1000).toISOString(),
    data: {
      account: {
        id: account,
        name: 'Office',
        connection: { id: connection, name: 'Practice', provider: 'sandbox' },
        owner: first?.json.data.account.owner,
        state: 'ok',
      },
      url: `${scene.server.url}/accounts/${account}`,
    },
  })
  const { state, reason, who } = broken?.json.data.account ?? {}
  assert.deepEqual([state, reason, who], ['needs_consent', 'ended_by_provider', 'person'])
  assert.equal(broken?.json.data.url, `${scene.server.url}/accounts/${account}/connect`)
  for (const one of hook.got) assert.ok(isSignedWith(secret, one), one.body)
  assert.equal(new Set(hook.got.map(({ headers }) => headers['webhook-id'])).size, hook.got.length)
  const sent = JSON.stringify(hook.got)
  const spent = sandbox.journal.where({ grant_type: 'refresh_token' }).map(({ form }) => form['refresh_token'])
  assert.ok(spent.length > 0)
  for (const token of [...spent, access_token]) assert.ok(token && !sent.includes(token))
  assert.ok(!sent.includes(SECRET) && !sent.includes(secret))
})

test('one message tells of a broken connection, and none of each of its accounts; the next of its repair', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  await using hook = await receiver()
  const { admin, account, connection, program } = await connected(scene, sandbox)
  const other = await accountAt(connection, admin)
  await connect(other, sandbox, admin, 'bob')
  await added(admin, { url: hook.url })
  const { redirect_uri } = (await admin.get(`/v1/connections/${connection}`)).json
  const elsewhere = 'rotated in the console'
  sandbox.registerClient({ client_id: 'evergrant', client_secret: elsewhere, redirect_uris: [redirect_uri] })
  scene.clock.advance(4000)
  await Promise.all([program(account), program(other)])
  await hook.arrived(1)
  await admin.patch(`/v1/connections/${connection}`, { client_secret: elsewhere })
  await hook.arrived(2)
  await admin.post(`/v1/connections/${connection}/check`)
  await admin.post(`/v1/webhooks/${(await admin.get('/v1/webhooks')).json.webhooks[0].id}/test`)
  await hook.arrived(3)
  assert.deepEqual(hook.types(), ['connection.broken', 'connection.restored', 'webhook.test'])
  const { data } = hook.got[0]?.json ?? {}
  assert.deepEqual([data.cause, data.code, data.accounts], ['settings', 'INVALID_CLIENT', { total: 2, affected: 2 }])
  assert.equal(data.url, `${scene.server.url}/settings/connections/${connection}`)
})

test('what was sent is paged through, newest first, also when the delivery that a page ended with is gone', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  await using hook = await receiver()
  const { webhook } = await added(admin, { url: hook.url })
  const path = `/v1/webhooks/${webhook.id}/deliveries`
  const sent: string[] = []
  for (let n = 0; n < 65; n++) {
    sent.unshift((await admin.post(`/v1/webhooks/${webhook.id}/test`)).json.id)
    scene.clock.advance(1)
  }
  const page = async (before?: string) => {
    const { status, json } = await admin.get(before === undefined ? path : `${path}?before=${before}`)
    assert.equal(status, 200)
    return { ids: json.deliveries.map(({ id }: { id: string }) => id) as string[], before: json.before as string }
  }
  const first = await page()
  const second = await page(first.before)
  const third = await page(second.before)
  assert.deepEqual([...first.ids, ...second.ids, ...third.ids], sent)
  assert.equal(third.before, undefined)
  const db = await scene.tables()
  await db
    .deleteFrom('outbox')
    .where('id', '=', second.ids.at(-1) ?? '')
    .execute()
  await db.destroy()
  assert.deepEqual(await page(second.before), third)
  assert.equal((await admin.get(`${path}?before=nonsense`)).status, 400)
})

test('an endpoint gets the types that were chosen for it, and none while it is switched off', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  await using some = await receiver()
  await using all = await receiver()
  await using off = await receiver()
  const admin = await scene.admin()
  await added(admin, { url: some.url, events: ['account.removed', 'account.paused'], description: 'Billing' })
  await added(admin, { url: all.url })
  const { webhook } = await added(admin, { url: off.url })
  await admin.patch(`/v1/webhooks/${webhook.id}`, { enabled: false })
  const account = await accountAt(await connectionTo(sandbox, admin), admin)
  await connect(account, sandbox, admin)
  await admin.delete(`/v1/accounts/${account}`)
  await Promise.all([some.arrived(1), all.arrived(2)])
  assert.deepEqual(some.types(), ['account.removed'])
  assert.deepEqual(all.types().sort(), ['account.connected', 'account.removed'])
  // Both were told of the same thing, by the same id.
  const removal = all.got.find(({ json }) => json.type === 'account.removed')
  assert.equal(removal?.headers['webhook-id'], some.got[0]?.headers['webhook-id'])
  const deliveries = (await admin.get(`/v1/webhooks/${webhook.id}/deliveries`)).json
  assert.deepEqual([deliveries, off.got], [{ deliveries: [] }, []])
})

test('the secret is shown once; for a day after a new one was made both sign, and then the new one alone', async () => {
  await using scene = await Scene.begin()
  await using hook = await receiver()
  const admin = await scene.admin()
  const { webhook, secret } = await added(admin, { url: hook.url })
  assert.match(secret, /^whsec_[A-Za-z\d+/]{43}=$/)
  const ask = async (): Promise<void> => {
    await admin.post(`/v1/webhooks/${webhook.id}/test`)
  }
  const rotated = await admin.post(`/v1/webhooks/${webhook.id}/secret`, {})
  assert.equal(rotated.status, 200, rotated.text)
  assert.equal(rotated.json.webhook.former_secret_until, scene.clock.now() + 86_400)
  await ask()
  await hook.arrived(1)
  // Noted as delivered, too: else it may come once more, when a day is over.
  await settled(admin, webhook.id, 1)
  scene.clock.advance(86_401)
  await ask()
  await hook.arrived(2)
  const at = (index: number) => hook.got[index] ?? assert.fail('it arrived')
  assert.deepEqual([isSignedWith(secret, at(0)), isSignedWith(rotated.json.secret, at(0))], [true, true])
  assert.deepEqual([isSignedWith(secret, at(1)), isSignedWith(rotated.json.secret, at(1))], [false, true])
  const given = (await admin.post(`/v1/webhooks/${webhook.id}/secret`, { overlap: 0 })).json.secret
  await ask()
  await hook.arrived(3)
  assert.deepEqual([isSignedWith(rotated.json.secret, at(2)), isSignedWith(given, at(2))], [false, true])
  const stored = await scene.stored()
  const shown = [(await admin.get('/v1/webhooks')).text, (await admin.get('/v1/audit')).text, scene.log.join('\n')]
  for (const one of [secret, rotated.json.secret, given]) {
    for (const text of [stored, ...shown]) assert.ok(!text.includes(one.slice('whsec_'.length)))
  }
  const actions = (await admin.get('/v1/audit')).json.entries.map(({ action }: { action: string }) => action)
  assert.deepEqual([...new Set(actions)].sort(), ['setup', 'webhook.create', 'webhook.secret', 'webhook.test'])
})

test('what is not taken is tried again for three days, later and later, and parked; sent again it has the same id', async () => {
  await using scene = await Scene.begin()
  await using hook = await receiver()
  const admin = await scene.admin()
  const { webhook } = await added(admin, { url: hook.url })
  hook.answer = (response) => response.writeHead(503, { 'content-type': 'text/plain' }).end('come back later')
  const begun = scene.clock.now()
  await admin.post(`/v1/webhooks/${webhook.id}/test`)
  const waits: number[] = []
  for (let attempt = 1; ; attempt++) {
    await hook.arrived(attempt)
    const delivery = await settled(admin, webhook.id, attempt)
    assert.deepEqual([delivery.attempts[0].status, delivery.attempts[0].detail], [503, 'come back later'])
    if (delivery.state === 'failed') break
    const wait = delivery.next_attempt_at - scene.clock.now()
    waits.push(wait)
    scene.clock.advance(wait - 1)
    await new Promise((done) => setImmediate(done))
    assert.equal(hook.got.length, attempt, 'not before it is time')
    // The job looks every few seconds.
    while (hook.got.length === attempt) {
      scene.clock.advance(1)
      await new Promise((done) => setTimeout(done, 5))
    }
  }
  assert.equal(waits.length, 9)
  for (const [index, usual] of [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400].entries()) {
    const wait = waits[index] ?? 0
    assert.ok(wait >= usual * 0.9 - 1 && wait <= usual * 1.1 + 1, `${index}: ${wait}`)
  }
  const days = (scene.clock.now() - begun) / 86_400
  assert.ok(days > 2.8 && days < 3.6, `${days} days`)
  assert.equal(typeof (await admin.get(`/v1/webhooks/${webhook.id}`)).json.failing_since, 'number')

  hook.answer = (response) => response.writeHead(200).end('thanks')
  const [{ id }] = (await admin.get(`/v1/webhooks/${webhook.id}/deliveries`)).json.deliveries
  assert.equal((await admin.post(`/v1/webhooks/${webhook.id}/deliveries/${id}/redeliver`)).status, 200)
  await hook.arrived(11)
  const { state, attempts } = await settled(admin, webhook.id, 11)
  assert.deepEqual([state, attempts[0].detail], ['delivered', 'thanks'])
  assert.equal(new Set(hook.got.map(({ headers }) => headers['webhook-id'])).size, 1)
  assert.ok(new Set(hook.got.map(({ headers }) => headers['webhook-timestamp'])).size > 9, 'signed for each attempt')
  assert.equal((await admin.get(`/v1/webhooks/${webhook.id}`)).json.failing_since, undefined)
})

test('a receiver that says it is gone is switched off at once, with what waited for it, and administrators hear of it', async () => {
  await using scene = await Scene.begin()
  await using hook = await receiver()
  const admin = await scene.admin()
  const { webhook } = await added(admin, { url: hook.url })
  hook.answer = (response) => response.writeHead(500).end()
  await admin.post(`/v1/webhooks/${webhook.id}/test`)
  await hook.arrived(1)
  await settled(admin, webhook.id, 1)
  hook.answer = (response) => response.writeHead(410).end()
  await admin.post(`/v1/webhooks/${webhook.id}/test`)
  await until(async () => (await admin.get(`/v1/webhooks/${webhook.id}`)).json.switched_off === 'gone')
  const { deliveries } = (await admin.get(`/v1/webhooks/${webhook.id}/deliveries`)).json
  assert.deepEqual(
    deliveries.map(({ state }: { state: string }) => state),
    ['failed', 'failed'],
  )
  const { notices, unseen } = (await admin.get('/v1/notices')).json
  assert.deepEqual([notices[0].kind, notices[0].webhook.url, unseen], ['webhook_off', hook.url, 1])
  await admin.patch(`/v1/webhooks/${webhook.id}`, { enabled: true })
  assert.deepEqual((await admin.get('/v1/notices')).json.notices, [])
})

test('a receiver that takes nothing for days is switched off', async () => {
  await using scene = await Scene.begin()
  await using hook = await receiver()
  const admin = await scene.admin()
  const { webhook } = await added(admin, { url: hook.url })
  hook.answer = (response) => response.writeHead(404).end()
  const ask = () => admin.post(`/v1/webhooks/${webhook.id}/test`)
  const off = async () => (await admin.get(`/v1/webhooks/${webhook.id}`)).json.switched_off
  await ask()
  await untilParked(1, scene, admin, webhook.id)
  assert.equal(await off(), undefined, 'three days may be a long week-end')
  await ask()
  await untilParked(2, scene, admin, webhook.id)
  assert.equal(await off(), 'failing')
})

test('a redirect is followed nowhere, and of an answer without end little is read', async () => {
  await using scene = await Scene.begin()
  await using hook = await receiver()
  await using trap = await receiver()
  const admin = await scene.admin()
  const { webhook } = await added(admin, { url: hook.url })
  hook.answer = (response) => response.writeHead(307, { location: trap.url }).end()
  await admin.post(`/v1/webhooks/${webhook.id}/test`)
  await hook.arrived(1)
  const refused = await settled(admin, webhook.id, 1)
  assert.deepEqual([refused.state, refused.attempts[0].status], ['waiting', 307])
  assert.deepEqual(trap.got, [])

  let written = 0
  hook.answer = (response) => {
    response.writeHead(200)
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536))) written += 65_536
    }
    response.on('drain', more)
    more()
  }
  await admin.post(`/v1/webhooks/${webhook.id}/test`)
  await hook.arrived(2)
  await until(
    async () => (await admin.get(`/v1/webhooks/${webhook.id}/deliveries`)).json.deliveries[0].state === 'delivered',
  )
  const [{ attempts }] = (await admin.get(`/v1/webhooks/${webhook.id}/deliveries`)).json.deliveries
  assert.equal(attempts[0].detail, 'x'.repeat(500))
  assert.ok(written < 50_000_000)
})

test('addresses inside of the own network are refused when they are entered, and when a name leads there later', async () => {
  await using hook = await receiver()
  const elsewhere = { EVERGRANT_PUBLIC_URL: 'https://connect.example.com', EVERGRANT_HOST: '127.0.0.1' }
  let leads = '203.0.114.1'
  await using scene = await Scene.begin({ env: elsewhere, surroundings: { resolve: async () => [leads] } })
  const admin = await scene.admin()
  for (const url of ['https://10.0.0.5/x', 'https://[::1]/', 'https://169.254.169.254/', 'https://localhost/x']) {
    const { status, json } = await admin.post('/v1/webhooks', { url })
    assert.deepEqual([status, json.code, json.field], [400, 'PRIVATE_ADDRESS', 'url'], url)
  }
  for (const url of [
    'http://example.com/',
    'https://a:b@example.com/',
    'https://example.com/#x',
    'ftp://x/',
    'hook',
    ' ',
  ]) {
    const { status, json } = await admin.post('/v1/webhooks', { url })
    assert.deepEqual([status, json.code, json.field], [400, 'SETTING_INVALID', 'url'], url)
  }
  const { webhook } = await added(admin, { url: `https://hooks.example.com:${new URL(hook.url).port}/x` })
  leads = '127.0.0.1'
  await admin.post(`/v1/webhooks/${webhook.id}/test`)
  const { attempts } = await settled(admin, webhook.id, 1)
  assert.equal(attempts[0].code, 'PRIVATE_ADDRESS')
  assert.deepEqual(hook.got, [])
})

test('webhooks are for administrators; an id or type that is not known is said', async () => {
  await using scene = await Scene.begin()
  await using hook = await receiver()
  const admin = await scene.admin()
  const member = await scene.invited(admin, { name: 'Ben' })
  const { webhook } = await added(admin, { url: hook.url })
  for (const path of ['', `/${webhook.id}`, `/${webhook.id}/deliveries`]) {
    assert.equal((await member.get(`/v1/webhooks${path}`)).status, 403)
  }
  for (const path of ['', `/${webhook.id}/secret`, `/${webhook.id}/test`, `/${webhook.id}/deliveries/x/redeliver`]) {
    assert.equal((await member.post(`/v1/webhooks${path}`, { url: hook.url })).status, 403)
  }
  assert.equal((await member.patch(`/v1/webhooks/${webhook.id}`, { enabled: false })).status, 403)
  assert.equal((await member.delete(`/v1/webhooks/${webhook.id}`)).status, 403)
  assert.equal((await admin.post('/v1/webhooks', { url: hook.url, events: ['account.exploded'] })).status, 400)
  assert.equal((await admin.post('/v1/webhooks', { url: hook.url, events: [] })).status, 400)
  assert.equal((await admin.get('/v1/webhooks/none')).status, 404)
  assert.equal((await admin.post(`/v1/webhooks/${webhook.id}/deliveries/none/redeliver`)).status, 404)
  assert.equal((await admin.delete(`/v1/webhooks/${webhook.id}`)).status, 204)
  assert.deepEqual((await admin.get('/v1/webhooks')).json.webhooks, [])
})

async function added(admin: Browser, webhook: object) {
  const { status, json, text } = await admin.post('/v1/webhooks', webhook)
  assert.equal(status, 201, text)
  return json as { readonly webhook: { readonly id: string }; readonly secret: string }
}

/** The newest delivery, once so many attempts of it were noted and none is under way. */
async function settled(admin: Browser, webhook: string, attempts: number) {
  for (;;) {
    const [delivery] = (await admin.get(`/v1/webhooks/${webhook}/deliveries`)).json.deliveries
    const underWay = delivery.state === 'waiting' && delivery.next_attempt_at === undefined
    if (delivery.attempts.length >= attempts && !underWay) return delivery
    await new Promise((done) => setTimeout(done, 5))
  }
}

/** Goes from attempt to attempt until so many deliveries were given up. */
async function untilParked(count: number, scene: Scene, admin: Browser, webhook: string): Promise<void> {
  while ((await parked(admin, webhook)) < count) {
    const [{ next_attempt_at }] = (await admin.get(`/v1/webhooks/${webhook}/deliveries`)).json.deliveries
    if (next_attempt_at !== undefined && next_attempt_at > scene.clock.now())
      scene.clock.advance(next_attempt_at - scene.clock.now() + 1)
    await new Promise((done) => setTimeout(done, 5))
    // The job looks every few seconds.
    scene.clock.advance(6)
  }
}

async function parked(admin: Browser, webhook: string): Promise<number> {
  const { deliveries } = (await admin.get(`/v1/webhooks/${webhook}/deliveries`)).json
  return deliveries.filter(({ state }: { state: string }) => state === 'failed').length
}

/** Waits until it holds. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((done) => setTimeout(done, 5))
}
