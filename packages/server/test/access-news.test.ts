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
  assert.equal((await ada.post('/v1/api-keys', { name: 'mine', accounts: [adas] })).status, 201)
  assert.equal((await ben.post('/v1/api-keys', { name: 'mine', accounts: [bens] })).status, 201)
  assert.deepEqual(await noticesOf(ben), [])
  assert.deepEqual(await linesOf(ben, bens), [])
  await ada.delete(`/v1/users/${await idOf(ada, 'Ben')}`)
  assert.equal((await ada.post('/v1/api-keys', { name: 'all' })).status, 201)
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
  await ada.patch(`/v1/users/${id}`, { email: 'ben@example.test' })
  assert.equal((await noticesOf(ben))[0].kind, 'email_changed')
  await ada.patch(`/v1/users/${id}`, { email: 'ada+ben@example.test' })
  await ada.post(`/v1/users/${id}/invite`)
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
  await ada.post(`/v1/users/${json.user.id}/invite`)
  const cleo = scene.browser()
  const again = (await ada.post(`/v1/users/${json.user.id}/invite`)).json.link
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
