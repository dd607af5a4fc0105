import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { person } from '@evergrant/sandbox'
import { main, type RunningServer, type Surroundings } from '@evergrant/server/main'
import { readMeta, writeMeta } from '../src/db/meta.ts'
import { openSqlite } from '../src/db/sqlite.ts'
import { Browser } from './support/browser.ts'
import { consentUrl, PASSWORD, programWith, Scene } from './support/scene.ts'

/** A server with its sandbox, and an account that is connected there. */
async function practice(env: Record<string, string> = {}, surroundings: Surroundings = {}) {
  const scene = await Scene.begin({ env: { EVERGRANT_SANDBOX: 'on', ...env }, surroundings })
  const admin = await scene.admin()
  const [connection] = (await admin.get('/v1/connections')).json.connections
  const account: string = (await admin.post('/v1/accounts', { connection: connection.id })).json.id
  const callback = await person.approve(await consentUrl(account, admin), { username: 'bob' })
  assert.equal((await admin.visit(callback)).status, 200)
  const key: string = (await admin.post('/v1/api-keys', { name: 'a program', password: PASSWORD })).json.key
  return { scene, admin, connection, account, key }
}

async function signedIn({ url }: RunningServer): Promise<Browser> {
  const browser = new Browser(url)
  assert.equal((await browser.post('/v1/session', { name: 'Ada', password: PASSWORD })).status, 200)
  return browser
}

/** Another process on the same data, as far as the data can tell. */
function second(
  scene: Scene,
  said: string[] = [],
  more: Readonly<Record<string, string>> = {},
): Promise<RunningServer> {
  const env = {
    EVERGRANT_PORT: '0',
    EVERGRANT_DATA_DIR: join(scene.dir, 'data'),
    EVERGRANT_LOG_LEVEL: 'silent',
    ...more,
  }
  const cost = { N: 2 ** 10, r: 8, p: 1 }
  return main(env, { signals: false, say: (line) => said.push(line), passwordCost: cost })
}

async function issuerAt(url: string): Promise<string> {
  const response = await fetch(`${url}/sandbox/.well-known/openid-configuration`)
  return ((await response.json()) as { issuer: string }).issuer
}

test('at another port the sandbox is the same provider: its accounts stay connected and are renewed there', async () => {
  const { scene, account, connection, key } = await practice()
  await using _ = scene
  const before = scene.server.url
  for (const round of [1, 2]) {
    await scene.stop()
    await scene.start('0')
    const { url } = scene.server
    assert.notEqual(url, before)
    assert.equal(await issuerAt(url), `${url}/sandbox`, 'RFC 8414 §3.3')
    const admin = await signedIn(scene.server)
    assert.equal((await admin.get(`/v1/connections/${connection.id}`)).json.issuer, `${url}/sandbox`)
    const shown = (await admin.get(`/v1/accounts/${account}`)).json
    assert.equal(shown.state, 'ok')
    assert.deepEqual(shown.subject, { iss: `${url}/sandbox`, sub: 'bob', username: 'bob' })
    scene.clock.advance(3600)
    const given = await programWith(key, scene)(account)
    assert.equal(given.status, 200, given.json.detail)
    const refreshes = async () => (await admin.get(`/v1/accounts/${account}`)).json.refreshes
    // Counted a moment after the program has its token.
    while ((await refreshes()) < round) await new Promise(setImmediate)
    assert.equal(await refreshes(), round)
    assert.equal((await admin.get('/v1/connections')).json.connections.length, 1)
    assert.equal((await admin.post(`/v1/accounts/${account}/test`)).json.ok, true)
  }
})

test('an administrator who led the connection elsewhere finds it there after a start at another port', async () => {
  const { scene, admin, connection } = await practice()
  await using _ = scene
  const change = { issuer: 'http://127.0.0.1:9/mine', client_secret: 'another-secret-of-mine', password: PASSWORD }
  assert.equal((await admin.patch(`/v1/connections/${connection.id}`, change)).status, 200)
  await scene.stop()
  await scene.start('0')
  const { json } = await (await signedIn(scene.server)).get(`/v1/connections/${connection.id}`)
  assert.equal(json.issuer, change.issuer)
})

test('a second process leaves the sandbox to the first, uses it there, and takes over when the first is gone', async () => {
  const { scene, admin, connection, account, key } = await practice({}, { clock: undefined })
  await using _ = scene
  const said: string[] = []
  await using other = await second(scene, said)
  const first = scene.server.url
  assert.ok(said.some((line) => line.includes(`serves the sandbox, at ${first}/sandbox`)))
  const refused = await fetch(`${other.url}/sandbox/.well-known/openid-configuration`)
  assert.equal(refused.status, 404)
  const { code, detail, advice } = await refused.json()
  assert.equal(code, 'SANDBOX_ELSEWHERE')
  assert.ok(detail.endsWith(`serves the practice provider, at ${first}/sandbox.`), detail)
  assert.match(advice, /begin again/)
  assert.equal((await admin.get(`/v1/connections/${connection.id}`)).json.issuer, `${first}/sandbox`)
  let held = ''
  /** A token from one of the servers, newer than the one before. */
  const ask = async (url: string) => {
    const response = await fetch(`${url}/v1/accounts/${account}/token`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ rejected: held }),
    })
    const { access_token, detail } = (await response.json()) as { access_token: string; detail: string }
    assert.equal(response.status, 200, detail)
    assert.notEqual(access_token, held)
    held = access_token
  }
  for (const url of [other.url, first, other.url]) await ask(url)

  await scene.stop()
  assert.equal((await fetch(`${other.url}/sandbox/jwks`)).status, 200, 'whoever asks there finds it')
  await ask(other.url)
  assert.equal(await issuerAt(other.url), `${other.url}/sandbox`)
  const browser = await signedIn(other)
  assert.equal((await browser.get(`/v1/accounts/${account}`)).json.state, 'ok')
})

test('behind one address for two processes nobody is sent to the address where they are, but told which process it is', async () => {
  const { scene } = await practice({}, { clock: undefined })
  await using _ = scene
  const { url, listening } = scene.server
  await using other = await second(scene, [], { EVERGRANT_PUBLIC_URL: url })
  const ask = async (language: string) => {
    const headers = { host: new URL(url).host, 'accept-language': language }
    const refused = await fetch(`${other.listening}/sandbox/authorize`, { headers })
    assert.equal(refused.status, 404)
    return (await refused.json()) as { readonly code: string; readonly detail: string; readonly advice: string }
  }
  const { code, detail, advice } = await ask('en')
  assert.equal(code, 'SANDBOX_ELSEWHERE')
  assert.ok(detail.includes(`listens at ${listening} `), detail)
  assert.ok(!detail.includes(`${url}/sandbox`), detail)
  assert.match(advice, /below \/sandbox/)
  assert.match(
    (await ask('de')).detail,
    /^Den Übungsanbieter stellt der Prozess bereit, der unter http\S+ lauscht\. Diese Anfrage/,
  )
})

test('a process that lost the sandbox to another writes nothing over what that one keeps', async () => {
  const { scene, admin, account } = await practice()
  await using _ = scene
  const db = openSqlite(join(scene.dir, 'data', 'evergrant.db'))
  const claim = JSON.parse((await readMeta(db, 'sandbox_server')) ?? '')
  const thief = createServer((_request, response) => response.setHeader('evergrant-sandbox', 'another').end())
  await new Promise<void>((listening) => thief.listen(0, '127.0.0.1', listening))
  const listening = `http://127.0.0.1:${(thief.address() as AddressInfo).port}`
  await writeMeta(db, 'sandbox_server', JSON.stringify({ ...claim, by: 'another', listening }))
  const before = await readMeta(db, 'sandbox_state')
  const refused = await admin.post(`/v1/accounts/${account}/refresh`)
  assert.equal(refused.json.class, 'transient', refused.text)
  assert.equal(await readMeta(db, 'sandbox_state'), before)
  assert.equal((await fetch(`${scene.server.url}/sandbox/jwks`)).status, 404, 'it does not serve it any more')

  thief.closeAllConnections()
  await new Promise((closed) => thief.close(closed))
  assert.equal((await fetch(`${scene.server.url}/sandbox/jwks`)).status, 200, 'it serves it again, with what is kept')
  await db.destroy()
})

test('of servers that start at the same moment on a new folder, one serves the sandbox, with one connection', async () => {
  await using scene = await Scene.begin()
  const env = { EVERGRANT_PORT: '0', EVERGRANT_DATA_DIR: join(scene.dir, 'fresh'), EVERGRANT_LOG_LEVEL: 'silent' }
  const servers = await Promise.all([1, 2, 3].map(() => main(env, { signals: false, say: () => {} })))
  try {
    const answers = servers.map(({ url }) => fetch(`${url}/sandbox/jwks`).then(({ status }) => status))
    assert.deepEqual((await Promise.all(answers)).sort(), [200, 404, 404])
    const db = openSqlite(join(scene.dir, 'fresh', 'evergrant.db'))
    assert.equal((await db.selectFrom('connections').select('issuer').execute()).length, 1)
    await db.destroy()
  } finally {
    await Promise.all(servers.map((server) => server.close()))
  }
})

test('tokens of the sandbox live for a minute unless told otherwise, and are renewed without anybody', async () => {
  for (const [env, lifetime] of [
    [{}, 60],
    [{ EVERGRANT_SANDBOX_TOKEN_LIFETIME: '600' }, 600],
  ] as const) {
    const { scene, account, key } = await practice(env)
    await using _ = scene
    const program = programWith(key, scene)
    const first = (await program(account)).json
    assert.equal(first.expires_in, lifetime)
    scene.clock.advance(lifetime + 1)
    const next = await program(account)
    assert.equal(next.status, 200)
    assert.notEqual(next.json.access_token, first.access_token)
  }
})

test('renewals that follow one another closely are one line of the history', async () => {
  const { scene, admin, account } = await practice()
  await using _ = scene
  const renew = async () => assert.equal((await admin.post(`/v1/accounts/${account}/refresh`)).status, 200)
  const lines = async (count: number) => {
    for (;;) {
      const { history } = (await admin.get(`/v1/accounts/${account}/history`)).json
      const renewed = history.filter(({ type }: { type: string }) => type === 'refreshed')
      if (renewed.reduce((sum: number, { times = 1 }) => sum + times, 0) === count) return renewed
    }
  }
  // Later than the consent, whose line is of this very moment.
  scene.clock.advance(1)
  const began = scene.clock.now()
  await renew()
  assert.equal((await lines(1))[0].times, undefined)
  for (let count = 2; count <= 5; count++) {
    scene.clock.advance(12)
    await renew()
    await lines(count)
  }
  const [line, ...others] = await lines(5)
  assert.deepEqual([line.times, line.since, line.at, others.length], [5, began, began + 48, 0])
  scene.clock.advance(3600)
  await renew()
  assert.equal((await lines(6)).length, 2)
})

test('nobody signs in by the built-in practice provider, whichever way a connection leads there', async () => {
  const { scene, admin, connection } = await practice()
  await using _ = scene
  const { url } = scene.server
  const sign_in = { provision: true, domains: ['example.test'], connect: false, trust_email: true }
  const settings = {
    name: 'Door',
    client_id: 'evergrant',
    client_secret: 'a secret of some length',
    sign_in,
    password: PASSWORD,
  }
  const other = new URL('/sandbox', url)
  other.hostname = 'localhost'
  const endpoints = { authorization_endpoint: `${url}/sandbox/authorize`, token_endpoint: `${url}/sandbox/token` }
  for (const [language, words] of [
    ['en', /lets anybody be anybody/],
    ['de', /Übungsanbieter kann sich jede Person/],
  ] as const) {
    const flagged = await admin.call('PATCH', `/v1/connections/${connection.id}`, {
      body: { sign_in, password: PASSWORD },
      headers: { 'accept-language': language },
    })
    assert.deepEqual([flagged.status, flagged.json.code, flagged.json.field], [400, 'SETTING_INVALID', 'sign_in'])
    assert.match(flagged.json.detail, words)
  }
  for (const where of [
    { issuer: `${url}/sandbox` },
    { issuer: other.href },
    { issuer: `${url}/sandbox`, ...endpoints },
  ]) {
    const made = await admin.post('/v1/connections', { ...settings, provider: 'sandbox', ...where })
    assert.deepEqual([made.status, made.json.field], [400, 'sign_in'], JSON.stringify(where))
  }

  // As a version before this one stored it.
  const db = await scene.tables()
  const flag = { sign_in: JSON.stringify(sign_in) }
  await db.updateTable('connections').set(flag).where('id', '=', connection.id).execute()
  await db.destroy()
  const browser = scene.browser()
  assert.deepEqual((await browser.get('/v1/session')).json.sign_in_with, [])
  const begun = await browser.post('/v1/session/openid', { connection: connection.id })
  assert.deepEqual([begun.status, begun.json.code], [403, 'SIGN_IN_PRACTICE'])
  // It can be taken back, and a provider beside the server is another one.
  assert.equal((await admin.patch(`/v1/connections/${connection.id}`, { sign_in: null })).status, 200)
})

test('a sign-in that was begun before is not finished with the word of the practice provider', async () => {
  const { scene, admin, connection } = await practice()
  await using _ = scene
  await admin.post('/v1/users', { name: 'Bob', email: 'bob@example.test', role: 'admin', password: PASSWORD })
  const sign_in = JSON.stringify({ provision: false, domains: [], connect: false, trust_email: false })
  const db = await scene.tables()
  await db.updateTable('connections').set({ sign_in }).where('id', '=', connection.id).execute()
  // While nothing is known of a practice provider, it begins.
  const row = await readMeta(db, 'sandbox_server')
  assert.ok(row !== undefined)
  await db.deleteFrom('meta').where('name', '=', 'sandbox_server').execute()
  const browser = scene.browser()
  const begun = await browser.post('/v1/session/openid', { connection: connection.id })
  assert.equal(begun.status, 200, begun.text)
  const callback = await person.approve(begun.json.url, { username: 'bob' })
  await writeMeta(db, 'sandbox_server', row)
  await db.destroy()
  const end = await browser.visit(callback)
  assert.match(end.headers.get('location') ?? '', /problem=SIGN_IN_PRACTICE/)
  assert.equal((await browser.get('/v1/session')).json.signed_in, false)
})

test('an administrator who removed the practice connection makes it again, and it works at once', async () => {
  const { scene, admin, connection } = await practice()
  await using _ = scene
  const ask = async () => (await admin.get('/v1/connections/sandbox')).json
  assert.deepEqual(await ask(), { on: true, connection: connection.id })
  assert.equal((await admin.delete(`/v1/connections/${connection.id}?accounts=delete`)).status, 204)
  assert.deepEqual(await ask(), { on: true })
  await scene.stop()
  await scene.start()
  const again = await signedIn(scene.server)
  assert.deepEqual((await again.get('/v1/connections')).json.connections, [], 'not by itself')

  const made = await again.post('/v1/connections/sandbox')
  assert.deepEqual([made.status, made.json.name], [201, 'Sandbox'])
  const account: string = (await again.post('/v1/accounts', { connection: made.json.id })).json.id
  const page = await again.visit(await person.approve(await consentUrl(account, again), { username: 'bob' }))
  assert.equal(page.status, 200)
  assert.equal((await again.get(`/v1/accounts/${account}`)).json.state, 'ok')
  assert.equal((await again.post('/v1/connections/sandbox')).json.id, made.json.id, 'there is one')
  const [entry] = (await again.get('/v1/audit')).json.entries.filter(
    ({ action }: { action: string }) => action === 'connection.create',
  )
  assert.equal(entry.subject, made.json.id)
})

test('members do not make the practice connection, and where the practice provider is off nobody does', async () => {
  const { scene, admin } = await practice()
  await using _ = scene
  const ben = await scene.invited(admin, { name: 'Ben' })
  assert.equal((await ben.post('/v1/connections/sandbox')).status, 403)
  await using without = await Scene.begin()
  const ada = await without.admin()
  assert.deepEqual((await ada.get('/v1/connections/sandbox')).json, { on: false })
  assert.equal((await ada.post('/v1/connections/sandbox')).status, 404)
})

test('a wrong client id of the practice connection stays wrong over a restart, and the right one right', async () => {
  const { scene, admin, connection, account, key } = await practice()
  await using _ = scene
  await admin.patch(`/v1/connections/${connection.id}`, { client_id: 'wrong' })
  await scene.stop()
  await scene.start()
  const again = await signedIn(scene.server)
  assert.equal((await again.post(`/v1/connections/${connection.id}/check`)).json.ok, false)
  await again.patch(`/v1/connections/${connection.id}`, { client_id: 'evergrant' })
  const page = await again.visit(await person.approve(await consentUrl(account, again), { username: 'bob' }))
  assert.equal(page.status, 200, page.text)
  scene.clock.advance(4000)
  assert.equal((await programWith(key, scene)(account)).status, 200)
})
