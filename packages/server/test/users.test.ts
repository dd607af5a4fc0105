import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Browser } from './support/browser.ts'
import { accountAt, connect, connectionTo, consentUrl, PASSWORD, Scene, SECRET, sandboxOf } from './support/scene.ts'

/** Ada administers; Ben and Cleo are members, each with an account of their own. */
async function people() {
  const scene = await Scene.begin()
  const sandbox = await sandboxOf(scene)
  const ada = await scene.admin()
  const connection = await connectionTo(sandbox, ada)
  const ben = await scene.invited(ada, { name: 'Ben' })
  const cleo = await scene.invited(ada, { name: 'Cleo' })
  const bens = await accountAt(connection, ben)
  const cleos = await accountAt(connection, cleo)
  const close = async (): Promise<void> => {
    await sandbox.close()
    await scene[Symbol.asyncDispose]()
  }
  return { scene, sandbox, ada, ben, cleo, connection, bens, cleos, [Symbol.asyncDispose]: close }
}

const idOf = async (admin: Browser, name: string): Promise<string> =>
  (await admin.get('/v1/users')).json.users.find((user: { name: string }) => user.name === name).id

const idsFor = async (browser: Browser): Promise<string[]> =>
  (await browser.get('/v1/accounts')).json.accounts.map(({ id }: { id: string }) => id).sort()

test('[#139] a member sees and uses their own accounts, and an administrator all', async () => {
  await using world = await people()
  const { ada, ben, cleo, bens, cleos } = world
  assert.deepEqual(await idsFor(ben), [bens])
  assert.deepEqual(await idsFor(cleo), [cleos])
  assert.deepEqual(await idsFor(ada), [bens, cleos].sort())
  assert.equal((await ben.get(`/v1/accounts/${bens}`)).json.owner.name, 'Ben')
  for (const [method, path] of [
    ['GET', ''],
    ['PATCH', ''],
    ['DELETE', ''],
    ['GET', '/history'],
    ['POST', '/authorize'],
    ['POST', '/refresh'],
    ['POST', '/test'],
    ['POST', '/revoke'],
  ] as const) {
    const answer = await ben.call(method, `/v1/accounts/${cleos}${path}`, method === 'PATCH' ? { body: {} } : {})
    assert.deepEqual([answer.status, answer.json.code], [404, 'NOT_FOUND'], `${method} ${path}`)
  }
  assert.equal((await ben.get('/v1/accounts/nothing')).json.detail, 'There is no such account.')
  assert.equal((await ada.patch(`/v1/accounts/${cleos}`, { paused: true })).status, 200)
})

test('[#139] only the owner connects an account; what is nobody’s an administrator connects', async () => {
  await using world = await people()
  const { ada, ben, bens, sandbox } = world
  const refused = await ada.post(`/v1/accounts/${bens}/authorize`)
  assert.deepEqual([refused.status, refused.json.code, refused.json.who], [403, 'OWNER_ONLY', 'person'])
  const { page } = await connect(bens, sandbox, ben, 'bob@example.test')
  assert.equal(page.status, 200)
  assert.equal((await ben.get(`/v1/accounts/${bens}`)).json.state, 'ok')
  // Ben leaves; his account stays and works.
  assert.equal((await ada.delete(`/v1/users/${await idOf(ada, 'Ben')}`)).status, 204)
  const left = (await ada.get(`/v1/accounts/${bens}`)).json
  assert.deepEqual([left.owner, left.state], [undefined, 'ok'])
  assert.ok(await consentUrl(bens, ada))
})

test('[#139] a member changes no connections, users or audit log, and looks at no tokens', async () => {
  await using world = await people()
  const { ben, bens, connection } = world
  assert.equal((await ben.get('/v1/connections')).status, 200)
  for (const [method, path] of [
    ['POST', '/v1/connections'],
    ['PATCH', `/v1/connections/${connection}`],
    ['DELETE', `/v1/connections/${connection}`],
    ['POST', `/v1/connections/${connection}/check`],
    ['GET', '/v1/users'],
    ['POST', '/v1/users'],
    ['PATCH', '/v1/users/x'],
    ['DELETE', '/v1/users/x'],
    ['POST', '/v1/users/x/invite'],
    ['GET', '/v1/audit'],
    ['POST', `/v1/accounts/${bens}/reveal`],
  ] as const) {
    const { status, json } = await ben.call(method, path, method === 'GET' ? {} : { body: { name: 'x' } })
    assert.deepEqual([status, json.code], [403, 'FORBIDDEN'], `${method} ${path}`)
  }
})

test('[#139] members learn nothing of a connection’s secret, of who signs in with it and of how many accounts others have', async () => {
  await using world = await people()
  const { ada, ben, connection } = world
  const rules = { provision: true, domains: ['example.test'], connect: false, trust_email: false }
  const changed = await ada.patch(`/v1/connections/${connection}`, {
    secret_expires_at: 4_000_000_000,
    sign_in: rules,
    password: PASSWORD,
  })
  assert.equal(changed.status, 200, changed.text)
  const hidden = [
    'secret_hint',
    'secret_set_at',
    'secret_expires_at',
    'former_secret',
    'accounts',
    'sign_in',
    'last_error',
  ]
  const told = (view: object): string[] => hidden.filter((field) => Object.hasOwn(view, field))
  const stop = new AbortController()
  const events = ben.events(stop.signal)
  assert.equal((await events.next()).value?.name, 'hello')
  await ada.patch(`/v1/connections/${connection}`, { name: 'Renamed' })
  const event = (await events.next()).value
  stop.abort()
  assert.deepEqual([event?.name, event?.data.name], ['connection', 'Renamed'])
  const [listed] = (await ben.get('/v1/connections')).json.connections
  const shown = (await ben.get(`/v1/connections/${connection}`)).json
  for (const view of [event?.data, listed, shown]) {
    assert.deepEqual(told(view), [])
    assert.deepEqual([view.id, view.scope, view.has_secret], [connection, 'mail.read', true])
  }
  const full = (await ada.get(`/v1/connections/${connection}`)).json
  assert.deepEqual(told(full), ['secret_hint', 'secret_set_at', 'secret_expires_at', 'accounts', 'sign_in'])
  assert.equal(full.accounts.total, 2)
})

test('[#139] a member makes keys for accounts of their own, and sees no other keys', async () => {
  await using world = await people()
  const { ada, ben, cleo, bens, cleos } = world
  for (const accounts of [undefined, null])
    assert.equal((await ben.post('/v1/api-keys', { name: 'x', accounts, password: PASSWORD })).json.code, 'FORBIDDEN')
  assert.equal(
    (await ben.post('/v1/api-keys', { name: 'x', accounts: [bens, cleos], password: PASSWORD })).json.field,
    'accounts',
  )
  const made = await ben.post('/v1/api-keys', { name: 'mine', accounts: [bens], password: PASSWORD })
  assert.equal(made.status, 201)
  await ada.post('/v1/api-keys', { name: 'all', reason: 'backup', password: PASSWORD })
  const names = async (browser: Browser) =>
    (await browser.get('/v1/api-keys')).json.api_keys.map(({ name }: { name: string }) => name).sort()
  assert.deepEqual([await names(ben), await names(cleo), await names(ada)], [['mine'], [], ['all', 'mine']])
  assert.equal((await cleo.delete(`/v1/api-keys/${made.json.api_key.id}`)).status, 404)
  // The keys go with their maker, at once.
  const program = () =>
    fetch(`${world.scene.server.url}/v1/accounts/${bens}`, { headers: { authorization: `Bearer ${made.json.key}` } })
  assert.equal((await program()).status, 200)
  await ada.delete(`/v1/users/${await idOf(ada, 'Ben')}`)
  assert.equal((await program()).status, 401)
})

test('a key with scopes gets tokens with those and no others', async () => {
  await using world = await people()
  const { scene, sandbox, ada, ben } = world
  const connection = await connectionTo(sandbox, ada, { scope: 'mail.read mail.send', name: 'Two' })
  const account = await accountAt(connection, ben)
  await connect(account, sandbox, ben, 'bob@example.test')
  const ask = async (scopes: string[] | undefined, body: object = {}) => {
    const { json } = await ben.post('/v1/api-keys', { name: 'x', accounts: [account], scopes, password: PASSWORD })
    const response = await fetch(`${scene.server.url}/v1/accounts/${account}/token`, {
      method: 'POST',
      headers: { authorization: `Bearer ${json.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return (await response.json()) as Record<string, unknown>
  }
  assert.match(String((await ask(undefined))['scope']), /mail\.read mail\.send/)
  assert.equal((await ask(['mail.read']))['scope'], 'mail.read')
  assert.equal((await ask(['mail.read'], { scope: 'mail.read' }))['scope'], 'mail.read')
  const beyond = await ask(['mail.read'], { scope: 'mail.read mail.send' })
  assert.deepEqual(
    [beyond['code'], beyond['detail']],
    ['API_KEY_SCOPE', 'This API key is not for the scope mail.send.'],
  )
})

test('members hear of their own accounts as they change, and of no others', async () => {
  await using world = await people()
  const { ada, ben, bens, cleos } = world
  const stop = new AbortController()
  const heard: string[] = []
  const events = ben.events(stop.signal)
  assert.equal((await events.next()).value?.name, 'hello')
  await ada.patch(`/v1/accounts/${cleos}`, { name: 'Cleo’s' })
  await ada.patch(`/v1/accounts/${bens}`, { name: 'Ben’s' })
  for await (const { name, data } of events) {
    heard.push(`${name} ${data.name}`)
    if (data.name === 'Ben’s') break
  }
  stop.abort()
  assert.deepEqual(heard, ['account Ben’s'])
})

test('an invitation works once and for a week, and a new one ends those before', async () => {
  await using scene = await Scene.begin()
  const ada = await scene.admin()
  const tokenOf = (link: string): string => link.split('#token=')[1] ?? ''
  const accept = (token: string) => scene.browser().post('/v1/invitations/accept', { token, password: PASSWORD })
  const { json: first } = await ada.post('/v1/users', { name: 'Ben', email: ' Ben@Example.Test ' })
  assert.deepEqual([first.user.email, first.user.role, first.user.invited], ['ben@example.test', 'member', true])
  const signIn = await scene.browser().post('/v1/session', { name: 'Ben', password: ' ' })
  assert.equal(signIn.status, 401, 'without a password nobody signs in')
  const { json: second } = await ada.post(`/v1/users/${first.user.id}/invite`, { password: PASSWORD })
  assert.equal((await accept(tokenOf(first.link))).json.code, 'INVITATION_INVALID')
  const [one, other] = await Promise.all([accept(tokenOf(second.link)), accept(tokenOf(second.link))])
  assert.deepEqual([one.status, other.status].sort(), [200, 403])
  assert.equal((await ada.get('/v1/users')).json.users[1].invited, undefined)
  const { json: late } = await ada.post(`/v1/users/${first.user.id}/invite`, { password: PASSWORD })
  scene.clock.advance(7 * 86_400 + 1)
  assert.equal((await accept(tokenOf(late.link))).status, 403)
})

test('names and addresses are one user’s', async () => {
  await using scene = await Scene.begin()
  const ada = await scene.admin()
  await ada.post('/v1/users', { name: 'Ben', email: 'ben@example.test' })
  assert.equal((await ada.post('/v1/users', { name: ' Ben ' })).json.field, 'name')
  assert.equal((await ada.post('/v1/users', { name: 'B', email: 'BEN@example.test' })).json.field, 'email')
  assert.equal((await ada.post('/v1/users', { name: 'B', email: 'nothing' })).status, 400)
  const ben = await idOf(ada, 'Ben')
  assert.equal((await ada.patch(`/v1/users/${ben}`, { name: 'Ada' })).json.field, 'name')
  assert.equal((await ada.patch(`/v1/users/${ben}`, { email: '', password: PASSWORD })).json.email, undefined)
})

test('one administrator always stays, also when two remove each other at once', async () => {
  await using scene = await Scene.begin()
  const ada = await scene.admin()
  const adas = await idOf(ada, 'Ada')
  assert.equal((await ada.patch(`/v1/users/${adas}`, { role: 'member' })).json.code, 'LAST_ADMINISTRATOR')
  assert.equal((await ada.delete(`/v1/users/${adas}`)).json.code, 'LAST_ADMINISTRATOR')
  const eve = await scene.invited(ada, { name: 'Eve', role: 'admin' })
  const eves = await idOf(ada, 'Eve')
  await Promise.all([
    ada.patch(`/v1/users/${eves}`, { role: 'member' }),
    eve.patch(`/v1/users/${adas}`, { role: 'member' }),
  ])
  const sees = await Promise.all([ada, eve].map(async (one) => (await one.get('/v1/users')).status))
  assert.deepEqual(sees.sort(), [200, 403])
})

test('a changed password ends the user’s other sessions, and needs the old one', async () => {
  await using scene = await Scene.begin()
  const ada = await scene.admin()
  const elsewhere = scene.browser()
  await elsewhere.post('/v1/session', { name: 'Ada', password: PASSWORD })
  const change = (password: string) =>
    ada.call('PUT', '/v1/session/password', { body: { password, new_password: 'another long password' } })
  assert.deepEqual(
    [(await change('wrong')).json.code, (await elsewhere.get('/v1/accounts')).status],
    ['PASSWORD_WRONG', 200],
  )
  assert.equal((await change(PASSWORD)).status, 204)
  assert.deepEqual([(await ada.get('/v1/accounts')).status, (await elsewhere.get('/v1/accounts')).status], [200, 401])
  assert.equal((await elsewhere.post('/v1/session', { name: 'Ada', password: PASSWORD })).status, 401)
})

test('an administrator sees a token only with password and reason, and its owner sees that', async () => {
  await using world = await people()
  const { ada, ben, bens, sandbox } = world
  await connect(bens, sandbox, ben, 'bob@example.test')
  const reveal = (body: object) => ada.post(`/v1/accounts/${bens}/reveal`, body)
  assert.equal((await reveal({ reason: ' ', password: PASSWORD })).status, 400)
  assert.equal((await reveal({ reason: 'support case 7', password: 'wrong' })).json.code, 'PASSWORD_WRONG')
  const { json } = await reveal({ reason: 'support case 7', password: PASSWORD })
  assert.ok(json.access_token)
  assert.equal(json.refresh_token, undefined)
  const { history } = (await ben.get(`/v1/accounts/${bens}/history`)).json
  assert.deepEqual(
    history.filter(({ type }: { type: string }) => type === 'revealed').map(({ detail }: { detail: string }) => detail),
    ['Ada: support case 7'],
  )
  const { entries } = (await ada.get('/v1/audit')).json
  assert.deepEqual(
    [entries[0].action, entries[0].actor.name, entries[0].subject, entries[0].detail],
    ['account.reveal', 'Ada', bens, { reason: 'support case 7' }],
  )
})

test('the audit log tells who did what, and holds no secret', async () => {
  await using world = await people()
  const { scene, ada, ben, bens, sandbox, connection } = world
  await connect(bens, sandbox, ben, 'bob@example.test')
  await ada.patch(`/v1/connections/${connection}`, { client_secret: SECRET, name: 'Other' })
  await scene.browser().post('/v1/session', { name: 'Ada', password: 'my secret, in the wrong box' })
  const { json } = await ada.post('/v1/api-keys', { name: 'all', reason: 'backup', password: PASSWORD })
  const { entries } = (await ada.get('/v1/audit')).json
  const said = entries.map(
    ({ actor, action }: { actor: { name?: string }; action: string }) => `${actor.name} ${action}`,
  )
  assert.deepEqual(said, [
    'Ada api_key.create',
    'undefined session.refused',
    'Ada connection.update',
    'Ben account.connect',
    'Ben account.authorize',
    'Cleo account.create',
    'Ben account.create',
    'Cleo invitation.accept',
    'Ada user.invite',
    'Ben invitation.accept',
    'Ada user.invite',
    'Ada connection.create',
    'Ada setup',
  ])
  assert.deepEqual(entries[2].detail, { fields: ['client_secret', 'name'] })
  assert.equal(entries[3].detail.username, 'bob')
  assert.ok(entries.every(({ source }: { source: string }) => source === '127.0.0.1'))
  const text = JSON.stringify(entries)
  for (const secret of [SECRET, PASSWORD, json.key, 'my secret']) assert.ok(!text.includes(secret), secret)
})

test('the audit log keeps ids and tells names as they were then, and its newest entry goes to the server’s log', async () => {
  await using world = await people()
  const { scene, ada } = world
  const ben = await idOf(ada, 'Ben')
  await ada.patch(`/v1/users/${ben}`, { name: 'Benjamin' })
  const { entries } = (await ada.get('/v1/audit')).json
  const [newest] = entries
  assert.deepEqual([newest.subject, newest.detail], [ben, { name: 'Benjamin', called: 'Ben' }])
  const accepted = entries.find(
    ({ action, actor }: { action: string; actor: { id: string } }) =>
      action === 'invitation.accept' && actor.id === ben,
  )
  assert.equal(accepted.actor.name, 'Ben')
  const heads = scene.log.map((line) => JSON.parse(line).audit).filter((head) => head !== undefined)
  assert.equal(heads.at(-1), `${newest.seq}:${newest.link}`)
  assert.equal(heads.length, entries.length)
})

test('the audit log is read page by page to its beginning', async () => {
  await using scene = await Scene.begin()
  const ada = await scene.admin()
  for (let n = 0; n < 205; n++) await ada.post('/v1/users', { name: `person ${n}` })
  const seen: number[] = []
  let before = ''
  do {
    const { json } = await ada.get(`/v1/audit${before}`)
    seen.push(...json.entries.map(({ seq }: { seq: number }) => seq))
    before = json.before === undefined ? '' : `?before=${json.before}`
  } while (before !== '')
  assert.deepEqual(
    seen,
    Array.from({ length: 206 }, (_, at) => 206 - at),
  )
  assert.equal((await ada.get('/v1/audit?before=x')).status, 400)
})

test('entries that are written at the same time by two servers are one chain', async () => {
  await using scene = await Scene.begin()
  const ada = await scene.admin()
  await using second = await scene.another()
  const there = new Browser(second.url)
  await there.post('/v1/session', { name: 'Ada', password: PASSWORD })
  const make = (n: number) => [ada, there][n % 2]?.post('/v1/users', { name: `person ${n}` })
  const made = await Promise.all(Array.from({ length: 20 }, (_, n) => make(n)))
  assert.ok(made.every((one) => one?.status === 201))
  const { entries } = (await ada.get('/v1/audit')).json
  assert.deepEqual(
    entries.map(({ seq }: { seq: number }) => seq),
    Array.from({ length: 22 }, (_, at) => 22 - at),
  )
})

test('what cannot be written down is not answered as done', async () => {
  await using scene = await Scene.begin()
  const ada = await scene.admin()
  const db = await scene.tables()
  await db.schema.dropTable('audit').execute()
  await db.destroy()
  const { status, json, text } = await ada.post('/v1/api-keys', { name: 'x', password: PASSWORD })
  assert.deepEqual([status, json.code], [500, 'INTERNAL'])
  assert.doesNotMatch(text, /egk_/)
})
