import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { Browser } from './support/browser.ts'
import { accountAt, connect, connectionTo, PASSWORD, Scene, sandboxOf } from './support/scene.ts'

const SIGN_IN = { provision: false, domains: [], connect: false, trust_email: false }
const NEW_PASSWORD = 'another long password'
const TEN_MINUTES = 600

/** Ada administers with a password; Bob administers too and signs in with a provider only. Cleo has an account. */
async function office() {
  const scene = await Scene.begin()
  const sandbox = await sandboxOf(scene)
  const ada = await scene.admin()
  const connection = await connectionTo(sandbox, ada, { sign_in: SIGN_IN })
  await ada.post('/v1/users', { name: 'Bob', email: 'bob@example.test', role: 'admin', password: PASSWORD })
  /** Signs in at the provider, in a browser that may have been signed in before. */
  const come = async (browser = scene.browser()): Promise<Browser> => {
    const begun = await browser.post('/v1/session/openid', { connection })
    await browser.visit(await sandbox.approve(begun.json.url, { username: 'bob@example.test' }))
    return browser
  }
  const cleo = await scene.invited(ada, { name: 'Cleo' })
  const account = await accountAt(connection, cleo)
  await connect(account, sandbox, cleo, 'carol@example.test')
  const close = async (): Promise<void> => {
    await sandbox.close()
    await scene[Symbol.asyncDispose]()
  }
  return { scene, sandbox, ada, connection, account, come, [Symbol.asyncDispose]: close }
}

const me = async (browser: Browser) => (await browser.get('/v1/session')).json.user

/** Everything that somebody has to prove more for than that they hold a session. */
const guarded = (browser: Browser, account: string, own: string, password?: string) => ({
  reveal: () => browser.post(`/v1/accounts/${account}/reveal`, { reason: 'case 7', password }),
  key: () => browser.post('/v1/api-keys', { name: 'Backup', accounts: [account], reason: 'backup', password }),
  address: () => browser.patch(`/v1/users/${own}`, { email: 'other@example.test', password }),
  password: () =>
    browser.call('PUT', '/v1/session/password', {
      body: { new_password: NEW_PASSWORD, ...(password && { password }) },
    }),
})

test('[#145] an administrator without a password proves who they are by having signed in within ten minutes', async () => {
  await using world = await office()
  const { scene, account, come } = world
  const bob = await come()
  const { id, has_password } = await me(bob)
  assert.equal(has_password, false)
  scene.clock.advance(TEN_MINUTES)
  const now = guarded(bob, account, id)
  assert.ok((await now.reveal()).json.access_token)
  assert.equal((await now.key()).status, 201)

  scene.clock.advance(1)
  for (const [what, ask] of Object.entries(now)) {
    // More often than a source may fail: none of them is a guess.
    for (let n = 0; n < 3; n++) {
      const { status, json } = await ask()
      assert.deepEqual([status, json.code, json.who], [403, 'SIGN_IN_AGAIN', 'person'], what)
      assert.match(json.advice, /within ten minutes/)
    }
  }
  const wrong = await scene.browser().post('/v1/session', { name: 'Ada', password: 'no' })
  assert.equal(wrong.json.code, 'SIGN_IN_FAILED', 'nothing was counted')

  // Using the session does not make it younger; signing in anew does.
  await come(bob)
  for (const ask of Object.values(now)) assert.ok((await ask()).status < 300)
  assert.equal((await me(bob)).has_password, true)
})

test('from their first password on it is that password which counts, however fresh the session', async () => {
  await using world = await office()
  const { scene, account, come } = world
  const bob = await come()
  const elsewhere = await come()
  const { id } = await me(bob)
  assert.equal((await guarded(bob, account, id).password()).status, 204)
  assert.equal((await elsewhere.get('/v1/accounts')).status, 401, 'all other sessions end')
  const again = await come()
  for (const [what, ask] of Object.entries(guarded(again, account, id))) {
    const { status, json } = await ask()
    assert.deepEqual([status, json.code, json.field], [400, 'INVALID_REQUEST', 'password'], what)
  }
  for (const [what, ask] of Object.entries(guarded(again, account, id, PASSWORD))) {
    const { status, json } = await ask()
    assert.deepEqual([status, json.code], [403, 'PASSWORD_WRONG'], what)
  }
  assert.ok((await guarded(again, account, id, NEW_PASSWORD).reveal()).json.access_token)
  const signedIn = await scene.browser().post('/v1/session', { name: 'Bob', password: NEW_PASSWORD })
  assert.deepEqual([signedIn.status, signedIn.json.user.has_password], [200, true])
})

test('a wrong password of one’s own is in the audit log, with what it was for, and no more often than guesses are let through', async () => {
  await using world = await office()
  const { ada, account } = world
  const own = await me(ada)
  const wrong = guarded(ada, account, own.id, 'not hers at all')
  const statuses: number[] = []
  for (const ask of [wrong.password, wrong.reveal, wrong.key, wrong.address, wrong.password, wrong.reveal, wrong.key]) {
    statuses.push((await ask()).status)
  }
  assert.deepEqual(statuses, [403, 403, 403, 403, 403, 429, 429])
  const { text, json } = await ada.get('/v1/audit')
  type Entry = { action: string; actor: object; source: string; subject?: string; detail: { for: string } }
  const refused = (json.entries as Entry[]).filter(({ action }) => action === 'password.refused').toReversed()
  assert.deepEqual(
    refused.map(({ subject, detail }) => [detail.for, subject]),
    [
      ['password.change', undefined],
      ['account.reveal', account],
      ['api_key.create', undefined],
      ['user.update', own.id],
      ['password.change', undefined],
    ],
  )
  for (const { actor, source } of refused) {
    assert.deepEqual([actor, source], [{ type: 'user', id: own.id, name: 'Ada' }, '127.0.0.1'])
  }
  assert.ok(!text.includes('not hers'), 'the log holds no password, nor a wrong one')
})

test('another address of one’s own, by which a provider would let somebody in, needs more than a session', async () => {
  await using world = await office()
  const { ada } = world
  const own = (await me(ada)).id
  const change = (body: object) => ada.patch(`/v1/users/${own}`, body)
  assert.equal((await change({ email: 'thief@example.test' })).json.field, 'password')
  assert.equal((await change({ email: 'thief@example.test', password: 'no' })).json.code, 'PASSWORD_WRONG')
  assert.equal((await change({ name: 'Ada L.', email: '' })).status, 200, 'the address stays what it was')
  assert.equal((await change({ email: 'ada@example.test', password: PASSWORD })).json.email, 'ada@example.test')
  assert.equal((await change({ name: 'Ada', email: ' ADA@example.test ' })).status, 200)
  const audit = (await ada.get('/v1/audit')).text
  assert.ok(!audit.includes(PASSWORD), 'the log holds no password')
})

/** What a session alone must not do for whoever came by it: outlive it, become somebody else, or make an administrator. */
test('[#145] who may administer or become whom, and by whose word, needs more than the session of an administrator', async () => {
  await using world = await office()
  const { scene, ada, connection } = world
  const people = async () => (await ada.get('/v1/users')).json.users
  const cleo = (await people()).find(({ name }: { name: string }) => name === 'Cleo').id
  const { json: pending } = await ada.post('/v1/users', { name: 'Dan' })
  const plain = await connectionTo(world.sandbox, ada, { name: 'Mail' })
  const used = await connectionTo(world.sandbox, ada, { name: 'Used' })
  await accountAt(used, ada)
  const settings = { provider: 'sandbox', client_id: 'other', issuer: 'http://127.0.0.1:9/other' }
  const adas = await accountAt(connection, ada)
  const deeds: Record<string, (proof: object) => Promise<{ status: number; json: Record<string, unknown> }>> = {
    // It gives the token that nobody is shown without proof.
    'a key for an account of her own': (proof) =>
      ada.post('/v1/api-keys', { name: 'mine', accounts: [adas], ...proof }),
    'another administrator': (proof) => ada.post('/v1/users', { name: 'Eve', role: 'admin', ...proof }),
    'a member who becomes one': (proof) => ada.patch(`/v1/users/${cleo}`, { role: 'admin', ...proof }),
    'the address of a member': (proof) => ada.patch(`/v1/users/${cleo}`, { email: 'x@example.test', ...proof }),
    'the address of somebody invited': (proof) =>
      ada.patch(`/v1/users/${pending.user.id}`, { email: 'y@example.test', ...proof }),
    'a link for a member': (proof) => ada.post(`/v1/users/${cleo}/invite`, proof),
    'a link for somebody invited': (proof) => ada.post(`/v1/users/${pending.user.id}/invite`, proof),
    'a new connection to sign in with': (proof) =>
      ada.post('/v1/connections', { name: 'Other', ...settings, sign_in: SIGN_IN, ...proof }),
    // Imported grants, and those of endpoints by hand, would be asked for there.
    'where the tokens of accounts go': (proof) =>
      ada.patch(`/v1/connections/${used}`, { issuer: settings.issuer, client_secret: 'another-one', ...proof }),
    'by which endpoints': (proof) =>
      ada.patch(`/v1/connections/${used}`, { token_endpoint: 'http://127.0.0.1:9/t', client_secret: 'x', ...proof }),
    'sign-in by one that is there': (proof) => ada.patch(`/v1/connections/${plain}`, { sign_in: SIGN_IN, ...proof }),
    'its rules': (proof) =>
      ada.patch(`/v1/connections/${connection}`, { sign_in: { ...SIGN_IN, trust_email: true }, ...proof }),
    'its client': (proof) => ada.patch(`/v1/connections/${connection}`, { client_id: 'other', ...proof }),
    'its issuer': (proof) =>
      ada.patch(`/v1/connections/${connection}`, { issuer: settings.issuer, client_secret: 'another-one', ...proof }),
  }
  const state = async () => [
    await people(),
    (await ada.get('/v1/connections')).json,
    (await ada.get('/v1/api-keys')).json,
  ]
  const before = await state()
  for (const [what, deed] of Object.entries(deeds)) {
    const { status, json } = await deed({})
    assert.deepEqual([status, json['code'], json['field']], [400, 'INVALID_REQUEST', 'password'], what)
    assert.equal((await deed({ password: 'not hers at all' })).json['code'], 'PASSWORD_WRONG', what)
    // One right password makes up for the wrong one, so that the next question is heard.
    assert.equal((await scene.browser().post('/v1/session', { name: 'Ada', password: PASSWORD })).status, 200)
  }
  assert.deepEqual(await state(), before)
  for (const [what, deed] of Object.entries(deeds)) {
    const { status, json } = await deed({ password: PASSWORD })
    assert.ok(status < 300, `${what}: ${JSON.stringify(json)}`)
  }
  const audit = (await ada.get('/v1/audit?limit=100')).text
  assert.ok(audit.includes('user.invite') && audit.includes('connection.update'))
  assert.ok(!audit.includes(PASSWORD) && !audit.includes('not hers'), 'the log holds no password')
  assert.ok(!audit.includes('"password"'), 'and does not call it a setting that was changed')
})

test('members come, and connections nobody signs in with change, by the session of an administrator as before', async () => {
  await using world = await office()
  const { ada, connection } = world
  assert.equal((await ada.post('/v1/users', { name: 'Dan', email: 'dan@example.test' })).status, 201)
  const [{ id }] = (await ada.get('/v1/users')).json.users.filter(({ name }: { name: string }) => name === 'Cleo')
  assert.equal((await ada.patch(`/v1/users/${id}`, { name: 'Cleo B', role: 'member' })).status, 200)
  const eve = await world.scene.invited(ada, { name: 'Eve', role: 'admin' })
  assert.equal((await ada.patch(`/v1/users/${(await me(eve)).id}`, { role: 'member' })).status, 200)
  const plain = await connectionTo(world.sandbox, ada, { name: 'Mail' })
  assert.equal((await ada.patch(`/v1/connections/${plain}`, { client_id: 'other' })).status, 200)
  const patch = (body: object) => ada.patch(`/v1/connections/${connection}`, body)
  // What does not decide whose word is taken, and the end of it.
  assert.equal(
    (await patch({ name: 'Practice 2', scope: 'mail.read', client_secret: 'another-secret-here' })).status,
    200,
  )
  assert.equal((await patch({ sign_in: null, client_id: 'other' })).status, 200)
})

test('nobody makes a link for their own password: a session alone does not get past the password', async () => {
  await using world = await office()
  const { scene, ada, account } = world
  const own = (await me(ada)).id
  const refused = await ada.post(`/v1/users/${own}/invite`)
  assert.deepEqual([refused.status, refused.json.code, refused.json.who], [403, 'NOT_FOR_YOURSELF', 'person'])
  assert.equal(refused.json.link, undefined)
  const eve = await scene.invited(ada, { name: 'Eve', role: 'admin' })
  const { status, json } = await eve.post(`/v1/users/${own}/invite`, { password: PASSWORD })
  assert.equal(status, 200)
  const back = scene.browser()
  const token = json.link.split('#token=')[1]
  assert.equal((await back.post('/v1/invitations/accept', { token, password: 'another long password' })).status, 200)
  assert.equal(
    (await back.post(`/v1/accounts/${account}/reveal`, { reason: 'x', password: PASSWORD })).json.code,
    'PASSWORD_WRONG',
  )
})

test('a password that is chosen by a link ends all sessions of before, on every server, and their event streams', async () => {
  await using scene = await Scene.begin()
  const ada = await scene.admin()
  const ben = await scene.invited(ada, { name: 'Ben' })
  const elsewhere = scene.browser()
  await elsewhere.post('/v1/session', { name: 'Ben', password: PASSWORD })
  const other = await scene.another()
  try {
    const there = new Browser(other.url, other.listening)
    await there.post('/v1/session', { name: 'Ben', password: PASSWORD })
    const stop = new AbortController()
    const [near, far] = [elsewhere.events(stop.signal), there.events(stop.signal)]
    for (const events of [near, far]) assert.equal((await events.next()).value?.name, 'hello')
    const { json } = await ada.post(`/v1/users/${(await me(ben)).id}/invite`, { password: PASSWORD })
    const fresh = scene.browser()
    const token = json.link.split('#token=')[1]
    assert.equal((await fresh.post('/v1/invitations/accept', { token, password: 'another long password' })).status, 200)
    assert.equal((await fresh.get('/v1/accounts')).status, 200)
    for (const before of [ben, elsewhere, there]) assert.equal((await before.get('/v1/accounts')).status, 401)
    // Each stream is closed, not only refused the next time.
    for (const events of [near, far]) for await (const _ of events);
    assert.equal((await ada.get('/v1/accounts')).status, 200)
  } finally {
    await other.close()
  }
})

test('a password is changed together with the end of the other sessions, or not at all', async () => {
  await using scene = await Scene.begin()
  const ada = await scene.admin()
  const change = () =>
    ada.call('PUT', '/v1/session/password', { body: { password: PASSWORD, new_password: 'another long password' } })
  const signIn = async (password: string) => {
    const browser = scene.browser()
    return { browser, status: (await browser.post('/v1/session', { name: 'Ada', password })).status }
  }
  const { browser: elsewhere } = await signIn(PASSWORD)
  const db = await scene.tables()
  try {
    // What refers to a session keeps it from ending: the second step cannot be taken after the first.
    await sql`CREATE TABLE holding (session_hash TEXT NOT NULL REFERENCES sessions (session_hash))`.execute(db)
    await sql`INSERT INTO holding SELECT session_hash FROM sessions`.execute(db)
    assert.equal((await change()).status, 500)
    assert.equal((await signIn('another long password')).status, 401)
    await sql`DROP TABLE holding`.execute(db)
  } finally {
    await db.destroy()
  }
  assert.equal((await elsewhere.get('/v1/accounts')).status, 200, 'the password is as it was, and so are the sessions')
  assert.equal((await change()).status, 204)
  assert.equal((await elsewhere.get('/v1/accounts')).status, 401)
  assert.equal((await signIn('another long password')).status, 200)
})
