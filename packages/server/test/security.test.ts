import assert from 'node:assert/strict'
import { createHook } from 'node:async_hooks'
import { test } from 'node:test'
import { Browser } from './support/browser.ts'
import { accountAt, connected, PASSWORD, programWith, Scene, sandboxOf } from './support/scene.ts'

test('the first-run link makes one administrator, once, and every start without one prints it', async () => {
  await using scene = await Scene.begin()
  const first = scene.server.setupLink ?? ''
  assert.ok(scene.said.some((line) => line.includes(first)))
  assert.match(first, new RegExp(`^${scene.server.url}/setup#token=[\\w-]{43}$`))
  await scene.stop()
  await scene.start()
  assert.ok(scene.server.setupLink, 'printed again')
  const token = first.split('token=')[1]
  const browser = scene.browser()
  assert.equal((await browser.get('/v1/session')).json.setup_done, false)
  assert.equal((await browser.post('/v1/setup', { token: 'guess', name: 'Eve', password: PASSWORD })).status, 403)
  assert.equal((await browser.post('/v1/setup', { token, name: 'Ada', password: 'short' })).json.field, 'password')
  const done = await browser.post('/v1/setup', { token, name: 'Ada', password: PASSWORD })
  const { id } = done.json.user
  assert.deepEqual(done.json, {
    signed_in: true,
    user: { id, name: 'Ada', role: 'admin', has_password: true },
    setup_done: true,
    public_url: scene.server.url,
    sign_in_with: [],
    sandbox: false,
  })
  for (const again of [token, scene.server.setupLink?.split('token=')[1]]) {
    const refused = await scene.browser().post('/v1/setup', { token: again, name: 'Eve', password: PASSWORD })
    assert.equal(refused.json.code, 'SETUP_LINK_INVALID')
  }
  assert.ok(!(await scene.stored()).includes(token ?? ''), 'stored hashed')
})

test('of two that use the first-run link at the same moment, one becomes administrator', async () => {
  await using scene = await Scene.begin()
  const token = scene.server.setupLink?.split('token=')[1]
  const tries = ['Ada', 'Eve', 'Bob'].map((name) =>
    scene.browser().post('/v1/setup', { token, name, password: PASSWORD }),
  )
  assert.deepEqual((await Promise.all(tries)).map(({ status }) => status).sort(), [200, 403, 403])
})

test('signing in begins a session of its own each time; signing out ends it everywhere', async () => {
  await using scene = await Scene.begin()
  await scene.admin()
  const browser = scene.browser()
  // Session fixation: a session that somebody planted is not the one after sign-in.
  browser.cookies.set('__Host-evergrant', 'planted')
  assert.equal((await browser.get('/v1/accounts')).status, 401)
  const signedIn = await browser.post('/v1/session', { name: 'Ada', password: PASSWORD })
  assert.equal(signedIn.status, 200)
  const [line = ''] = signedIn.headers.getSetCookie()
  assert.match(line, /^__Host-evergrant=[\w-]{43};/)
  for (const part of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']) assert.ok(line.includes(part), part)
  assert.equal((await browser.get('/v1/accounts')).status, 200)
  const before = browser.cookies.get('__Host-evergrant') ?? ''
  await browser.post('/v1/session', { name: 'Ada', password: PASSWORD })
  const copy = scene.browser()
  copy.cookies.set('__Host-evergrant', before)
  assert.equal((await copy.get('/v1/accounts')).status, 401, 'the earlier session has ended')
  copy.cookies.set('__Host-evergrant', browser.cookies.get('__Host-evergrant') ?? '')
  assert.equal((await browser.delete('/v1/session')).status, 204)
  assert.equal((await copy.get('/v1/accounts')).status, 401)
  assert.equal((await browser.get('/v1/session')).json.signed_in, false)
})

test('a session ends after seven days without use, and after thirty in any case', async () => {
  await using scene = await Scene.begin()
  const browser = await scene.admin()
  for (let day = 0; day < 29; day += 6) {
    assert.equal((await browser.get('/v1/accounts')).status, 200, `day ${day}`)
    scene.clock.advance(6 * 86_400)
  }
  assert.equal((await browser.get('/v1/accounts')).status, 401)
  await browser.post('/v1/session', { name: 'Ada', password: PASSWORD })
  scene.clock.advance(7 * 86_400 + 1)
  assert.equal((await browser.get('/v1/accounts')).status, 401)
})

test('guessing passwords gets slower by source, whatever name is tried, and patience helps', async () => {
  await using scene = await Scene.begin()
  await scene.admin()
  const browser = scene.browser()
  const guess = (name: string) => browser.post('/v1/session', { name, password: 'wrong password' })
  for (let times = 0; times < 5; times++) {
    const { status, json } = await guess(times % 2 ? 'Ada' : 'Nobody')
    assert.equal(status, 401)
    assert.equal(json.detail, 'Name or password is not right.', 'no word about which')
  }
  const slowed = await browser.post('/v1/session', { name: 'Ada', password: PASSWORD })
  assert.equal(slowed.status, 429)
  assert.equal(slowed.headers.get('retry-after'), '2')
  scene.clock.advance(3)
  assert.equal((await guess('Ada')).status, 401)
  assert.equal((await guess('Ada')).headers.get('retry-after'), '4')
  scene.clock.advance(5)
  assert.equal((await browser.post('/v1/session', { name: 'Ada', password: PASSWORD })).status, 200)
})

test('guesses that are spread over the servers of one database count together, however close they come', async () => {
  await using scene = await Scene.begin()
  await scene.admin()
  await using second = await scene.another()
  const [here, there] = [scene.browser(), new Browser(second.url)]
  const tries = Array.from({ length: 12 }, (_, turn) =>
    (turn % 2 ? here : there).post('/v1/session', { name: 'Ada', password: 'wrong password' }),
  )
  const answers = (await Promise.all(tries)).map(({ status }) => status)
  assert.deepEqual(answers.toSorted(), [...Array(5).fill(401), ...Array(7).fill(429)])
  const right = (browser: Browser) => browser.post('/v1/session', { name: 'Ada', password: PASSWORD })
  for (const browser of [here, there]) assert.equal((await right(browser)).headers.get('retry-after'), '2')
  scene.clock.advance(3)
  assert.equal((await right(there)).status, 200)
  const wrong = await here.post('/v1/session', { name: 'Ada', password: 'wrong password' })
  assert.equal(wrong.status, 401, 'a success at one server ends the waiting at the other')
})

test('guesses of one password are slowed down whatever else succeeds from there: links, and people with theirs', async () => {
  await using scene = await Scene.begin()
  const ada = await scene.admin()
  await scene.invited(ada, { name: 'Ben' })
  // No proof is needed to invite a member, so whoever came by the session of an administrator has a link.
  const invited = await ada.post('/v1/users', { name: 'Cleo' })
  const token = invited.json.link.split('#token=')[1]
  const other = scene.browser()
  const guess = async () => {
    const body = { password: 'wrong password', new_password: 'another long password' }
    return (await ada.call('PUT', '/v1/session/password', { body })).status
  }
  const successes = [
    () => other.post('/v1/invitations/look', { token }),
    () => other.post('/v1/session', { name: 'Ben', password: PASSWORD }),
  ]
  const answers: number[] = []
  for (let times = 0; times < 12; times++) {
    answers.push(await guess())
    for (const succeed of successes) assert.equal((await succeed()).status, times < 4 ? 200 : 429)
  }
  assert.deepEqual(answers, [...Array(5).fill(403), ...Array(7).fill(429)])
  scene.clock.advance(3)
  for (const succeed of successes) assert.equal((await succeed()).status, 200)
  assert.deepEqual([await guess(), await guess()], [403, 429])
  scene.clock.advance(5)
  const accepted = await other.post('/v1/invitations/accept', { token, password: PASSWORD })
  assert.equal(accepted.status, 200, accepted.text)
  assert.deepEqual([await guess(), await guess()], [403, 429])
  scene.clock.advance(9)
  assert.equal((await other.post('/v1/session', { name: 'Ada', password: PASSWORD })).status, 200)
  for (let times = 0; times < 5; times++) assert.equal(await guess(), 403, 'her own password makes up for it')
  assert.equal(await guess(), 429)
})

test('right passwords make nobody wait, however many come at once and whatever else is held against their source', async () => {
  await using scene = await Scene.begin()
  await scene.admin()
  await using second = await scene.another()
  const [here, there] = [scene.browser(), new Browser(second.url)]
  const signIn = (browser: Browser, name: string, password: string) => browser.post('/v1/session', { name, password })
  const crowd = Array.from({ length: 5 }, (_, turn) => signIn(turn % 2 ? here : there, 'Ada', PASSWORD))
  for (const { status, text } of await Promise.all(crowd)) assert.equal(status, 200, text)
  for (let times = 0; times < 4; times++) assert.equal((await signIn(here, 'Nobody', 'wrong password')).status, 401)
  // As often as they like beside them, with a mistake in between.
  for (let times = 0; times < 3; times++) assert.equal((await signIn(there, 'Ada', PASSWORD)).status, 200)
  assert.equal((await signIn(here, 'Ada', 'wrong password')).status, 401)
  scene.clock.advance(3)
  for (let times = 0; times < 3; times++) assert.equal((await signIn(here, 'Ada', PASSWORD)).status, 200)
  assert.equal((await signIn(there, 'Nobody', 'wrong password')).status, 401, 'the fifth')
  assert.equal((await signIn(here, 'Ada', PASSWORD)).headers.get('retry-after'), '2')
  // What succeeds does not keep in memory what has failed.
  scene.clock.advance(1800)
  assert.equal((await signIn(here, 'Ada', PASSWORD)).status, 200)
  scene.clock.advance(1801)
  for (let times = 0; times < 5; times++) assert.equal((await signIn(here, 'Nobody', 'wrong password')).status, 401)
  assert.equal((await signIn(here, 'Nobody', 'wrong password')).status, 429)
})

test('a password that is chosen by a link makes up for what its user has guessed', async () => {
  await using scene = await Scene.begin()
  const ada = await scene.admin()
  await scene.invited(ada, { name: 'Ben' })
  const [{ id }] = (await ada.get('/v1/users')).json.users.filter(({ name }: { name: string }) => name === 'Ben')
  const link = (await ada.post(`/v1/users/${id}/invite`, { password: PASSWORD })).json.link
  const browser = scene.browser()
  const guess = () => browser.post('/v1/session', { name: 'Ben', password: 'wrong password' })
  for (let times = 0; times < 4; times++) assert.equal((await guess()).status, 401)
  const token = link.split('#token=')[1]
  assert.equal((await browser.post('/v1/invitations/accept', { token, password: PASSWORD })).status, 200)
  for (let times = 0; times < 5; times++) assert.equal((await guess()).status, 401)
  assert.equal((await guess()).status, 429)
})

test('what was counted is forgotten after an hour, and a clock that was wrong holds nobody up', async () => {
  await using scene = await Scene.begin()
  const browser = await scene.admin()
  const guess = () => browser.post('/v1/session', { name: 'Ada', password: 'wrong password' })
  for (let times = 0; times < 5; times++) assert.equal((await guess()).status, 401)
  scene.clock.advance(3601)
  for (let times = 0; times < 5; times++) assert.equal((await guess()).status, 401)
  assert.equal((await guess()).status, 429)
  await using db = await scene.tables()
  await db
    .updateTable('sign_in_attempts')
    .set({ last: scene.clock.now() + 86_400 })
    .execute()
  assert.equal((await guess()).status, 401)
})

test('guesses from one IPv6 network count together, and those from others do not', async () => {
  await using scene = await Scene.begin({ env: { EVERGRANT_TRUST_PROXY: 'loopback' } })
  await scene.admin()
  const browser = scene.browser()
  const guess = async (from: string) => {
    const headers = { 'x-forwarded-for': from }
    return (await browser.post('/v1/session', { name: 'Ada', password: 'wrong password' }, headers)).status
  }
  const network = [
    '2001:db8:0:7::1',
    '2001:DB8::7:0:0:0:2',
    '2001:db8:0:7:ffff::',
    '2001:db8:0:7:1:2:3:4',
    '2001:db8:0:7::5',
  ]
  for (const address of network) assert.equal(await guess(address), 401, address)
  assert.equal(await guess('2001:db8:0:7:abcd::6'), 429)
  assert.equal(await guess('2001:db8:0:8::1'), 401)
  assert.equal(await guess('::1'), 401)
  for (const last of [1, 2, 3, 4, 5, 6]) assert.equal(await guess(`::ffff:192.0.2.${last}`), 401)
})

test('[#139] a change with a session needs our header and our origin: other sites have neither', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const body = { name: 'x', provider: 'sandbox', client_id: 'x', issuer: 'http://127.0.0.1:1' }
  const refused: [string, Record<string, string>][] = [
    ['no header', { 'x-evergrant': '' }],
    ['another origin', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['a neighbour', { 'sec-fetch-site': 'same-site' }],
    ['an old browser, another origin', { origin: 'https://evil.example', 'sec-fetch-site': '' }],
    ['a document without origin', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
  ]
  for (const [what, headers] of refused) {
    const { status, json } = await admin.post('/v1/connections', body, headers)
    assert.equal(status, 403, what)
    assert.equal(json.code, 'CROSS_SITE', what)
  }
  for (const headers of refused.map(([, sent]) => sent)) {
    assert.equal((await scene.browser().post('/v1/session', { name: 'Ada', password: PASSWORD }, headers)).status, 403)
  }
  assert.equal((await admin.get('/v1/connections')).json.connections.length, 0)
})

test('[#136] a page that was opened at another address is told the right one', async () => {
  await using scene = await Scene.begin()
  const elsewhere = new Browser(scene.server.url.replace('127.0.0.1', 'localhost'))
  const { status, json } = await elsewhere.post('/v1/session', { name: 'Ada', password: PASSWORD })
  assert.equal(status, 403)
  assert.equal(json.code, 'ADDRESS_MISMATCH')
  assert.ok(json.detail.includes(scene.server.url))
})

/** How somebody comes to be signed in. */
const OPEN = new Set([
  '/v1/session',
  '/v1/setup',
  '/v1/invitations/accept',
  '/v1/session/openid',
  '/v1/connect/look',
  '/v1/invitations/look',
  '/v1/connect/begin',
])

test('[#139] nobody who is not signed in sees or changes anything', async () => {
  await using scene = await Scene.begin()
  await scene.admin()
  const browser = scene.browser()
  const paths = (await browser.get('/openapi.json')).json.paths as Record<string, Record<string, unknown>>
  let tried = 0
  for (const [path, methods] of Object.entries(paths)) {
    if (!path.startsWith('/v1/') || OPEN.has(path)) continue
    for (const method of Object.keys(methods)) {
      const body = ['post', 'patch'].includes(method) ? {} : undefined
      const { status } = await browser.call(method.toUpperCase(), path.replace('{id}', 'x'), { body })
      assert.equal(status, 401, `${method} ${path}`)
      tried++
    }
  }
  assert.ok(tried > 20, `${tried} routes`)
})

test('[#139] an API key is for its accounts, until it expires or is deleted, and a session gets no token', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, account, connection, key } = await connected(scene, sandbox)
  const other = await accountAt(connection, admin)
  const expires_at = scene.clock.now() + 100
  const { json: made } = await admin.post('/v1/api-keys', {
    name: 'one',
    accounts: [account],
    expires_at,
    password: PASSWORD,
  })
  assert.match(made.key, /^egk_[\w-]{43}$/)
  assert.equal(made.api_key.hint, made.key.slice(0, 8))
  const program = programWith(made.key, scene)
  assert.equal((await program(account)).status, 200)
  const refused = await program(other)
  assert.equal(refused.status, 403)
  assert.equal(refused.json.code, 'API_KEY_SCOPE')
  const listed = await fetch(`${scene.server.url}/v1/accounts`, { headers: { authorization: `Bearer ${made.key}` } })
  assert.deepEqual(
    ((await listed.json()) as { accounts: { id: string }[] }).accounts.map(({ id }) => id),
    [account],
  )
  const keys = await fetch(`${scene.server.url}/v1/api-keys`, { headers: { authorization: `Bearer ${made.key}` } })
  assert.equal(keys.status, 401, 'a key manages nothing')

  scene.clock.advance(101)
  assert.equal((await program(account)).json.code, 'API_KEY_INVALID')
  const all = (await admin.get('/v1/api-keys')).json.api_keys
  assert.equal(all.length, 2)
  assert.ok(all.every((one: object) => !('key' in one) && !JSON.stringify(one).includes(key)))
  assert.ok(all.find(({ name }: { name: string }) => name === 'one').last_used_at)

  const full = programWith(key, scene)
  assert.equal((await full(account)).status, 200)
  await admin.delete(`/v1/api-keys/${all.find(({ name }: { name: string }) => name === 'a program').id}`)
  assert.equal((await full(account)).status, 401, 'deleted keys end at once')
  assert.equal((await admin.post(`/v1/accounts/${account}/token`)).json.code, 'API_KEY_REQUIRED')
  assert.equal(
    (await programWith('egk_wrong', scene)(account)).headers.get('www-authenticate'),
    'Bearer realm="Evergrant"',
  )
})

test('an API key is made for accounts that exist', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  for (const accounts of [['nobody'], []]) {
    assert.equal((await admin.post('/v1/api-keys', { name: 'x', accounts, password: PASSWORD })).json.field, 'accounts')
  }
  assert.equal(
    (await admin.post('/v1/api-keys', { name: 'x', expires_at: 5, password: PASSWORD })).json.field,
    'expires_at',
  )
})

test('a name that nobody has costs one password hash from the very first try on, as a known one does', async () => {
  await using scene = await Scene.begin()
  await scene.admin()
  await scene.stop()
  await scene.start()
  const browser = scene.browser()
  let hashes = 0
  const counting = createHook({ init: (_, type) => void (type === 'SCRYPTREQUEST' && hashes++) }).enable()
  try {
    const cost = async (name: string) => {
      const before = hashes
      assert.equal((await browser.post('/v1/session', { name, password: 'not the password' })).status, 401)
      return hashes - before
    }
    assert.deepEqual([await cost('nobody'), await cost('Ada'), await cost('nobody')], [1, 1, 1])
  } finally {
    counting.disable()
  }
})
