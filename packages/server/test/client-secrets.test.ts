/** Two client secrets that overlap, and the end of secrets. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RunningSandbox } from '@evergrant/sandbox'
import type { Browser } from './support/browser.ts'
import { onPostgres } from './support/database.ts'
import { accountAt, connect, connected, connectionTo, PASSWORD, Scene, SECRET, sandboxOf } from './support/scene.ts'

const NEXT = 'the-next-very-long-client-secret-77aa'
const DAY = 86_400

/** The provider takes this secret from now on, and no other one. */
async function takes(sandbox: RunningSandbox, secret: string, connection: string, admin: Browser): Promise<void> {
  const { redirect_uri } = (await admin.get(`/v1/connections/${connection}`)).json
  sandbox.registerClient({ client_id: 'evergrant', client_secret: secret, redirect_uris: [redirect_uri] })
}

const shown = async (connection: string, admin: Browser) => (await admin.get(`/v1/connections/${connection}`)).json

/** Sessions end before secrets do. */
async function signIn(admin: Browser): Promise<void> {
  const { status } = await admin.post('/v1/session', { name: 'Ada', password: PASSWORD })
  assert.equal(status, 200)
}

interface Deed {
  readonly action: string
  readonly actor: { readonly type: string }
  readonly detail?: Record<string, unknown>
}

async function deeds(admin: Browser, action: string): Promise<Deed[]> {
  const { entries } = (await admin.get('/v1/audit')).json
  return entries.filter((entry: Deed) => entry.action === action)
}

test('the next secret is entered before the provider knows it: the former one is used until then, and ends after the overlap', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, connection, account, program } = await connected(scene, sandbox)
  const at = scene.clock.now()
  const ends_at = at + 7 * DAY
  const first = Math.floor(at) + 100 * DAY
  await admin.patch(`/v1/connections/${connection}`, { secret_expires_at: first })
  const patched = await admin.patch(`/v1/connections/${connection}`, {
    client_secret: NEXT,
    secret_expires_at: first + DAY,
    former_secret: { ends_at },
  })
  assert.equal(patched.status, 200, patched.text)
  const { secret_hint, former_secret } = patched.json
  assert.equal(secret_hint, NEXT.slice(-4))
  assert.deepEqual(former_secret, {
    hint: SECRET.slice(-4),
    set_at: former_secret.set_at,
    expires_at: first,
    ends_at,
  })
  assert.equal(patched.json.secret_expires_at, first + DAY, 'each has a date of its own')
  assert.ok(former_secret.set_at <= at)

  scene.clock.advance(4000)
  assert.equal((await program(account)).status, 200)
  await until(async () => (await shown(connection, admin)).former_secret.used_since === scene.clock.now())
  assert.equal((await shown(connection, admin)).last_error, undefined, 'nothing is broken')
  const [fallback] = await deeds(admin, 'connection.secret_fallback')
  assert.deepEqual(fallback?.actor, { type: 'server' })

  // The overlap is over and the new one still does not work: the former one stays.
  scene.clock.advance(8 * DAY)
  await signIn(admin)
  assert.equal((await program(account)).status, 200)
  await passes(scene, 5)
  assert.ok((await shown(connection, admin)).former_secret)

  await takes(sandbox, NEXT, connection, admin)
  scene.clock.advance(4000)
  assert.equal((await program(account)).status, 200)
  await until(async () => (await deeds(admin, 'connection.secret_taken')).length === 1)
  await pass(scene, async () => (await shown(connection, admin)).former_secret === undefined)
  assert.equal((await deeds(admin, 'connection.secret_ended')).length, 1)
  scene.clock.advance(4000)
  assert.equal((await program(account)).status, 200)
  assert.doesNotMatch(await scene.stored(), /very-long-client-secret/)
  assert.doesNotMatch([...admin.seen, ...scene.log].join('\n'), /very-long-client-secret/)
})

test('of two secrets either can be removed or replaced, and what makes no sense is refused', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, connection, account, program } = await connected(scene, sandbox)
  const patch = (body: object) => admin.patch(`/v1/connections/${connection}`, body)
  const refused = async (body: object, field: string) => {
    const { status, json } = await patch(body)
    assert.deepEqual([status, json.field], [400, field], JSON.stringify(body))
  }
  await refused({ former_secret: {} }, 'former_secret')
  await refused({ client_secret: NEXT, former_secret: { ends_at: scene.clock.now() } }, 'former_secret')
  await refused({ client_secret: SECRET, former_secret: {} }, 'client_secret')
  await refused({ client_secret: NEXT, former_secret: { keep: true } }, 'former_secret.keep')

  // A new one that was mistyped: the next one takes its place, and the one that works stays beside it.
  assert.equal((await patch({ client_secret: 'mistyped-secret-of-the-tests', former_secret: {} })).status, 200)
  scene.clock.advance(4000)
  assert.equal((await program(account)).status, 200)
  await until(async () => (await shown(connection, admin)).former_secret.used_since !== undefined)
  const again = await patch({ client_secret: NEXT, former_secret: {} })
  assert.equal(again.json.former_secret.hint, SECRET.slice(-4))
  assert.equal(again.json.former_secret.used_since, undefined)
  scene.clock.advance(4000)
  assert.equal((await program(account)).status, 200)

  const named = await patch({ name: 'Renamed' })
  assert.ok(named.json.former_secret, 'another change leaves both alone')
  const ends_at = scene.clock.now() + DAY
  assert.equal((await patch({ former_secret: { ends_at } })).json.former_secret.ends_at, ends_at)
  assert.equal((await patch({ former_secret: {} })).json.former_secret.ends_at, undefined)
  assert.equal((await patch({ former_secret: null })).json.former_secret, undefined)
  scene.clock.advance(4000)
  const broken = await program(account)
  assert.deepEqual([broken.status, broken.json.code], [502, 'INVALID_CLIENT'])
  assert.equal((await patch({ client_secret: SECRET })).status, 200)
  assert.equal((await program(account)).status, 200)

  // Another registration has secrets of its own.
  await patch({ client_secret: NEXT, former_secret: {} })
  const other = await patch({ client_id: 'another', client_secret: 'the-secret-of-another-registration' })
  assert.equal(other.json.former_secret, undefined)
  await patch({ client_id: 'evergrant', client_secret: SECRET })
  // Somebody else would get it.
  await patch({ client_secret: NEXT, former_secret: {} })
  const moved = await patch({ issuer: 'https://login.example.com', client_secret: 'a-secret-for-somebody-else' })
  assert.equal(moved.json.former_secret, undefined)
})

test('a client id that was wrong for a while takes neither of two secrets away: a connect link works again', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, connection } = await connected(scene, sandbox)
  const patch = (change: object) => admin.patch(`/v1/connections/${connection}`, change)
  // The provider takes the former one alone, as long as nobody has made the new one active there.
  await patch({ client_secret: NEXT, former_secret: {} })
  await patch({ client_id: 'evergrnat' })
  const check = (await admin.post(`/v1/connections/${connection}/check`)).json
  assert.equal(check.ok, false, 'nobody has this client id')
  const mended = await patch({ client_id: 'evergrant' })
  assert.equal(mended.json.former_secret.hint, SECRET.slice(-4))
  assert.equal(mended.json.last_error, undefined)

  const account = await accountAt(connection, admin, { login_hint: 'eve@example.test' })
  const { link } = (await admin.post(`/v1/accounts/${account}/connect-link`)).json
  const eve = scene.browser()
  const begun = await eve.post('/v1/connect/begin', { token: link.split('#token=')[1] })
  const page = await eve.visit(await sandbox.approve(begun.json.url, { username: 'eve@example.test' }))
  assert.equal(page.status, 200, page.text)
  const confirmed = await admin.post(`/v1/accounts/${account}/confirm`, { right: true })
  assert.equal(confirmed.json.state, 'ok')
})

test('the check says which of two secrets the provider takes', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const connection = await connectionTo(sandbox, admin)
  await admin.patch(`/v1/connections/${connection}`, { client_secret: NEXT, former_secret: {} })
  const check = async () => {
    const { json } = await admin.post(`/v1/connections/${connection}/check`)
    return { ok: json.ok, ...json.checks.find(({ id }: { id: string }) => id === 'secrets') }
  }
  const before = await check()
  assert.deepEqual([before.ok, before.who], [false, 'administrator'])
  assert.match(before.detail, /former one is used/)
  await takes(sandbox, NEXT, connection, admin)
  assert.equal((await check()).detail, 'The provider takes the new one.')
  await until(async () => (await shown(connection, admin)).secret_taken_at === scene.clock.now())
  await takes(sandbox, 'neither of them', connection, admin)
  assert.deepEqual(await check(), { ok: false })
})

test('[#129] a secret is exchanged while 1,000 accounts run: no renewal fails, nobody is asked to consent, and it is told once', {
  timeout: 600_000,
}, async () => {
  await using scene = await Scene.begin({ env: { EVERGRANT_LOG_LEVEL: 'warn' } })
  await using sandbox = await sandboxOf(scene)
  const { admin, connection, account, program } = await connected(scene, sandbox)
  const accounts = [account]
  // PostgreSQL is asked about fewer, as the test takes long enough.
  const many = onPostgres() ? 100 : 1000
  await eachOf(range(many - 1), 20, async (count) => {
    const one = await accountAt(connection, admin)
    await connect(one, sandbox, admin, `person${count}@example.test`)
    accounts.push(one)
  })
  const patched = await admin.patch(`/v1/connections/${connection}`, { client_secret: NEXT, former_secret: {} })
  assert.equal(patched.status, 200)
  sandbox.journal.clear()
  scene.clock.advance(4000)
  let asked = 0
  await eachOf(accounts, 20, async (one) => {
    if (++asked === many / 2) await takes(sandbox, NEXT, connection, admin)
    const { status, json } = await program(one)
    assert.equal(status, 200, JSON.stringify(json))
  })
  const refreshes = sandbox.journal.where({ endpoint: 'token', grant_type: 'refresh_token' })
  const refused = refreshes.filter(({ outcome }) => outcome?.error === 'invalid_client')
  assert.equal(refreshes.length - refused.length, many, 'each was renewed once')
  // Those that were under way when the first was refused, here and at the exchange; not one for each account.
  assert.ok(refused.length >= 2 && refused.length <= 80, `${refused.length} refused`)
  await until(async () => (await deeds(admin, 'connection.secret_taken')).length === 1)
  assert.equal((await deeds(admin, 'connection.secret_fallback')).length, 1)
  const { accounts: counted, last_error } = await shown(connection, admin)
  assert.deepEqual([counted, last_error], [{ total: many, ok: many }, undefined])
})

test('a secret that no account can use any more is the trouble of one connection, told once, and no reason to consent', {
  timeout: 600_000,
}, async () => {
  await using scene = await Scene.begin({ env: { EVERGRANT_LOG_LEVEL: 'warn' } })
  await using sandbox = await sandboxOf(scene)
  const { admin, connection, account, program } = await connected(scene, sandbox)
  const accounts = [account]
  await eachOf(range(59), 10, async (count) => {
    const one = await accountAt(connection, admin)
    await connect(one, sandbox, admin, `person${count}@example.test`)
    accounts.push(one)
  })
  const stop = new AbortController()
  const alarms = alarmsUntil('The end', admin.events(stop.signal))
  await takes(sandbox, 'rotated in the console', connection, admin)
  // Time stands still: a stream ends when the clock jumps.
  await eachOf(accounts, 20, async (one) => {
    const rejected = (await program(one)).json.access_token
    assert.equal((await program(one, { rejected })).json.code, 'INVALID_CLIENT')
  })
  await until(async () => (await shown(connection, admin)).last_error !== undefined)
  const states = new Set((await admin.get('/v1/accounts')).json.accounts.map(({ state }: { state: string }) => state))
  assert.deepEqual([...states], ['connection_error'])
  await admin.patch(`/v1/connections/${connection}`, { name: 'The end' })
  assert.equal(await alarms, 1)
  stop.abort()
})

/** How often it is told that a connection has trouble, until one has this name. Reads along: who does not is cut off. */
async function alarmsUntil(end: string, events: ReturnType<Browser['events']>): Promise<number> {
  let alarms = 0
  for await (const { name, data } of events) {
    if (name !== 'connection') continue
    if (data.name === end) return alarms
    if (data.last_error !== undefined) alarms++
  }
  assert.fail('the stream ended')
}

test('the end of a secret is told 30, 14, 7 and 1 days before, once each; and of a new one anew', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const connection = await connectionTo(sandbox, admin)
  const end = Math.floor(scene.clock.now()) + 40 * DAY
  await admin.patch(`/v1/connections/${connection}`, { secret_expires_at: end })
  const told = async () =>
    (await deeds(admin, 'connection.secret_expiring')).map(({ detail }) => detail?.['days']).reverse()
  const after = async (days: number, expected: readonly number[]) => {
    scene.clock.advance(days * DAY)
    await signIn(admin)
    await pass(scene, async () => (await told()).length >= expected.length)
    await passes(scene, 3)
    assert.deepEqual(await told(), expected)
  }
  await after(9, [])
  await after(1.5, [30])
  await after(10, [30])
  await after(6, [30, 14])
  await after(7, [30, 14, 7])
  await after(6, [30, 14, 7, 1])
  assert.deepEqual(
    (await notices(admin)).map(({ expires_at }) => expires_at),
    [end],
    'one at a time',
  )
  await after(3, [30, 14, 7, 1])
  await admin.patch(`/v1/connections/${connection}`, { client_secret: NEXT })
  assert.deepEqual(await notices(admin), [], 'mended')
  await after(1, [30, 14, 7, 1])
  const next = Math.floor(scene.clock.now()) + 5 * DAY
  await admin.patch(`/v1/connections/${connection}`, { secret_expires_at: next })
  await after(0, [30, 14, 7, 1, 7])
})

test('several servers tell of an end once, and administrators alone get the notice', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const member = await scene.invited(admin, { name: 'Bob', role: 'member' })
  const connection = await connectionTo(sandbox, admin)
  const others = await Promise.all([scene.another(), scene.another()])
  const secret_expires_at = Math.floor(scene.clock.now()) + 6 * DAY
  await admin.patch(`/v1/connections/${connection}`, { secret_expires_at })
  await pass(scene, async () => (await deeds(admin, 'connection.secret_expiring')).length > 0)
  await passes(scene, 3)
  assert.equal((await deeds(admin, 'connection.secret_expiring')).length, 1)
  const [notice, ...more] = await notices(admin)
  assert.deepEqual([notice?.connection.id, notice?.expires_at, more.length], [connection, secret_expires_at, 0])
  assert.deepEqual(await notices(member), [])
  for (const other of others) await other.close()
})

interface Notice {
  readonly kind: string
  readonly expires_at?: number
  readonly connection: { readonly id: string }
}

/** Those about the end of a secret. */
async function notices(browser: Browser): Promise<Notice[]> {
  const { json } = await browser.get('/v1/notices')
  return json.notices.filter(({ kind }: Notice) => kind === 'secret_expiring')
}

const range = (length: number): number[] => Array.from({ length }, (_, index) => index)

/** Does it for each, so many side by side. */
async function eachOf<T>(all: readonly T[], width: number, work: (one: T) => Promise<void>): Promise<void> {
  const rest = [...all]
  const lane = async (): Promise<void> => {
    for (let one = rest.shift(); one !== undefined; one = rest.shift()) await work(one)
  }
  await Promise.all(range(width).map(lane))
}

/** Lets time pass until it holds; slowly, because databases and sockets take time of their own. */
async function pass(scene: Scene, holds: () => Promise<boolean>): Promise<void> {
  const giveUp = Date.now() + 300_000
  while (!(await holds())) {
    assert.ok(Date.now() < giveUp, 'it never came to be')
    scene.clock.advance(20)
    await new Promise((done) => setTimeout(done, 5))
  }
}

/** Lets the jobs run so many times. */
async function passes(scene: Scene, rounds: number): Promise<void> {
  for (let count = 0; count < rounds; count++) {
    scene.clock.advance(70)
    await new Promise((done) => setTimeout(done, 20))
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const giveUp = Date.now() + 300_000
  while (!(await holds())) {
    assert.ok(Date.now() < giveUp, 'it never came to be')
    await new Promise((done) => setTimeout(done, 5))
  }
}
