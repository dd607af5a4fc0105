import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { SMTPServer } from 'smtp-server'
import type { Browser } from './support/browser.ts'
import { accountAt, connect, connectionTo, PASSWORD, programWith, Scene, sandboxOf } from './support/scene.ts'

const REASON = 'the nightly backup'

/** Ada administers; Ben has a mailbox that works. */
async function people(env: Readonly<Record<string, string>> = {}) {
  const scene = await Scene.begin({ env })
  const sandbox = await sandboxOf(scene)
  const ada = await scene.admin()
  const connection = await connectionTo(sandbox, ada)
  const ben = await scene.invited(ada, { name: 'Ben' })
  const bens = await accountAt(connection, ben)
  await connect(bens, sandbox, ben, 'bob@example.test')
  const close = async (): Promise<void> => {
    await sandbox.close()
    await scene[Symbol.asyncDispose]()
  }
  return { scene, sandbox, ada, ben, bens, connection, [Symbol.asyncDispose]: close }
}

const noticesOf = async (browser: Browser) => (await browser.get('/v1/notices')).json.notices
const idOf = async (admin: Browser, name: string): Promise<string> =>
  (await admin.get('/v1/users')).json.users.find((user: { name: string }) => user.name === name).id

async function linesOf(browser: Browser, account: string, language = 'en'): Promise<string[]> {
  const { json } = await browser.get(`/v1/accounts/${account}/history`, { 'accept-language': language })
  return json.history
    .filter(({ type }: { type: string }) => type.startsWith('key_'))
    .map(({ type, detail }: { type: string; detail: string }) => `${type}: ${detail}`)
}

test('[#139] an administrator makes a key for a member’s account only with a reason and their password', async () => {
  await using world = await people()
  const { scene, ada, ben, bens } = world
  const make = (change: object) => ada.post('/v1/api-keys', { name: 'Backup', ...change })
  for (const accounts of [[bens], null]) {
    for (const change of [{}, { reason: REASON }, { password: PASSWORD }, { reason: '  ', password: PASSWORD }]) {
      const refused = await make({ accounts, ...change })
      assert.equal(refused.status, 400, JSON.stringify(change))
    }
    const bare = await make({ accounts })
    assert.deepEqual([bare.json.code, bare.json.who], ['REASON_REQUIRED', 'administrator'])
    assert.match(bare.json.detail, /accounts of other people/)
    const wrong = await make({ accounts, reason: REASON, password: 'not hers' })
    assert.deepEqual([wrong.status, wrong.json.code], [403, 'PASSWORD_WRONG'])
  }
  assert.deepEqual((await ada.get('/v1/api-keys')).json.api_keys, [], 'none was made on the way')
  assert.deepEqual(await noticesOf(ben), [])

  const made = await make({ accounts: [bens], reason: REASON, password: PASSWORD })
  assert.equal(made.status, 201, made.text)
  assert.equal((await programWith(made.json.key, scene)(bens)).status, 200)
  const [entry] = (await ada.get('/v1/audit')).json.entries
  assert.deepEqual(
    [entry.action, entry.actor.name, entry.detail.reason, entry.detail.owners],
    ['api_key.create', 'Ada', REASON, [{ id: await idOf(ada, 'Ben'), name: 'Ben' }]],
  )
  assert.ok(!JSON.stringify(entry).includes(PASSWORD))
})

test('[#139] nobody has to give a reason for accounts of their own, or of nobody', async () => {
  await using world = await people()
  const { ada, ben, bens, connection } = world
  const adas = await accountAt(connection, ada)
  assert.equal((await ada.post('/v1/api-keys', { name: 'mine', accounts: [adas], password: PASSWORD })).status, 201)
  assert.equal((await ben.post('/v1/api-keys', { name: 'mine', accounts: [bens], password: PASSWORD })).status, 201)
  assert.deepEqual(await noticesOf(ben), [])
  assert.deepEqual(await linesOf(ben, bens), [])
  await ada.delete(`/v1/accounts/${bens}?revoke=false`)
  assert.equal((await ada.post('/v1/api-keys', { name: 'all', password: PASSWORD })).status, 201)
})

test('[#139] removing its owner opens no account: a key for it still needs reason and password, and the log names whose it was', async () => {
  await using world = await people()
  const { scene, ada, ben, bens, connection } = world
  const second = await accountAt(connection, ben)
  const bensId = await idOf(ada, 'Ben')
  const former = { id: bensId, name: 'Ben' }
  assert.equal((await ada.delete(`/v1/users/${bensId}`)).status, 204)
  const [removal] = (await ada.get('/v1/audit')).json.entries
  assert.deepEqual([removal.action, removal.detail], ['user.remove', { name: 'Ben', accounts_left: 2 }])
  for (const id of [bens, second]) {
    const { owner, former_owner } = (await ada.get(`/v1/accounts/${id}`)).json
    assert.deepEqual([owner, former_owner], [undefined, former])
  }

  const make = (change: object) => ada.post('/v1/api-keys', { name: 'Backup', ...change })
  for (const accounts of [[bens], null]) {
    assert.equal((await make({ accounts })).json.code, 'REASON_REQUIRED')
    const wrong = await make({ accounts, reason: REASON, password: 'not hers' })
    assert.equal(wrong.json.code, 'PASSWORD_WRONG')
  }
  const made = await make({ accounts: [bens], reason: REASON, password: PASSWORD })
  assert.equal(made.status, 201, made.text)
  assert.equal((await programWith(made.json.key, scene)(bens)).status, 200)
  const [entry] = (await ada.get('/v1/audit')).json.entries
  assert.deepEqual([entry.detail.reason, entry.detail.owners], [REASON, [{ ...former, former: true }]])
  assert.deepEqual(await linesOf(ada, bens), [`key_made: Ada made the API key “Backup”. Reason: ${REASON}`])
  assert.deepEqual(await linesOf(ada, second), [])

  assert.equal((await ada.post(`/v1/accounts/${bens}/reveal`, { reason: REASON })).status, 400)
  assert.equal((await ada.post(`/v1/accounts/${bens}/reveal`, { reason: REASON, password: PASSWORD })).status, 200)
  const [look] = (await ada.get('/v1/audit')).json.entries
  assert.deepEqual([look.action, look.detail.owners], ['account.reveal', [{ ...former, former: true }]])
  const mail = await ada.get(`/v1/accounts/${bens}/mail/messages`)
  assert.deepEqual([mail.status, mail.json.code], [403, 'OWNER_ONLY'], 'nor is their mailbox open to anybody')
  // Their name is free again, and whoever gets it is somebody else.
  const other = await scene.invited(ada, { name: 'Ben' })
  assert.deepEqual((await other.get('/v1/accounts')).json.accounts, [])
})

test('[#139] whoever administers no more keeps no key for what is not theirs, and those whose accounts they were read of it', async () => {
  await using world = await people()
  const { scene, ada, ben, bens, connection } = world
  const eve = await scene.invited(ada, { name: 'Eve', role: 'admin' })
  const eves = await accountAt(connection, eve)
  const gone = await accountAt(connection, ben)
  const make = async (maker: Browser, name: string, accounts: readonly string[] | null) => {
    const { json } = await maker.post('/v1/api-keys', { name, accounts, reason: REASON, password: PASSWORD })
    return { id: json.api_key.id, name, key: json.key, beyond: json.api_key.beyond_own }
  }
  const all = await make(eve, 'all', null)
  const both = await make(eve, 'both', [eves, bens])
  await make(eve, 'past', [eves, gone])
  const own = await make(eve, 'own', [eves])
  const adas = await make(ada, 'hers', [bens])
  await ben.delete(`/v1/accounts/${gone}?revoke=false`)
  assert.deepEqual([all.beyond, both.beyond, own.beyond], [true, true, undefined])
  const keys = async (): Promise<Record<string, boolean | undefined>> => {
    const listed: { name: string; beyond_own?: boolean }[] = (await ada.get('/v1/api-keys')).json.api_keys
    return Object.fromEntries(listed.map(({ name, beyond_own }) => [name, beyond_own]))
  }
  assert.deepEqual(await keys(), { all: true, both: true, past: undefined, own: undefined, hers: true })
  // They are remembered from here on.
  for (const { key } of [all, both]) assert.equal((await programWith(key, scene)(bens)).status, 200)

  const evesId = await idOf(ada, 'Eve')
  assert.equal(
    (await ada.patch(`/v1/users/${evesId}`, { name: 'Eve S', email: 'eve@example.test', password: PASSWORD })).status,
    200,
  )
  assert.equal(Object.keys(await keys()).length, 5, 'a change of name ends none')
  assert.equal((await ada.patch(`/v1/users/${evesId}`, { role: 'member' })).status, 200)
  for (const { key } of [all, both]) assert.equal((await programWith(key, scene)(bens)).status, 401)
  assert.equal((await programWith(adas.key, scene)(bens)).status, 200)
  assert.deepEqual(await keys(), { past: undefined, own: undefined, hers: true })
  const [entry] = (await ada.get('/v1/audit')).json.entries
  const ended = [all, both].map(({ id, name }) => ({ id, name }))
  assert.deepEqual(entry.detail, { role: 'member', called: 'Eve S', keys_ended: ended, keys_ended_count: 2 })
  assert.deepEqual((await linesOf(ben, bens)).slice(0, 2), [
    'key_removed: Ada deleted the API key “both”.',
    'key_removed: Ada deleted the API key “all”.',
  ])
  assert.deepEqual(await linesOf(ada, eves), [
    'key_removed: Ada deleted the API key “both”.',
    'key_removed: Ada deleted the API key “all”.',
  ])
})

test('[#139] of a key that is made while its maker is made a member nothing is left', async () => {
  await using world = await people()
  const { scene, ada } = world
  const eve = await scene.invited(ada, { name: 'Eve', role: 'admin' })
  const evesId = await idOf(ada, 'Eve')
  const body = { name: 'all', reason: REASON, password: PASSWORD }
  for (let round = 0; round < 5; round++) {
    await Promise.all([eve.post('/v1/api-keys', body), ada.patch(`/v1/users/${evesId}`, { role: 'member' })])
    assert.deepEqual((await ada.get('/v1/api-keys')).json.api_keys, [])
    await ada.patch(`/v1/users/${evesId}`, { role: 'admin', password: PASSWORD })
  }
})

test('[#139] owners read that a key ended with its maker', async () => {
  await using world = await people()
  const { scene, ada, ben, bens } = world
  const eve = await scene.invited(ada, { name: 'Eve', role: 'admin' })
  const body = { name: 'Backup', accounts: [bens], reason: REASON, password: PASSWORD }
  const { api_key, key } = (await eve.post('/v1/api-keys', body)).json
  assert.equal((await programWith(key, scene)(bens)).status, 200)
  await ada.delete(`/v1/users/${await idOf(ada, 'Eve')}`)
  assert.equal((await programWith(key, scene)(bens)).status, 401)
  assert.deepEqual(await linesOf(ben, bens), [
    'key_removed: Ada deleted the API key “Backup”.',
    `key_made: Eve made the API key “Backup”. Reason: ${REASON}`,
  ])
  const [entry] = (await ada.get('/v1/audit')).json.entries
  assert.deepEqual(entry.detail, {
    name: 'Eve',
    accounts_left: 0,
    keys_ended: [{ id: api_key.id, name: 'Backup' }],
    keys_ended_count: 1,
  })
})

test('[#139] the owner reads in notice and history who gave a program access and why, in both languages, and who took it back', async () => {
  await using world = await people()
  const { ada, ben, bens } = world
  const body = { name: 'Backup', accounts: [bens], reason: REASON, password: PASSWORD }
  const made = (await ada.post('/v1/api-keys', body)).json.api_key
  const [notice, ...more] = await noticesOf(ben)
  assert.deepEqual(more, [])
  assert.deepEqual(
    [notice.kind, notice.by.name, notice.program, notice.reason, notice.account.id, notice.accounts],
    ['api_key_made', 'Ada', { id: made.id, name: 'Backup' }, REASON, bens, { total: 1, affected: 1 }],
  )
  assert.match(notice.url, new RegExp(`/accounts/${bens}$`))
  assert.deepEqual(await noticesOf(ada), [])
  assert.deepEqual(await linesOf(ben, bens), [`key_made: Ada made the API key “Backup”. Reason: ${REASON}`])
  assert.deepEqual(await linesOf(ben, bens, 'de'), [
    `key_made: Ada hat den API-Schlüssel „Backup“ erstellt. Grund: ${REASON}`,
  ])

  await ada.delete(`/v1/api-keys/${made.id}`)
  assert.equal((await noticesOf(ben)).length, 1, 'deleting the key takes the news of it not back')
  assert.equal((await linesOf(ben, bens))[0], 'key_removed: Ada deleted the API key “Backup”.')
  await ben.post(`/v1/notices/${notice.id}/dismiss`)
  assert.deepEqual(await noticesOf(ben), [])

  const again = (await ada.post('/v1/api-keys', body)).json.api_key
  await ben.delete(`/v1/accounts/${bens}/programs/${again.id}`)
  assert.match((await linesOf(ben, bens))[0] ?? '', /^key_made/, 'what they do themselves is no news')
})

test('[#139] a key for all accounts is told to each owner once, with the number of their accounts, and to later accounts', async () => {
  await using world = await people()
  const { scene, ada, ben, bens, connection } = world
  const second = await accountAt(connection, ben)
  const cleo = await scene.invited(ada, { name: 'Cleo' })
  const made = await ada.post('/v1/api-keys', { name: 'All', reason: REASON, password: PASSWORD })
  assert.equal(made.status, 201, made.text)
  const [notice, ...more] = await noticesOf(ben)
  assert.deepEqual([more.length, notice.account, notice.accounts.affected], [0, undefined, 2])
  for (const id of [bens, second]) assert.equal((await linesOf(ben, id)).length, 1)
  assert.deepEqual(await noticesOf(cleo), [])
  const later = await accountAt(connection, cleo)
  assert.deepEqual(await linesOf(cleo, later), [
    'key_made: The API key “All”, made by Ada, is for all accounts, and so for this one.',
  ])
})

test('[#139] the owner gets a notice when an administrator looked at a token', async () => {
  await using world = await people()
  const { ada, ben, bens } = world
  await ada.post(`/v1/accounts/${bens}/reveal`, { reason: REASON, password: PASSWORD })
  const [notice] = await noticesOf(ben)
  assert.deepEqual([notice.kind, notice.by.name, notice.reason], ['token_revealed', 'Ada', REASON])
})

test('somebody hears of it when an administrator makes a link for their password or changes their address', async () => {
  await using smtp = await smtpServer()
  await using world = await people({ EVERGRANT_SMTP_URL: smtp.url, EVERGRANT_MAIL_FROM: 'evergrant@example.test' })
  const { scene, ada, ben } = world
  const id = await idOf(ada, 'Ben')
  await ada.patch(`/v1/users/${id}`, { email: 'ben@example.test', password: PASSWORD })
  assert.equal((await noticesOf(ben))[0].kind, 'email_changed')
  await ada.patch(`/v1/users/${id}`, { email: 'ada+ben@example.test', password: PASSWORD })
  await ada.post(`/v1/users/${id}/invite`, { password: PASSWORD })
  const notices = await noticesOf(ben)
  assert.deepEqual(notices.map(({ kind, by }: { kind: string; by: { name: string } }) => `${by.name} ${kind}`).sort(), [
    'Ada email_changed',
    'Ada email_changed',
    'Ada password_link_made',
  ])
  // Whoever came in by the link could put it away at once: the mail goes out all the same, to the address of before.
  for (const notice of notices) await ben.post(`/v1/notices/${notice.id}/dismiss`)
  while (smtp.to.length < 2) {
    scene.clock.advance(5)
    await new Promise((done) => setTimeout(done, 20))
  }
  assert.deepEqual([...smtp.to].sort(), ['ada+ben@example.test', 'ben@example.test'])

  const own = (await ada.get('/v1/session')).json.user.id
  await ada.patch(`/v1/users/${own}`, { email: 'ada@example.test', password: PASSWORD })
  assert.deepEqual(await noticesOf(ada), [], 'not of what they do themselves')
  const { json } = await ada.post('/v1/users', { name: 'Cleo', email: 'cleo@example.test' })
  await ada.post(`/v1/users/${json.user.id}/invite`, { password: PASSWORD })
  const cleo = scene.browser()
  const again = (await ada.post(`/v1/users/${json.user.id}/invite`, { password: PASSWORD })).json.link
  await cleo.post('/v1/invitations/accept', { token: again.split('#token=')[1], password: PASSWORD })
  assert.deepEqual(await noticesOf(cleo), [], 'nor of links from before they first came in')
})

test('what somebody did to what is theirs is told for ninety days', async () => {
  await using world = await people()
  const { scene, ada, ben, bens } = world
  await ada.post(`/v1/accounts/${bens}/reveal`, { reason: REASON, password: PASSWORD })
  scene.clock.advance(91 * 86_400)
  // Their session is over by then.
  await ben.post('/v1/session', { name: 'Ben', password: PASSWORD })
  while ((await noticesOf(ben)).some(({ kind }: { kind: string }) => kind === 'token_revealed')) {
    scene.clock.advance(60)
    await new Promise((done) => setTimeout(done, 20))
  }
})

/** A mail server that takes all mail; to whom it went. */
async function smtpServer() {
  const to: string[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, session, done) {
      text(stream).then(() => {
        to.push(...session.envelope.rcptTo.map(({ address }) => address))
        done()
      }, done)
    },
  })
  const listening = server.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  return {
    to,
    url: `smtp://127.0.0.1:${(listening.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((closed) => server.close(closed)),
  }
}
