import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectTo } from 'node:net'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { person } from '@evergrant/sandbox'
import { ImapFlow } from 'imapflow'
import { createTransport } from 'nodemailer'
import type { Browser } from './support/browser.ts'
import { consentUrl, PASSWORD, Scene } from './support/scene.ts'

const BOB = 'bob@example.test'
const ports = { EVERGRANT_MAIL_IMAP_PORT: '0', EVERGRANT_MAIL_SMTP_PORT: '0', EVERGRANT_MAIL_POP_PORT: '0' }

/** A server with its gateway; Bob's mailbox was tested once. */
async function gateway() {
  const env = { EVERGRANT_SANDBOX: 'on', EVERGRANT_SANDBOX_TOKEN_LIFETIME: '3600', ...ports }
  const scene = await Scene.begin({ env })
  const admin = await scene.admin()
  const [connection] = (await admin.get('/v1/connections')).json.connections
  const account = async (browser: Browser): Promise<string> => {
    const { id } = (await browser.post('/v1/accounts', { connection: connection.id })).json
    const callback = await person.approve(await consentUrl(id, browser), { username: 'bob' })
    assert.equal((await browser.visit(callback)).status, 200)
    const verified = await browser.post(`/v1/accounts/${id}/mail/verify`)
    assert.equal(verified.json.ok, true, verified.text)
    return id
  }
  const key = async (browser: Browser, change: object = {}) => {
    const made = await browser.post('/v1/api-keys', { name: 'a mail program', ...change, password: PASSWORD })
    assert.equal(made.status, 201, made.text)
    return { key: made.json.key as string, id: made.json.api_key.id as string }
  }
  const { imap = 0, pop = 0, smtp = 0 } = scene.server.mailPorts
  return { scene, admin, account, key, imap, pop, smtp }
}

/** What the gateway answers to a LOGIN, up to its tag. */
async function login(port: number, user: string, pass: string): Promise<string> {
  const socket = connectTo({ port, host: '127.0.0.1' })
  const lines = createInterface({ input: socket })
  socket.write(`a LOGIN "${user}" "${pass}"\r\n`)
  for await (const line of lines) {
    if (!line.startsWith('a ')) continue
    socket.destroy()
    return line.slice(2)
  }
  return ''
}

test('programs without OAuth read and send with the address and an API key, over IMAP, SMTP and POP', async () => {
  const { scene, admin, account, key, imap, pop, smtp } = await gateway()
  await using _ = scene
  const accounts = [await account(admin)]
  const { key: pass } = await key(admin, { accounts })
  const transport = createTransport({ host: '127.0.0.1', port: smtp, ignoreTLS: true, auth: { user: BOB, pass } })
  await transport.sendMail({ from: BOB, to: BOB, subject: 'through the gateway', text: 'x' })
  transport.close()
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: imap,
    secure: false,
    doSTARTTLS: false,
    auth: { user: BOB, pass },
    logger: false,
  })
  await client.connect()
  await client.mailboxOpen('INBOX')
  const newest = await client.fetchOne('*', { envelope: true })
  assert.ok(newest)
  const [{ last_use }] = (await admin.get(`/v1/accounts/${accounts[0]}/programs`)).json.programs
  assert.deepEqual([last_use.via, last_use.source], ['mail', '127.0.0.1'], 'the account tells who used its mailbox')
  assert.equal(newest.envelope?.subject, 'through the gateway')
  await client.logout()
  const socket = connectTo({ port: pop, host: '127.0.0.1' })
  socket.write(`USER ${BOB}\r\nPASS ${pass}\r\nSTAT\r\nQUIT\r\n`)
  let heard = ''
  socket.on('data', (data) => {
    heard += data.toString()
  })
  await once(socket, 'close')
  assert.match(heard, /\+OK 2 \d+/)
  assert.ok(!scene.log.join('').includes(pass), 'no key in the log')
})

test('only a key that names the account opens its mailbox', async () => {
  const { scene, admin, account, key, imap } = await gateway()
  await using _ = scene
  const member = await scene.invited(admin, { name: 'Grace' })
  const [mine, theirs] = [await account(admin), await account(member)]
  const { key: good, id } = await key(member, { accounts: [theirs] })
  assert.match(await login(imap, BOB, good), /^OK/, 'of two accounts with one mailbox the one of the key')
  assert.match(await login(imap, 'Bob@Example.test', good), /^OK/)
  const wrong = [
    ['alice@example.test', good],
    ['nobody@example.test', good],
    [BOB, (await key(admin, { reason: 'backup', password: PASSWORD })).key],
    [BOB, (await key(admin, { accounts: [mine], scopes: ['mail.read'] })).key],
    [BOB, ''],
  ] as const
  for (const [user, pass] of wrong) assert.match(await login(imap, user, pass), /^NO .*AUTHENTICATIONFAILED/i, user)
  assert.equal((await member.delete(`/v1/api-keys/${id}`)).status, 204)
  assert.match(await login(imap, BOB, good), /^NO .*AUTHENTICATIONFAILED/i, 'a removed key is no key')
})

test('a mailbox that was never tested opens with its key, and with no other', async () => {
  const { scene, admin, key, imap } = await gateway()
  await using _ = scene
  const [connection] = (await admin.get('/v1/connections')).json.connections
  const connect = async (username: string): Promise<string> => {
    const { id } = (await admin.post('/v1/accounts', { connection: connection.id })).json
    assert.equal((await admin.visit(await person.approve(await consentUrl(id, admin), { username }))).status, 200)
    return id
  }
  const [alice, bob] = [await connect('alice'), await connect('bob')]
  const { key: ofAlice } = await key(admin, { accounts: [alice] })
  const { key: ofBob } = await key(admin, { accounts: [bob] })
  const { key: ofBoth } = await key(admin, { accounts: [alice, bob] })
  assert.match(await login(imap, BOB, ofAlice), /^NO .*AUTHENTICATIONFAILED/i)
  assert.match(await login(imap, BOB, ofBob), /^OK/)
  assert.match(await login(imap, 'alice@example.test', ofBoth), /^OK/)
})

test('wrong keys lock their source out', async () => {
  const { scene, admin, account, key, imap } = await gateway()
  await using _ = scene
  const id = await account(admin)
  const { key: good } = await key(admin, { accounts: [id] })
  for (let count = 0; count < 5; count++) assert.match(await login(imap, BOB, `wrong-${count}`), /^NO/)
  assert.match(await login(imap, BOB, good), /^NO \[UNAVAILABLE\]/, 'not looked at')
  scene.clock.advance(60)
  assert.match(await login(imap, BOB, good), /^OK/)
})

test('a wrong log-in is one line in the log, a lockout another, and what is refused meanwhile none', async () => {
  const { scene, imap, smtp } = await gateway()
  await using _ = scene
  const lines = () => scene.log.flatMap((line) => (/mail gateway: (?:wrong|lock)/.test(line) ? [JSON.parse(line)] : []))
  for (let count = 0; count < 8; count++) await login(imap, BOB, `secret-${count}`)
  const warned = lines().filter(({ level }) => level === 40 || level === 'warn')
  assert.deepEqual(
    warned.map(({ msg, protocol, tried, from, seconds }) => [msg, protocol, tried, from, seconds]),
    [
      ...Array.from({ length: 5 }, () => ['mail gateway: wrong', 'imap', BOB, '127.0.0.1', undefined]),
      ['mail gateway: lockout', 'imap', BOB, '127.0.0.1', 30],
    ],
  )
  const socket = connectTo({ port: smtp, host: '127.0.0.1' })
  const odd = `\u001b[2J\n${'x'.repeat(400)}`
  socket.write(`AUTH PLAIN ${Buffer.from(`\0${odd}\0secret-9`).toString('base64')}\r\nQUIT\r\n`)
  socket.resume()
  await once(socket, 'close')
  assert.equal(lines().at(-1)?.tried, `?[2J?${'x'.repeat(249)}`)
  assert.ok(!scene.log.join('').includes('secret-'), 'no password in the log')
})

test('an account that is paused is told to who has its key, so that the program keeps it; a wrong key learns and asks nothing', async () => {
  const { scene, admin, account, key, imap } = await gateway()
  await using _ = scene
  const id = await account(admin)
  const { key: good } = await key(admin, { accounts: [id] })
  await admin.patch(`/v1/accounts/${id}`, { paused: true })
  assert.match(await login(imap, BOB, good), /^NO \[UNAVAILABLE\].*paused/i)
  assert.match(await login(imap, BOB, 'wrong'), /^NO .*AUTHENTICATIONFAILED/i, 'nobody asked for a token')
})

test('there is no gateway unless it is asked for, and a port that is no number is refused', async () => {
  await using scene = await Scene.begin()
  assert.deepEqual(scene.server.mailPorts, {})
  await assert.rejects(Scene.begin({ env: { EVERGRANT_MAIL_SMTP_PORT: 'smtp' } }), /EVERGRANT_MAIL_SMTP_PORT is "smtp"/)
})
