import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { memoryStore, systemClock } from '@evergrant/core'
import type { RunningSandbox } from '@evergrant/sandbox'
import { createServices } from '@evergrant/server'
import { keyring, keysFromText, newKeyText } from '@evergrant/stores/keyring'
import { pino } from 'pino'
import { SMTPServer } from 'smtp-server'
import { startMailServers, unable } from '../../mail/test/servers/mail-servers.ts'
import { openSqlite } from '../src/db/sqlite.ts'
import type { Answered, Browser } from './support/browser.ts'
import { receiver } from './support/receiver.ts'
import { accountAt, connect, connected, connectionTo, PASSWORD, Scene, sandboxOf } from './support/scene.ts'

test('the owner of an account is told that it needs them, once for each break, and not while it is paused', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const ben = await scene.invited(admin, { name: 'Ben' })
  const connection = await connectionTo(sandbox, admin)
  const account = await accountAt(connection, ben)
  await connect(account, sandbox, ben, 'bob')
  assert.deepEqual((await ben.get('/v1/notices')).json, { notices: [], unseen: 0 })

  await broken(account, ben, sandbox, 'bob')
  await broken(account, ben, sandbox, 'bob')
  await until(async () => (await noticesOf(ben)).length > 0)
  const [notice, ...more] = await noticesOf(ben)
  assert.deepEqual(more, [])
  assert.deepEqual(
    [notice.kind, notice.account.id, notice.connection.name],
    ['account_needs_consent', account, 'Practice'],
  )
  assert.equal(notice.url, `${scene.server.url}/accounts/${account}/connect`)
  assert.deepEqual(await noticesOf(admin), [], 'it is for its owner')

  await ben.patch(`/v1/accounts/${account}`, { paused: true })
  assert.deepEqual(await noticesOf(ben), [])
  await ben.patch(`/v1/accounts/${account}`, { paused: false })
  assert.equal((await noticesOf(ben)).length, 1)
  await connect(account, sandbox, ben, 'bob')
  assert.deepEqual(await noticesOf(ben), [], 'mended')
  await broken(account, ben, sandbox, 'bob')
  // A new break.
  await until(async () => (await noticesOf(ben)).length === 1)
  await ben.delete(`/v1/accounts/${account}`)
  assert.deepEqual(await noticesOf(ben), [])
})

test('whoever ended the permission here needs no notice of it', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, account } = await connected(scene, sandbox)
  await admin.post(`/v1/accounts/${account}/revoke`)
  assert.deepEqual(await noticesOf(admin), [])
})

test('administrators get one alarm about a connection, with the number of its accounts', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, account, connection, program } = await connected(scene, sandbox)
  const ben = await scene.invited(admin, { name: 'Ben' })
  const others = [await accountAt(connection, ben), await accountAt(connection, ben)]
  for (const [index, one] of others.entries()) await connect(one, sandbox, ben, `person${index}@example.test`)
  const { redirect_uri } = (await admin.get(`/v1/connections/${connection}`)).json
  const elsewhere = 'rotated in the console'
  sandbox.registerClient({ client_id: 'evergrant', client_secret: elsewhere, redirect_uris: [redirect_uri] })
  scene.clock.advance(4000)
  await Promise.all([account, ...others].map((one) => program(one)))
  await until(async () => (await noticesOf(admin)).length > 0)
  const notices = await noticesOf(admin)
  assert.deepEqual(
    notices.map(({ kind, accounts }: Notice) => [kind, accounts]),
    [['connection_broken', { total: 3, affected: 3 }]],
  )
  assert.deepEqual(await noticesOf(ben), [], 'a member cannot mend it')
  await admin.patch(`/v1/connections/${connection}`, { client_secret: elsewhere })
  assert.deepEqual(await noticesOf(admin), [])
})

test('of a broken connection those are affected that have to be renewed, and not those that work or never did', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  await using hook = await receiver()
  const { admin, account, connection, program } = await connected(scene, sandbox)
  const [paused, ended] = [await accountAt(connection, admin), await accountAt(connection, admin)]
  for (const one of [paused, ended]) await connect(one, sandbox, admin, 'bob')
  await admin.patch(`/v1/accounts/${paused}`, { paused: true })
  await admin.post(`/v1/accounts/${ended}/revoke`)
  // Never connected.
  await accountAt(connection, admin)
  scene.clock.advance(4000)
  const fresh = await accountAt(connection, admin)
  await connect(fresh, sandbox, admin, 'carol@example.test')
  await admin.post('/v1/webhooks', { url: hook.url, events: ['connection.broken'] })
  const { redirect_uri } = (await admin.get(`/v1/connections/${connection}`)).json
  sandbox.registerClient({ client_id: 'evergrant', client_secret: 'rotated', redirect_uris: [redirect_uri] })
  await program(account)
  await until(async () => (await noticesOf(admin)).some(({ kind }: Notice) => kind === 'connection_broken'))
  const alarm = async () => (await noticesOf(admin)).find(({ kind }: Notice) => kind === 'connection_broken')?.accounts
  assert.deepEqual(await alarm(), { total: 5, affected: 1, following: 1 })
  await hook.arrived(1)
  assert.deepEqual(hook.got[0]?.json.data.accounts, { total: 5, affected: 1, following: 1 })
  scene.clock.advance(4000)
  assert.deepEqual(await alarm(), { total: 5, affected: 2 }, 'its token has ended too')
})

test('when the provider ends most grants of a connection, administrators get one alarm, and each owner their own', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  await using hook = await receiver()
  const admin = await scene.admin()
  const ben = await scene.invited(admin, { name: 'Ben' })
  const connection = await connectionTo(sandbox, admin)
  const accounts: { readonly id: string; readonly by: Browser; readonly person: string }[] = []
  for (const [index, by] of [admin, admin, ben].entries()) {
    const person = `person${index}@example.test`
    const id = await accountAt(connection, by)
    await connect(id, sandbox, by, person)
    accounts.push({ id, by, person })
  }
  // Nobody's: administrators look after them.
  const db = await scene.tables()
  for (const { id } of accounts.slice(0, 2))
    await db.updateTable('accounts').set({ owner: null }).where('id', '=', id).execute()
  await db.destroy()
  await admin.post('/v1/webhooks', { url: hook.url, events: ['connection.broken', 'connection.restored'] })
  for (const { id, by, person } of accounts) await broken(id, by, sandbox, person)
  await until(async () => (await noticesOf(admin)).some(({ kind }: Notice) => kind === 'accounts_ended'))
  assert.deepEqual(
    (await noticesOf(admin)).map(({ kind, accounts: of }: Notice) => [kind, of]),
    [['accounts_ended', { total: 3, affected: 3 }]],
  )
  assert.deepEqual(
    (await noticesOf(ben)).map(({ kind }: Notice) => kind),
    ['account_needs_consent'],
  )
  await hook.arrived(1)
  const { data } = hook.got[0]?.json ?? {}
  assert.deepEqual([data.cause, data.accounts], ['ended', { total: 3, affected: 3 }])
  const [, , last] = accounts
  await connect(last?.id ?? '', sandbox, ben, last?.person)
  await hook.arrived(2)
  assert.deepEqual(hook.types(), ['connection.broken', 'connection.restored'])
  assert.deepEqual(await noticesOf(admin), [])
})

test('what one person has seen or put away is not so for another', async () => {
  await using scene = await Scene.begin()
  await using hook = await receiver()
  const ada = await scene.admin()
  const eve = await scene.invited(ada, { name: 'Eve', role: 'admin' })
  const member = await scene.invited(ada, { name: 'Ben' })
  hook.answer = (response) => response.writeHead(410).end()
  const { id } = (await ada.post('/v1/webhooks', { url: hook.url })).json.webhook
  await ada.post(`/v1/webhooks/${id}/test`)
  await until(async () => (await noticesOf(ada)).length === 1)
  assert.equal((await ada.post('/v1/notices/seen')).status, 204)
  assert.deepEqual([await unseen(ada), await unseen(eve), await unseen(member)], [0, 1, 0])
  const [notice] = await noticesOf(ada)
  assert.equal((await member.post(`/v1/notices/${notice.id}/dismiss`)).status, 404)
  assert.equal((await ada.post(`/v1/notices/${notice.id}/dismiss`)).status, 204)
  assert.deepEqual([(await noticesOf(ada)).length, (await noticesOf(eve)).length], [0, 1])
  await ada.patch(`/v1/webhooks/${id}`, { enabled: true })
  await ada.post(`/v1/webhooks/${id}/test`)
  await until(async () => (await noticesOf(ada)).length === 1)
})

test('a notice is raised once however often it is raised, with its event, until it is cleared', async () => {
  const db = openSqlite(':memory:')
  const { notices, connections, webhooks, reach } = createServices({
    db,
    store: memoryStore(),
    cipher: keyring(await keysFromText(newKeyText())),
    clock: systemClock,
    logger: pino({ level: 'silent' }),
    publicUrl: 'http://127.0.0.1',
    version: 'test',
  })
  const { id } = await connections.create({
    name: 'x',
    provider: 'github',
    client_id: 'c',
    client_secret: 's'.repeat(20),
  })
  await webhooks.create({ url: 'https://example.com/' }, reach)
  const notice = { key: `secret/${id}`, kind: 'secret_expiring', connection: id, detail: { expires_at: 2e9 } } as const
  const raised = await Promise.all([notices.raise(notice), notices.raise(notice), notices.raise(notice)])
  assert.deepEqual(raised.sort(), [false, false, true])
  const sent = await db.selectFrom('outbox').select(['type', 'payload']).execute()
  assert.deepEqual(
    sent.map(({ type }) => type),
    ['connection.secret_expiring'],
  )
  assert.equal(JSON.parse(sent[0]?.payload ?? '').data.expires_at, 2e9)
  assert.deepEqual([await notices.clear(notice.key), await notices.clear(notice.key)], [true, false])
  assert.equal(await notices.raise(notice), true)
  await db.destroy()
})

test('mail goes to the owner in their language, and to administrators, when it is still so after a minute', {
  skip: unable,
  timeout: 120_000,
}, async () => {
  await using servers = await startMailServers()
  const env = {
    EVERGRANT_SMTP_URL: `smtp://127.0.0.1:${servers.relay}`,
    EVERGRANT_MAIL_FROM: 'Evergrant <evergrant@example.test>',
  }
  await using scene = await Scene.begin({ env })
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const [me] = (await admin.get('/v1/users')).json.users
  await admin.patch(`/v1/users/${me.id}`, { email: 'alice@example.test', password: PASSWORD })
  const ben = await scene.invited(admin, { name: 'Ben' })
  const benId = (await admin.get('/v1/users')).json.users.find(({ name }: { name: string }) => name === 'Ben').id
  await admin.patch(`/v1/users/${benId}`, { email: 'bob@example.test', password: PASSWORD })
  assert.equal(
    (await ben.post('/v1/session', { name: 'Ben', password: 'correct horse battery' }, { 'accept-language': 'de-AT' }))
      .status,
    200,
  )
  const connection = await connectionTo(sandbox, admin)
  const account = await accountAt(connection, ben, { name: 'Büro' })
  await connect(account, sandbox, ben, 'bob')
  // Mended within the minute: no mail.
  await broken(account, ben, sandbox, 'bob')
  await connect(account, sandbox, ben, 'bob')
  await broken(account, ben, sandbox, 'bob')
  await mailed(scene, async () => (await servers.delivered('bob@example.test')).length > 0)
  const [mail = '', ...more] = await servers.delivered('bob@example.test')
  assert.equal(more.length, 0)
  const words = decoded(mail)
  assert.match(words, /Guten Tag, Ben,/)
  assert.match(words, /Büro \(Practice\)/)
  assert.ok(words.includes(`${scene.server.url}/accounts/${account}/connect`))
  assert.match(mail, /^Auto-Submitted: auto-generated/im)
  assert.match(mail, /^From: Evergrant <evergrant@example\.test>/im)
  assert.deepEqual(await servers.delivered('alice@example.test'), [])

  const { redirect_uri } = (await admin.get(`/v1/connections/${connection}`)).json
  sandbox.registerClient({ client_id: 'evergrant', client_secret: 'another', redirect_uris: [redirect_uri] })
  await admin.post(`/v1/connections/${connection}/check`)
  await mailed(scene, async () => (await servers.delivered('alice@example.test')).length > 0)
  assert.match(
    decoded((await servers.delivered('alice@example.test'))[0] ?? ''),
    /The connection Practice does not work|refuses the settings of the connection Practice/,
  )
  assert.equal((await servers.delivered('bob@example.test')).length, 1)
})

test('mail that a server cannot take now is sent later, once; what it refuses for good is given up', async () => {
  await using smtp = await smtpServer()
  const env = { EVERGRANT_SMTP_URL: smtp.url, EVERGRANT_MAIL_FROM: 'evergrant@example.test' }
  await using scene = await Scene.begin({ env })
  await using hook = await receiver()
  const admin = await scene.admin()
  const [me] = (await admin.get('/v1/users')).json.users
  await admin.patch(`/v1/users/${me.id}`, { email: 'ada@example.test', password: PASSWORD })
  hook.answer = (response) => response.writeHead(410).end()
  const { id } = (await admin.post('/v1/webhooks', { url: hook.url })).json.webhook
  smtp.refuse = { code: 451, message: '4.3.0 try again later' }
  await admin.post(`/v1/webhooks/${id}/test`)
  await mailed(scene, async () => smtp.refused === 1)
  smtp.refuse = undefined
  await mailed(scene, async () => smtp.mails.length === 1)
  assert.match(smtp.mails[0] ?? '', /A webhook was switched off/)

  await admin.patch(`/v1/webhooks/${id}`, { enabled: true })
  smtp.refuse = { code: 550, message: '5.1.1 no such user' }
  await admin.post(`/v1/webhooks/${id}/test`)
  await mailed(scene, async () => smtp.refused === 2)
  const db = await scene.tables()
  const states = () =>
    db.selectFrom('outbox').select('state').where('channel', '=', 'mail').orderBy('created_at').execute()
  await until(async () => (await states()).every(({ state }) => state !== 'waiting'))
  assert.deepEqual(
    (await states()).map(({ state }) => state),
    ['delivered', 'failed'],
  )
  await db.destroy()
  assert.equal(smtp.mails.length, 1)
})

test('settings for mail that cannot work are said at the start, without the password', async () => {
  for (const [url, from, words] of [
    ['http://ada:very-secret@mail.example.com', 'a@example.com', /EVERGRANT_SMTP_URL cannot be used/],
    ['smtp://ada:very-secret@mail.example.com', '', /EVERGRANT_MAIL_FROM is ""/],
    ['', 'a@example.com', /EVERGRANT_SMTP_URL cannot be used/],
    ['smtp://mail.example.com', 'nobody', /EVERGRANT_MAIL_FROM is "nobody"/],
  ] as const) {
    const env = { EVERGRANT_SMTP_URL: url, EVERGRANT_MAIL_FROM: from }
    await assert.rejects(Scene.begin({ env }), (error: Error & { code?: string }) => {
      assert.match(error.message, words)
      assert.doesNotMatch(error.message, /very-secret/)
      return error.code === 'INVALID_SETTING'
    })
  }
})

type Notice = Answered['json']

async function noticesOf(browser: Browser): Promise<Notice[]> {
  return (await browser.get('/v1/notices')).json.notices
}

async function unseen(browser: Browser): Promise<number> {
  return (await browser.get('/v1/notices')).json.unseen
}

/** The provider ends the grant, and a refresh notices. */
async function broken(account: string, browser: Browser, sandbox: RunningSandbox, person: string): Promise<void> {
  await sandbox.revokeGrant(person)
  await browser.post(`/v1/accounts/${account}/refresh`)
  await until(async () => (await browser.get(`/v1/accounts/${account}`)).json.state === 'needs_consent')
}

/** Lets time pass until it holds. */
async function mailed(scene: Scene, holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) {
    scene.clock.advance(5)
    await new Promise((done) => setTimeout(done, 20))
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((done) => setTimeout(done, 5))
}

/** The text of a mail: quoted-printable (RFC 2045 §6.7) or base64. */
function decoded(mail: string): string {
  const body = mail.replace(/\r\n/g, '\n').split('\n\n').slice(1).join('\n\n')
  if (/^content-transfer-encoding: base64/im.test(mail)) return Buffer.from(body, 'base64').toString()
  const bytes = body
    .replace(/=\n/g, '')
    .replace(/=([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}

/** A mail server that takes mail, or refuses its reader with what it is told to say. */
async function smtpServer() {
  const it = {
    url: '',
    mails: [] as string[],
    refused: 0,
    refuse: undefined as { readonly code: number; readonly message: string } | undefined,
    [Symbol.asyncDispose]: () => new Promise<void>((closed) => server.close(closed)),
  }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo(_address, _session, done) {
      if (it.refuse === undefined) return done()
      it.refused++
      done(Object.assign(new Error(it.refuse.message), { responseCode: it.refuse.code }))
    },
    onData(stream, _session, done) {
      text(stream).then((mail) => {
        it.mails.push(mail)
        done()
      }, done)
    },
  })
  const listening = server.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  it.url = `smtp://127.0.0.1:${(listening.address() as AddressInfo).port}`
  return it
}
