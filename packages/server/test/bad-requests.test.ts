import assert from 'node:assert/strict'
import { test } from 'node:test'
import { problemOf } from '../src/problem.ts'
import type { Answered } from './support/browser.ts'
import { connected, PASSWORD, Scene, SECRET, sandboxOf } from './support/scene.ts'

test('a body of another media type is answered 415, and says which one to send', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) {
    const { status, json } = await admin.post('/v1/accounts', {}, { 'content-type': type })
    assert.equal(status, 415, type)
    assert.equal(json.code, 'UNSUPPORTED_MEDIA_TYPE')
    assert.match(json.advice, /application\/json/)
  }
})

test('a body that is not JSON is said so and not quoted, and only a field that is named is spoken of', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const cookie = [...admin.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const response = await fetch(`${scene.server.url}/v1/accounts`, {
    method: 'POST',
    headers: { cookie, origin: scene.server.url, 'x-evergrant': '1', 'content-type': 'application/json' },
    body: '{"connection": top-secret}',
  })
  const text = await response.text()
  const problem = JSON.parse(text)
  assert.equal(response.status, 400)
  assert.equal(problem.code, 'INVALID_JSON')
  assert.equal(problem.field, undefined)
  assert.doesNotMatch(problem.advice, /named/)
  assert.ok(!text.includes('top-secret'))

  const named = await admin.post('/v1/accounts', { connection: 7 })
  assert.deepEqual([named.json.field, named.json.advice], ['connection', 'Correct the field that is named.'])
  const unnamed = await admin.post('/v1/accounts', [])
  assert.equal(unnamed.json.field, undefined)
  assert.doesNotMatch(unnamed.json.advice, /named/)
})

test('a body with a field that changes objects is JSON, and is told to be refused for that field', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const cookie = [...admin.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const said = async (body: string, language = 'en') => {
    const headers = { cookie, origin: scene.server.url, 'x-evergrant': '1', 'accept-language': language }
    const init = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body }
    const response = await fetch(`${scene.server.url}/v1/users`, init)
    const { code, detail } = await response.json()
    return [response.status, code, detail]
  }
  const proto = 'The body has a field "__proto__", which is never taken.'
  for (const body of ['{"name":"Ben","__proto__":{"role":"admin"}}', '{"\\u005f_proto__":1}', '[{"__proto__":null}]']) {
    assert.deepEqual(await said(body), [400, 'INVALID_REQUEST', proto], body)
  }
  const [, , german] = await said('{"__proto__":{}}', 'de')
  assert.equal(german, 'Der Inhalt der Anfrage hat ein Feld „__proto__“, das nie angenommen wird.')
  const [status, code, detail] = await said('{"constructor":{"prototype":{"role":"admin"}}}')
  assert.deepEqual([status, code], [400, 'INVALID_REQUEST'])
  assert.match(detail, /"constructor" with a "prototype"/)
  assert.deepEqual(await said('{"__proto__":'), [400, 'INVALID_JSON', 'The request body is not JSON.'])
  assert.deepEqual((await said('{"name":"__proto__ is a word","constructor":1}'))[1], 'INVALID_REQUEST')
})

test('a parameter that the provider does not know is refused by its name, with the known ones', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const [{ id, name }] = (await admin.get('/v1/providers?search=outlook&limit=1')).json.providers
  const wanted = { name: 'Mail', provider: id, client_id: 'c', client_secret: SECRET }
  const refused = await admin.post('/v1/connections', { ...wanted, parameters: { tennant: 'contoso.com' } })
  assert.equal(refused.status, 400)
  assert.equal(refused.json.field, 'parameters')
  assert.match(refused.json.detail, new RegExp(`^${name} has no parameter "tennant"\\. Known are .*\\btenant\\b.*\\.$`))
  const made = await admin.post('/v1/connections', { ...wanted, parameters: { tenant: 'contoso.com' } })
  assert.equal(made.status, 201)
  const changed = await admin.patch(`/v1/connections/${made.json.id}`, { parameters: { issuer: 'https://x.example' } })
  assert.equal(changed.status, 400)
  assert.match(changed.json.detail, /The issuer is a field of its own/)
  assert.equal((await admin.get('/v1/connections')).json.connections.length, 1)
})

test('what is wrong with a parameter or field is one sentence that names it and says what is allowed, in both languages', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const body = (path: string, sent: unknown, language: string) =>
    admin.call('POST', path, { body: sent, headers: { 'accept-language': language } })
  const said = async (ask: (language: string) => Promise<Answered>, field: string | undefined) => {
    const [english, german] = [await ask('en'), await ask('de')]
    for (const { status, headers, json } of [english, german]) {
      assert.deepEqual([status, json.code, json.field], [400, 'INVALID_REQUEST', field], json.detail)
      assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/)
    }
    return [english.json.detail, german.json.detail]
  }
  const query = (path: string, field: string) =>
    said((language) => admin.get(path, { 'accept-language': language }), field)
  assert.deepEqual(await query('/v1/accounts?limit=abc', 'limit'), [
    'The parameter "limit" has to be a whole number from 1 to 500.',
    'Der Parameter „limit“ muss eine ganze Zahl von 1 bis 500 sein.',
  ])
  assert.deepEqual(await query('/v1/accounts?sort=size', 'sort'), [
    'The parameter "sort" has to be one of name, attention, ends, used, newest.',
    'Der Parameter „sort“ muss einer der Werte name, attention, ends, used, newest sein.',
  ])
  const [state, zustand] = await query('/v1/accounts?state=asleep', 'state')
  assert.match(state, /^The parameter "state" has to be one or several of new, .*paused, separated by commas\.$/)
  assert.match(
    zustand,
    /^Der Parameter „state“ muss einer oder mehrere der Werte new, .*paused, durch Kommas getrennt, sein\.$/,
  )
  const [unknown, unbekannt] = await query('/v1/accounts?limt=5', 'limt')
  assert.match(unknown, /^There is no parameter "limt" here\. Known are limit, .*\.$/)
  assert.match(unbekannt, /^Den Parameter „limt“ gibt es hier nicht\. Bekannt sind limit, .*\.$/)
  assert.deepEqual(await query('/v1/overview?span=year', 'span'), [
    'The parameter "span" has to be one of day, week, month.',
    'Der Parameter „span“ muss einer der Werte day, week, month sein.',
  ])
  const fields: readonly (readonly [string, unknown, string | undefined, string, string])[] = [
    ['/v1/accounts', {}, 'connection', 'The field "connection" is missing.', 'Das Feld „connection“ fehlt.'],
    [
      '/v1/accounts',
      { connection: 7 },
      'connection',
      'The field "connection" has to be a text.',
      'Das Feld „connection“ muss ein Text sein.',
    ],
    [
      '/v1/accounts',
      [],
      undefined,
      'The body has to be a JSON object.',
      'Der Inhalt der Anfrage muss ein JSON-Objekt sein.',
    ],
    [
      '/v1/users',
      { name: ' ' },
      'name',
      'The field "name" has to be one line of text that is not empty, without invisible characters.',
      'Das Feld „name“ muss eine nicht leere Zeile Text ohne unsichtbare Zeichen sein.',
    ],
    [
      '/v1/users',
      { name: 'Ben', email: 'ben' },
      'email',
      'The field "email" has to be an e-mail address.',
      'Das Feld „email“ muss eine E-Mail-Adresse sein.',
    ],
    [
      '/v1/users',
      { name: 'Ben', role: 'king' },
      'role',
      'The field "role" has to be one of admin, member.',
      'Das Feld „role“ muss einer der Werte admin, member sein.',
    ],
    [
      '/v1/api-keys',
      { name: 'x', accounts: 'all' },
      'accounts',
      'The field "accounts" has to be a list.',
      'Das Feld „accounts“ muss eine Liste sein.',
    ],
    [
      '/v1/api-keys',
      { name: 'x', scopes: ['a b'] },
      'scopes.0',
      'The field "scopes.0" has to be one scope, without spaces.',
      'Das Feld „scopes.0“ muss eine einzelne Berechtigung ohne Leerzeichen sein.',
    ],
    [
      '/v1/api-keys',
      { name: 'x'.repeat(201) },
      'name',
      'The field "name" has to be text of at most 200 characters.',
      'Das Feld „name“ muss ein Text mit höchstens 200 Zeichen sein.',
    ],
  ]
  for (const [path, sent, field, english, german] of fields) {
    assert.deepEqual(await said((language) => body(path, sent, language), field), [english, german])
  }
})

test('control characters are refused in every text, and a name is one line', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, account, connection, key } = await connected(scene, sandbox)
  const own = (await admin.get('/v1/session')).json.user.id
  const refused = async (answer: Promise<Answered>, field: string) => {
    const { status, json, text } = await answer
    assert.deepEqual([status, json.code, json.field], [400, 'INVALID_REQUEST', field], text)
    assert.doesNotMatch(text, /\\u0000|\0/)
  }
  for (const bad of ['a\0b', 'a\u0007b', 'a\u001b[31mb', 'a\u0085b']) {
    await refused(admin.post('/v1/users', { name: bad }), 'name')
    await refused(admin.post('/v1/session', { name: bad, password: 'x' }), 'name')
    await refused(admin.patch(`/v1/users/${own}`, { name: bad }), 'name')
    await refused(admin.patch(`/v1/accounts/${account}`, { login_hint: bad }), 'login_hint')
    await refused(admin.patch(`/v1/connections/${connection}`, { parameters: { tenant: bad } }), 'parameters.tenant')
    await refused(admin.post('/v1/api-keys', { name: 'x', accounts: [bad], password: PASSWORD }), 'accounts.0')
    await refused(admin.get(`/v1/accounts?q=${encodeURIComponent(bad)}`), 'q')
    await refused(admin.get(`/v1/accounts/${encodeURIComponent(bad)}`), 'id')
    await refused(admin.get(`/v1/providers/${encodeURIComponent(bad)}`), 'id')
  }
  for (const name of ['two\nlines', 'two\u2028lines', 'a\ttab']) {
    for (const path of ['/v1/users', '/v1/api-keys']) await refused(admin.post(path, { name }), 'name')
  }
  const asked = await fetch(`${scene.server.url}/v1/accounts/%00/token`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: '{}',
  })
  assert.equal(asked.status, 400)
  const anyLetter = await admin.post('/v1/users', { name: 'Зоя 👩‍💻 O’Neil' })
  assert.equal(anyLetter.status, 201, anyLetter.text)
})

test('half a character is refused in every text, so that nothing is stored as another text than was sent', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, account, connection } = await connected(scene, sandbox)
  const own = (await admin.get('/v1/session')).json.user.id
  const refused = async (answer: Promise<Answered>, field: string) => {
    const { status, json, text } = await answer
    assert.deepEqual([status, json.code, json.field], [400, 'INVALID_REQUEST', field], text)
    assert.equal(json.detail, `The field "${field}" has half a character in it.`)
  }
  for (const half of ['\ud800', 'a\udc00b', '\udc00\ud800']) {
    await refused(admin.post('/v1/users', { name: half }), 'name')
    await refused(admin.patch(`/v1/users/${own}`, { name: half }), 'name')
    await refused(admin.post('/v1/session', { name: 'Ada', password: half }), 'password')
    await refused(admin.post('/v1/accounts', { connection, name: half }), 'name')
    await refused(admin.patch(`/v1/accounts/${account}`, { name: half }), 'name')
    await refused(admin.patch(`/v1/connections/${connection}`, { parameters: { tenant: half } }), 'parameters.tenant')
    await refused(admin.post('/v1/api-keys', { name: 'x', accounts: [half], password: PASSWORD }), 'accounts.0')
    await refused(admin.post('/v1/accounts', { connection, [half]: 'x' }), half.toWellFormed())
  }
  const german = await admin.post('/v1/users', { name: '\ud800' }, { 'accept-language': 'de' })
  assert.equal(german.json.detail, 'Das Feld „name“ enthält ein halbes Zeichen.')
  // In an address there is none: bytes that are no character are refused, or are the sign for them.
  assert.equal((await admin.get('/v1/accounts/%ED%A0%80')).status, 400)
  assert.equal((await admin.post('/v1/users', { name: 'Whole 👩‍💻' })).status, 201)
})

test('a name or an address that the database says somebody has is no error of the server', async () => {
  await using scene = await Scene.begin()
  await scene.admin()
  await using db = await scene.tables()
  const values = { name: 'Ben', email: 'ben@example.test', password_hash: '', role: 'member', created_at: 0 } as const
  await db
    .insertInto('users')
    .values({ id: 'b1', ...values })
    .execute()
  for (const [field, other] of [
    ['name', { email: 'other@example.test' }],
    ['email', { name: 'Other' }],
  ] as const) {
    const again = db.insertInto('users').values({ id: 'b2', ...values, ...other })
    const failure = await again.execute().catch((error: unknown) => error)
    const { problem, unexpected } = problemOf(failure, 'r1')
    assert.deepEqual([problem.status, problem.field, unexpected], [400, field, false], String(failure))
  }
})

test('the end of a token is told in whole seconds everywhere, and never later than it is', async () => {
  await using scene = await Scene.begin()
  scene.clock.advance(0.75)
  await using sandbox = await sandboxOf(scene)
  const { admin, account, program } = await connected(scene, sandbox)
  const ends = Math.floor(scene.clock.now()) + 3600
  assert.equal((await program(account)).json.expires_at, ends)
  const shown = (await admin.get(`/v1/accounts/${account}`)).json
  assert.equal(shown.expires_at, ends)
  assert.ok(Number.isInteger(shown.refresh_at))
  const begun = await admin.post(`/v1/accounts/${account}/authorize`)
  assert.equal(begun.json.expires_at, Math.floor(scene.clock.now() + 600))
  const key = await admin.post('/v1/api-keys', {
    name: 'short',
    expires_at: scene.clock.now() + 90,
    password: PASSWORD,
  })
  assert.equal(key.json.api_key.expires_at, Math.floor(scene.clock.now() + 90))

  const stop = new AbortController()
  const events = admin.events(stop.signal)
  assert.equal((await events.next()).value?.name, 'hello')
  await admin.patch(`/v1/accounts/${account}`, { name: 'renamed' })
  assert.equal((await events.next()).value?.data.expires_at, ends)
  stop.abort()
})

test('a moment beyond all calendars is refused, wherever one is given', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const wanted = { name: 'Mail', provider: 'sandbox', client_id: 'c', client_secret: SECRET, scope: 'mail.read' }
  const issuer = 'http://127.0.0.1:9'
  for (const moment of [1e300, 253_402_300_800, -1]) {
    for (const [path, body, field] of [
      ['/v1/api-keys', { name: 'for ever', expires_at: moment }, 'expires_at'],
      ['/v1/connections', { ...wanted, issuer, secret_expires_at: moment }, 'secret_expires_at'],
    ] as const) {
      const { status, json } = await admin.post(path, body)
      assert.deepEqual([status, json.field], [400, field], `${path} ${moment}`)
    }
  }
  assert.equal(
    (await admin.post('/v1/api-keys', { name: 'long', expires_at: 253_402_300_799, password: PASSWORD })).status,
    201,
  )
})
