import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountAt, connect, connectionTo, PASSWORD, programWith, Scene, sandboxOf } from './support/scene.ts'

/** Ada asks Bob, who has no user here, for his mailbox. */
async function asked(body: object = {}) {
  const scene = await Scene.begin()
  const sandbox = await sandboxOf(scene)
  const ada = await scene.admin()
  const account = await accountAt(await connectionTo(sandbox, ada), ada, { login_hint: 'bob@example.test' })
  const { json } = await ada.post('/v1/api-keys', { name: 'a program', password: PASSWORD })
  const program = programWith(json.key, scene)
  const link = async (): Promise<string> => {
    const made = await ada.post(`/v1/accounts/${account}/connect-link`, body)
    assert.equal(made.status, 201, made.text)
    const [, token = ''] = /\/connect#token=([\w-]{43})$/.exec(made.json.link) ?? []
    return token
  }
  const close = async (): Promise<void> => {
    await sandbox.close()
    await scene[Symbol.asyncDispose]()
  }
  return { scene, sandbox, ada, account, program, link, [Symbol.asyncDispose]: close }
}

test('somebody without a user here sees who asks and for what, connects, and is confirmed', async () => {
  await using world = await asked({ note: ' For the archive. ' })
  const { scene, sandbox, ada, account, program } = world
  const token = await world.link()
  const bob = scene.browser()
  const { json: request } = await bob.post('/v1/connect/look', { token })
  assert.deepEqual(
    [request.asked_by, request.note, request.provider_name, request.login_hint, request.server],
    ['Ada', 'For the archive.', 'Sandbox', 'bob@example.test', scene.server.url],
  )
  assert.match(request.scope, /mail\.read/)
  assert.deepEqual(request.features, [{ id: 'mail', title: 'Read mail (practice)', scopes: ['mail.read'] }])
  const { json: begun } = await bob.post('/v1/connect/begin', { token })
  assert.equal(new URL(begun.url).searchParams.get('login_hint'), 'bob@example.test')
  const page = await bob.visit(await sandbox.approve(begun.url, { username: 'bob' }))
  assert.equal(page.status, 200)
  assert.match(page.text, /Waiting for confirmation/)
  assert.match(page.text, /Ada looks whether it was you/)
  assert.doesNotMatch(page.text, /class="button"/, 'no page here is for him')
  assert.equal((await bob.get('/v1/accounts')).status, 401, 'he is not signed in by it')

  const waiting = (await ada.get(`/v1/accounts/${account}`)).json
  assert.deepEqual(
    [waiting.state, waiting.reason, waiting.unconfirmed, waiting.subject.username],
    ['checking', 'unconfirmed', true, 'bob'],
  )
  const refused = await program(account)
  assert.deepEqual([refused.status, refused.json.code], [409, 'ACCOUNT_UNCONFIRMED'])
  const confirmed = await ada.post(`/v1/accounts/${account}/confirm`, { right: true })
  assert.deepEqual([confirmed.json.state, confirmed.json.unconfirmed], ['ok', undefined])
  assert.ok((await program(account)).json.access_token)
  assert.equal((await bob.post('/v1/connect/look', { token })).json.code, 'CONNECT_LINK_INVALID')
})

test('somebody else who consented is sent away, at the provider too', async () => {
  await using world = await asked()
  const { scene, sandbox, ada, account, program } = world
  const mallory = scene.browser()
  const { json } = await mallory.post('/v1/connect/begin', { token: await world.link() })
  await mallory.visit(await sandbox.approve(json.url, { username: 'mallory@example.test' }))
  const refused = await ada.post(`/v1/accounts/${account}/confirm`, { right: false })
  assert.deepEqual([refused.json.state, refused.json.reason], ['needs_consent', 'revoked_here'])
  assert.equal((await program(account)).status, 409)
  assert.ok(sandbox.families().every(({ alive }) => !alive))
  assert.equal(refused.json.subject, undefined, 'it is nobody’s again')

  const bob = scene.browser()
  const begun = await bob.post('/v1/connect/begin', { token: await world.link() })
  assert.equal(new URL(begun.json.url).searchParams.get('login_hint'), 'bob@example.test')
  const page = await bob.visit(await sandbox.approve(begun.json.url, { username: 'bob' }))
  assert.match(page.text, /Waiting for confirmation/, 'the right person may come')
  await ada.post(`/v1/accounts/${account}/confirm`, { right: true })
  assert.equal((await program(account)).status, 200)
})

test('whoever made the link is told who came in the place of whom they asked for, and so is who came', async () => {
  await using world = await asked()
  const { scene, sandbox, ada, account } = world
  const mallory = scene.browser()
  const { json } = await mallory.post('/v1/connect/begin', { token: await world.link() })
  const page = await mallory.visit(await sandbox.approve(json.url, { username: 'mallory@example.test' }))
  assert.match(page.text, /Ada had asked for bob@example\.test/)
  const waiting = (await ada.get(`/v1/accounts/${account}`)).json
  assert.deepEqual([waiting.unconfirmed, waiting.added_for], [true, 'bob@example.test'])
  const kept = (await ada.post(`/v1/accounts/${account}/confirm`, { right: true })).json
  assert.deepEqual([kept.state, kept.added_for, kept.login_hint], ['ok', undefined, 'mallory@example.test'])
})

test('of a person who is connected here already, whoever made the link says what becomes of both accounts', async () => {
  await using world = await asked()
  const { scene, sandbox, ada, account, program } = world
  const { connection } = (await ada.get(`/v1/accounts/${account}`)).json
  const first = await accountAt(connection.id, ada)
  await connect(first, sandbox, ada, 'bob')
  const key = (await ada.post('/v1/api-keys', { name: 'one', accounts: [first], password: PASSWORD })).json.key
  const same = async () => (await ada.get(`/v1/accounts/${account}/same-person`)).json
  assert.deepEqual(await same(), {})
  const bob = scene.browser()
  const { json } = await bob.post('/v1/connect/begin', { token: await world.link() })
  const page = await bob.visit(await sandbox.approve(json.url, { username: 'bob' }))
  assert.doesNotMatch(page.text, /<form|already/, 'who came by the link learns nothing of it')
  assert.deepEqual(await same(), { account: { id: first, name: 'bob' } })

  const renewed = (await ada.post(`/v1/accounts/${account}/confirm`, { right: true, replace: true })).json
  assert.deepEqual([renewed.id, renewed.state], [first, 'ok'])
  assert.equal((await ada.get(`/v1/accounts/${account}`)).status, 404)
  assert.equal((await program(account)).status, 404)
  scene.clock.advance(4000)
  assert.equal((await programWith(key, scene)(first)).status, 200, 'it keeps its API keys and renews itself')
  const [entry] = (await ada.get('/v1/audit')).json.entries
  assert.deepEqual([entry.action, entry.subject, entry.detail.replaced], ['account.confirm', first, account])
})

test('the right person of two accounts may be kept twice, and the wrong one ends without the other', async () => {
  await using world = await asked()
  const { scene, sandbox, ada, account, program } = world
  const { connection } = (await ada.get(`/v1/accounts/${account}`)).json
  const first = await accountAt(connection.id, ada)
  await connect(first, sandbox, ada, 'bob')
  const byLink = async () => {
    const bob = scene.browser()
    const { json } = await bob.post('/v1/connect/begin', { token: await world.link() })
    await bob.visit(await sandbox.approve(json.url, { username: 'bob' }))
  }
  await byLink()
  await ada.post(`/v1/accounts/${account}/confirm`, { right: false })
  assert.equal(sandbox.journal.count({ endpoint: 'revoke' }), 0, 'ending one would end both at many providers')
  assert.equal((await program(first)).status, 200)
  await byLink()
  const kept = (await ada.post(`/v1/accounts/${account}/confirm`, { right: true })).json
  assert.deepEqual([kept.id, kept.state], [account, 'ok'])
  assert.deepEqual([(await program(first)).status, (await program(account)).status], [200, 200])
})

test('the browser that opened a link is known for as long as the link may live', async () => {
  await using world = await asked({ lifetime: 2_592_000 })
  const looked = await world.scene.browser().post('/v1/connect/look', { token: await world.link() })
  const [, seconds] = /evergrant-browser=.*?Max-Age=(\d+)/i.exec(looked.headers.getSetCookie().join('\n')) ?? []
  assert.ok(Number(seconds) >= 2_592_000, `${seconds} s`)
})

test('a link belongs to the first browser that opens it', async () => {
  await using world = await asked()
  const { scene } = world
  const token = await world.link()
  const bob = scene.browser()
  const other = scene.browser()
  const looks = await Promise.all([bob, other].map((browser) => browser.post('/v1/connect/look', { token })))
  assert.deepEqual(looks.map(({ status }) => status).sort(), [200, 403])
  const [first, second] = looks[0]?.status === 200 ? [bob, other] : [other, bob]
  for (const path of ['/v1/connect/look', '/v1/connect/begin']) {
    assert.equal((await second.post(path, { token })).json.code, 'CONNECT_LINK_TAKEN')
    assert.equal((await first.post(path, { token })).status, 200)
  }
})

test('a consent that was declined changes nothing, and the link can be used again', async () => {
  await using world = await asked()
  const { scene, sandbox, ada, account } = world
  const token = await world.link()
  const bob = scene.browser()
  const begin = async (): Promise<string> => (await bob.post('/v1/connect/begin', { token })).json.url
  const denied = await bob.visit(await sandbox.deny(await begin()))
  assert.match(denied.text, /Your link still works/)
  assert.match(denied.text, new RegExp(`class="button" href="${scene.server.url}/connect"`))
  const after = (await ada.get(`/v1/accounts/${account}`)).json
  assert.deepEqual([after.state, after.unconfirmed], ['needs_consent', undefined])
  assert.equal((await bob.visit(await sandbox.approve(await begin(), { username: 'bob' }))).status, 200)
  assert.equal((await ada.get(`/v1/accounts/${account}`)).json.unconfirmed, true)
})

test('a new link ends the one before, and each ends by itself', async () => {
  await using world = await asked({ lifetime: 300 })
  const { scene } = world
  const [first, second] = [await world.link(), await world.link()]
  const code = async (token: string): Promise<string> =>
    (await scene.browser().post('/v1/connect/look', { token })).json.code
  assert.equal(await code(first), 'CONNECT_LINK_INVALID')
  scene.clock.advance(301)
  assert.equal(await code(second), 'CONNECT_LINK_INVALID')
  assert.equal(await code('made up'), 'CONNECT_LINK_INVALID')
})

test('only its owner makes links for an account and confirms who used them, and the audit log tells', async () => {
  await using world = await asked()
  const { scene, sandbox, ada, account } = world
  const ben = await scene.invited(ada, { name: 'Ben', role: 'admin' })
  for (const [path, body] of [
    ['connect-link', {}],
    ['confirm', { right: true }],
  ] as const) {
    const { status, json } = await ben.post(`/v1/accounts/${account}/${path}`, body)
    assert.deepEqual([status, json.code], [403, 'OWNER_ONLY'])
  }
  const bob = scene.browser()
  const { json } = await bob.post('/v1/connect/begin', { token: await world.link() })
  await bob.visit(await sandbox.approve(json.url, { username: 'bob' }))
  await ada.post(`/v1/accounts/${account}/confirm`, { right: true })
  const { entries } = (await ada.get('/v1/audit')).json
  assert.deepEqual(
    entries.slice(0, 4).map(({ actor, action }: { actor: { name?: string }; action: string }) => [actor.name, action]),
    [
      ['Ada', 'account.confirm'],
      [undefined, 'account.connect'],
      [undefined, 'account.authorize'],
      ['Ada', 'account.link'],
    ],
  )
})
