// Long because: it is one list of what a person does with mail, on one practice world.

import assert from 'node:assert/strict'
import { type AddressInfo, connect as connectTo, createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { person, startSandboxMail } from '@evergrant/sandbox'
import { ImapFlow } from 'imapflow'
import { createTransport } from 'nodemailer'
import { htmlText } from '../src/mail/html-text.ts'
import { Browser } from './support/browser.ts'
import { connected, consentUrl, PASSWORD, Scene, SECRET, sandboxOf } from './support/scene.ts'

/** A server with its sandbox and its mail servers, and accounts of its people. */
async function practice() {
  const env = { EVERGRANT_SANDBOX: 'on', EVERGRANT_SANDBOX_TOKEN_LIFETIME: '3600' }
  const scene = await Scene.begin({ env })
  const admin = await scene.admin()
  const [connection] = (await admin.get('/v1/connections')).json.connections
  const account = async (username: string, browser: Browser = admin, change: object = {}): Promise<string> => {
    const made = await browser.post('/v1/accounts', { connection: connection.id, ...change })
    assert.equal(made.status, 201, made.text)
    const callback = await person.approve(await consentUrl(made.json.id, browser), { username })
    assert.equal((await browser.visit(callback)).status, 200)
    return made.json.id
  }
  return { scene, admin, connection, account }
}

const steps = (verified: { json: { steps: { step: string; ok: boolean }[] } }) =>
  verified.json.steps.map(({ step, ok }) => `${step} ${ok ? 'ok' : 'failed'}`)

test('[#134] a new account without consent says that it needs a token first, and asks no mail server', async () => {
  const { scene, admin, connection } = await practice()
  await using _ = scene
  const made = await admin.post('/v1/accounts', { connection: connection.id, login_hint: 'alice@example.test' })
  const verified = await admin.post(`/v1/accounts/${made.json.id}/mail/verify`)
  assert.equal(verified.status, 200, verified.text)
  assert.deepEqual(steps(verified), ['token failed'])
  assert.equal(verified.json.ok, false)
  assert.equal(verified.json.steps[0].who, 'person')
})

test('mail works with nothing but the server: verified step by step, sent, listed, read and saved', async () => {
  const { scene, admin, account } = await practice()
  await using _ = scene
  const [alice, bob] = [await account('alice'), await account('bob')]
  const settings = await admin.get(`/v1/accounts/${bob}/mail`)
  assert.equal(settings.status, 200, settings.text)
  assert.deepEqual(
    [settings.json.from, settings.json.principal, settings.json.mailbox],
    ['practice', 'bob@example.test', 'bob@example.test'],
  )

  const verified = await admin.post(`/v1/accounts/${bob}/mail/verify`)
  assert.deepEqual(steps(verified), ['token ok', 'identity ok', 'imap ok', 'pop ok', 'smtp ok'], verified.text)
  assert.equal(verified.json.ok, true)
  assert.deepEqual((await admin.get(`/v1/accounts/${bob}/mail`)).json.test, verified.json, 'it is kept')

  const mail = { to: ['bob@example.test'], subject: 'Grüße', text: 'Hällo Bob\n.\nstill here\n' }
  const sent = await admin.post(`/v1/accounts/${alice}/mail/send`, mail)
  assert.equal(sent.status, 200, sent.text)
  assert.equal(sent.json.copy, 'Sent')
  const inbox = await admin.get(`/v1/accounts/${bob}/mail/messages`)
  assert.equal(inbox.status, 200, inbox.text)
  assert.equal(inbox.json.total, 2)
  const [newest] = inbox.json.messages
  assert.deepEqual([newest.subject, newest.from[0].address, newest.seen], ['Grüße', 'alice@example.test', false])
  const read = await admin.get(`/v1/accounts/${bob}/mail/messages/${newest.uid}`)
  assert.equal(read.status, 200, read.text)
  assert.equal(read.json.text.trim(), 'Hällo Bob\n.\nstill here')
  assert.deepEqual([read.json.truncated, read.json.attachments], [false, []])
  assert.equal(
    (await admin.get(`/v1/accounts/${bob}/mail/messages`)).json.messages[0].seen,
    false,
    'reading marks nothing',
  )
  const copies = await admin.get(`/v1/accounts/${alice}/mail/messages?folder=Sent`)
  assert.deepEqual(
    copies.json.messages.map(({ subject }: { subject: string }) => subject),
    ['Grüße'],
  )
  assert.ok(
    copies.json.folders.some(({ path, use }: { path: string; use?: string }) => path === 'Sent' && use === '\\Sent'),
  )

  const page = await admin.get(`/v1/accounts/${bob}/mail/messages?limit=1`)
  assert.equal(page.json.messages.length, 1)
  const older = await admin.get(`/v1/accounts/${bob}/mail/messages?limit=1&before=${page.json.next}`)
  assert.deepEqual([older.json.messages[0].subject, older.json.next], ['This mailbox is for practice', undefined])
  assert.equal((await admin.get(`/v1/accounts/${bob}/mail/messages/999`)).status, 404)
  assert.equal((await admin.get(`/v1/accounts/${bob}/mail/messages?folder=Nowhere`)).status, 404)
})

test('mail that is HTML alone is shown as its words, cut where it is too long, and attachments are named', async () => {
  const { scene, admin, account } = await practice()
  await using _ = scene
  const [alice, bob] = [await account('alice'), await account('bob')]
  const { smtp } = (await admin.get(`/v1/accounts/${alice}/mail`)).json
  const { access_token } = (
    await admin.post(`/v1/accounts/${alice}/reveal`, { password: PASSWORD, reason: 'to send HTML' })
  ).json
  const transport = createTransport({
    ...smtp,
    ignoreTLS: true,
    auth: { type: 'OAuth2', user: 'alice@example.test', accessToken: access_token },
  })
  const html = `<style>p{}</style><p>Hello&nbsp;<b>Bob</b> &lt;3</p><script>alert(1)</script><img src="http://127.0.0.1:9/pixel">end`
  const attachments = [{ filename: 'plan.pdf', content: 'not really', contentType: 'application/pdf' }]
  const envelope = { from: 'alice@example.test', to: 'bob@example.test' }
  await transport.sendMail({ ...envelope, subject: 'html', html, attachments })
  await transport.sendMail({ ...envelope, subject: 'long', text: 'word '.repeat(100_000) })
  transport.close()
  const [long, short] = (await admin.get(`/v1/accounts/${bob}/mail/messages`)).json.messages
  const read = (await admin.get(`/v1/accounts/${bob}/mail/messages/${short.uid}`)).json
  assert.equal(read.text, 'Hello Bob <3\nend')
  assert.deepEqual(
    read.attachments.map(({ name, type }: { name: string; type: string }) => [name, type]),
    [['plan.pdf', 'application/pdf']],
  )
  const cut = (await admin.get(`/v1/accounts/${bob}/mail/messages/${long.uid}`)).json
  assert.deepEqual([cut.truncated, cut.text.length], [true, 100_000])
})

test('words of hostile HTML are found in a time that grows with its length alone', () => {
  assert.equal(htmlText('<'.repeat(200_000)), '')
  assert.equal(htmlText('<script>'.repeat(50_000)), '')
  assert.equal(htmlText('a<br>b<p>c &#104;&#x69; &nope; &#1114112;'), 'a\nb\nc hi &nope;')
})

test('[#130] [#135] servers are the provider’s own until they are set by hand, and again when that is cleared', async () => {
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const at = async (provider: string, login_hint: string, parameters: object = {}): Promise<string> => {
    const secret = { client_id: 'id', client_secret: SECRET }
    const connection = await admin.post('/v1/connections', { name: provider, provider, ...secret, parameters })
    assert.equal(connection.status, 201, connection.text)
    return (await admin.post('/v1/accounts', { connection: connection.json.id, login_hint })).json.id
  }
  const google = await at('google', 'ann@company.example')
  const first = (await admin.get(`/v1/accounts/${google}/mail`)).json
  assert.deepEqual(first, {
    from: 'provider',
    name: 'Gmail and Google Workspace',
    mechanisms: first.mechanisms,
    sent_copy: 'server',
    imap: { host: 'imap.gmail.com', port: 993, security: 'tls' },
    pop: { host: 'pop.gmail.com', port: 995, security: 'tls' },
    smtp: { host: 'smtp.gmail.com', port: 465, security: 'tls' },
    principal: 'ann@company.example',
    mailbox: 'ann@company.example',
    by_hand: [],
  })
  const microsoft = (await admin.get(`/v1/accounts/${await at('microsoft', 'ann@company.example')}/mail`)).json
  assert.deepEqual(
    [microsoft.imap, microsoft.smtp, microsoft.mechanisms.includes('XOAUTH2')],
    [
      { host: 'outlook.office365.com', port: 993, security: 'tls' },
      { host: 'smtp.office365.com', port: 587, security: 'starttls' },
      true,
    ],
  )
  const imap = { host: '127.0.0.1', port: 1143, security: 'none' }
  const set = await admin.call('PUT', `/v1/accounts/${google}/mail`, {
    body: { mailbox: 'team@company.example', imap, password: PASSWORD },
  })
  assert.equal(set.status, 200, set.text)
  assert.deepEqual(set.json, { ...first, imap, mailbox: 'team@company.example', by_hand: ['mailbox', 'imap'] })
  const cleared = await admin.delete(`/v1/accounts/${google}/mail`)
  assert.deepEqual([cleared.status, cleared.json], [200, first])
})

test('mail servers that may not be reached are refused when they are set', async () => {
  const env = { EVERGRANT_PUBLIC_URL: 'https://evergrant.example', EVERGRANT_HOST: '127.0.0.1' }
  await using scene = await Scene.begin({ env, surroundings: { resolve: async () => ['10.0.0.7'] } })
  const admin = await scene.admin()
  const secret = { client_id: 'id', client_secret: SECRET }
  const connection = await admin.post('/v1/connections', { name: 'G', provider: 'google', ...secret })
  const account = await admin.post('/v1/accounts', { connection: connection.json.id })
  const put = (imap: object) =>
    admin.call('PUT', `/v1/accounts/${account.json.id}/mail`, { body: { imap, password: PASSWORD } })
  const refused = [
    [{ host: '127.0.0.1', port: 143, security: 'none' }, 'PRIVATE_ADDRESS'],
    [{ host: 'mail.inside.example', port: 993, security: 'tls' }, 'PRIVATE_ADDRESS'],
    [{ host: 'mail.example', port: 143, security: 'none' }, 'INSECURE_URL'],
    [{ host: 'a b', port: 143, security: 'tls' }, 'INVALID_REQUEST'],
    [{ host: 'mail.example:25/x?y', port: 143, security: 'tls' }, 'INVALID_REQUEST'],
    [{ host: '-mail.example', port: 143, security: 'tls' }, 'INVALID_PARAMETER'],
    [{ host: 'mail.example', port: 0, security: 'tls' }, 'INVALID_REQUEST'],
  ] as const
  for (const [imap, code] of refused) {
    const answer = await put(imap)
    assert.deepEqual([answer.status, answer.json.code], [400, code], answer.text)
    assert.match(answer.json.field, /^imap/)
  }
})

test('a member names no mail server but a public one, learns nothing of those inside, and tests at a pace', async () => {
  const env = {
    EVERGRANT_SANDBOX: 'on',
    EVERGRANT_SANDBOX_TOKEN_LIFETIME: '3600',
    EVERGRANT_PRIVATE_ADDRESSES: 'mail.inside.example,10.0.0.0/8',
  }
  const names: Readonly<Record<string, string>> = {
    'mail.inside.example': '10.0.0.7',
    'other.inside.example': '10.0.0.8',
    'mail.example.org': '93.184.215.14',
    localhost: '127.0.0.1',
  }
  const resolve = async (name: string) => {
    const found = names[name]
    if (found === undefined) throw Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' })
    return [found]
  }
  await using scene = await Scene.begin({ env, surroundings: { resolve } })
  const admin = await scene.admin()
  const member = await scene.invited(admin, { name: 'Grace' })
  const [connection] = (await admin.get('/v1/connections')).json.connections
  const own = async (browser: Browser): Promise<string> =>
    (await browser.post('/v1/accounts', { connection: connection.id })).json.id
  const [hers, adas] = [await own(member), await own(admin)]
  const put = (browser: Browser, id: string, host: string, port = 993) =>
    browser.call('PUT', `/v1/accounts/${id}/mail`, {
      body: { imap: { host, port, security: 'tls' }, password: PASSWORD },
    })
  const answers = new Set<string>()
  for (const host of ['127.0.0.1', 'localhost', '10.0.0.9', 'other.inside.example', 'not-there.example']) {
    const { status, json } = await put(member, hers, host)
    assert.deepEqual([status, json.code, json.field], [400, 'PRIVATE_ADDRESS', 'imap'], host)
    answers.add(json.detail.replace(host, '…'))
  }
  assert.deepEqual([...answers], ['… is no public address that this server finds.'], 'one answer for all of them')
  for (const host of ['mail.example.org', 'mail.inside.example'])
    assert.equal((await put(member, hers, host)).status, 200)
  for (const host of ['127.0.0.1', 'other.inside.example'])
    assert.equal((await put(admin, adas, host)).status, 200, host)

  // Set by an administrator who is a member now, or by what a domain publishes: nothing is connected to.
  const callback = await person.approve(await consentUrl(hers, member), { username: 'bob' })
  assert.equal((await member.visit(callback)).status, 200)
  const own_ = JSON.stringify({ imap: { host: '127.0.0.1', port: 1, security: 'none' } })
  const db = await scene.tables()
  await db.updateTable('mail_accounts').set({ own: own_ }).where('account_id', '=', hers).execute()
  await db.destroy()
  const verify = () => member.post(`/v1/accounts/${hers}/mail/verify`)
  const verified = await verify()
  assert.deepEqual(steps(verified), ['token ok', 'identity ok', 'imap failed'], verified.text)
  assert.equal(verified.json.steps[2].code, 'PRIVATE_ADDRESS')
  for (let n = 0; n < 9; n++) assert.equal((await verify()).status, 200)
  const fast = await verify()
  assert.deepEqual([fast.status, fast.json.code, fast.headers.get('retry-after')], [429, 'TOO_MANY_ATTEMPTS', '60'])
  scene.clock.advance(60)
  assert.equal((await verify()).status, 200)
})

test('[#138] whoever consents is who the mailbox is of, whatever was typed before', async () => {
  const { scene, admin, account } = await practice()
  await using _ = scene
  const id = await account('bob', admin, { login_hint: 'alice@example.test' })
  const { principal, mailbox } = (await admin.get(`/v1/accounts/${id}/mail`)).json
  assert.deepEqual([principal, mailbox], ['bob@example.test', 'bob@example.test'])
  const verified = await admin.post(`/v1/accounts/${id}/mail/verify`)
  assert.equal(verified.json.ok, true, verified.text)
})

test('a mailbox that the token is not for is refused in the server’s own words', async () => {
  const { scene, admin, account } = await practice()
  await using _ = scene
  const id = await account('bob')
  const set = await admin.call('PUT', `/v1/accounts/${id}/mail`, { body: { mailbox: 'alice@example.test' } })
  assert.equal(set.status, 200, set.text)
  const verified = await admin.post(`/v1/accounts/${id}/mail/verify`)
  assert.deepEqual(steps(verified), ['token ok', 'identity ok', 'imap failed', 'pop failed', 'smtp failed'])
  const imap = verified.json.steps[2]
  assert.deepEqual([imap.code, imap.who], ['MAIL_LOGIN_REFUSED', 'person'])
  const listed = await admin.get(`/v1/accounts/${id}/mail/messages`)
  assert.deepEqual([listed.status, listed.json.code], [502, 'MAIL_LOGIN_REFUSED'])
  assert.equal((await admin.get(`/v1/accounts/${id}`)).json.state, 'ok', 'the grant is not to blame')
})

test('[#139] nobody but its owner reads or sends mail, or says where the mailbox is', async () => {
  const { scene, admin, account } = await practice()
  await using _ = scene
  const member = await scene.invited(admin, { name: 'Grace' })
  const other = await scene.invited(admin, { name: 'Joan' })
  const id = await account('bob', member)
  assert.equal((await member.get(`/v1/accounts/${id}/mail/messages`)).status, 200)
  const mail = { to: ['alice@example.test'], subject: 'x', text: 'x' }
  const calls = (browser: Browser) => [
    browser.get(`/v1/accounts/${id}/mail/messages`),
    browser.get(`/v1/accounts/${id}/mail/messages/1`),
    browser.post(`/v1/accounts/${id}/mail/send`, mail),
    browser.call('PUT', `/v1/accounts/${id}/mail`, { body: { mailbox: 'x@example.test' } }),
    browser.delete(`/v1/accounts/${id}/mail`),
  ]
  for (const call of calls(admin)) assert.deepEqual([(await call).status, (await call).json.code], [403, 'OWNER_ONLY'])
  for (const call of calls(other)) assert.equal((await call).status, 404)
  for (const call of calls(scene.browser())) assert.equal((await call).status, 401)
  assert.equal((await other.get(`/v1/accounts/${id}/mail`)).status, 404)
  assert.equal((await member.post(`/v1/accounts/${id}/mail/send`, mail)).status, 200)
  const { entries } = (await admin.get('/v1/audit')).json
  const sent = entries.find(({ action }: { action: string }) => action === 'account.mail_send')
  assert.deepEqual([sent.subject, sent.detail], [id, { recipients: 1 }])
})

test('what is sent has no more recipients and headers than were given', async () => {
  const { scene, admin, account } = await practice()
  await using _ = scene
  const [alice, bob] = [await account('alice'), await account('bob')]
  const send = (change: object) =>
    admin.post(`/v1/accounts/${alice}/mail/send`, { to: ['bob@example.test'], subject: 's', text: 't', ...change })
  for (const to of ['bob@example.test\r\nBcc: x@example.test', 'a@x.test, b@x.test', '<bob@example.test>', 'bob', '']) {
    assert.equal((await send({ to: [to] })).status, 400, to)
  }
  assert.equal((await send({ text: { path: '/etc/passwd' } })).status, 400)
  const sent = await send({ subject: 'one\r\nX-Evil: yes\r\n\r\nbody' })
  assert.equal(sent.status, 200, sent.text)
  const [newest] = (await admin.get(`/v1/accounts/${bob}/mail/messages`)).json.messages
  assert.equal((await admin.get(`/v1/accounts/${bob}/mail/messages/${newest.uid}`)).json.text.trim(), 't')
  const nobody = await send({ to: ['nobody@elsewhere.test'] })
  assert.deepEqual([nobody.status, nobody.json.code], [502, 'MAIL_NOT_ACCEPTED'], nobody.text)
  assert.match(nobody.json.advice, /it is the address of the recipient/)
})

test('a mail server whose name leads into the own network a moment after it was looked at is not connected to', async () => {
  const names: string[] = []
  let publicly = Number.POSITIVE_INFINITY
  const resolve = async (name: string): Promise<readonly string[]> => {
    names.push(name)
    return publicly-- > 0 ? ['93.184.216.34'] : ['10.0.0.7']
  }
  const env = { EVERGRANT_MAIL_IMAP_PORT: '0', EVERGRANT_MAIL_SMTP_PORT: '0' }
  await using scene = await Scene.begin({ env, surroundings: { resolve } })
  await using sandbox = await sandboxOf(scene)
  const { admin, account } = await connected(scene, sandbox)
  const server = (port: number) => ({ host: 'mail.rebind.example', port, security: 'tls' })
  const mailbox = 'alice@example.test'
  const set = await admin.call('PUT', `/v1/accounts/${account}/mail`, {
    body: { mailbox, imap: server(993), smtp: server(465), password: PASSWORD },
  })
  assert.equal(set.status, 200, set.text)
  const refused = /mail\.rebind\.example \(10\.0\.0\.7\) is inside of the server's own network/
  // Two servers are looked at before anything is connected to.
  publicly = 2
  const verified = await admin.post(`/v1/accounts/${account}/mail/verify`)
  assert.deepEqual(steps(verified).slice(2), ['imap failed', 'smtp failed'])
  for (const { code, detail } of verified.json.steps.slice(2)) {
    assert.equal(code, 'PRIVATE_ADDRESS')
    assert.match(detail, refused)
  }
  publicly = 2
  const read = await admin.get(`/v1/accounts/${account}/mail/messages`)
  assert.equal(read.json.code, 'PRIVATE_ADDRESS', read.text)
  publicly = 2
  const sent = await admin.post(`/v1/accounts/${account}/mail/send`, { to: [mailbox], subject: 's', text: 't' })
  assert.equal(sent.json.code, 'PRIVATE_ADDRESS', sent.text)
  const { key } = (
    await admin.post('/v1/api-keys', { name: 'a mail program', accounts: [account], password: PASSWORD })
  ).json
  const { imap = 0, smtp = 0 } = scene.server.mailPorts
  const plain = Buffer.from(`\0${mailbox}\0${key}`).toString('base64')
  for (const [port, said, wanted] of [
    [imap, `a AUTHENTICATE PLAIN ${plain}\r\n`, /^a NO \[UNAVAILABLE\] mail\.rebind\.example \(10\.0\.0\.7\)/],
    [smtp, `AUTH PLAIN ${plain}\r\n`, /^454 4\.7\.0 mail\.rebind\.example \(10\.0\.0\.7\)/],
  ] as const) {
    publicly = 2
    const socket = connectTo({ port, host: '127.0.0.1' })
    const lines = createInterface({ input: socket })
    socket.write(said)
    for await (const line of lines) {
      if (/^(?:220|\*)/.test(line)) continue
      assert.match(line, wanted)
      break
    }
    socket.destroy()
  }
  assert.ok(names.every((name) => name === 'mail.rebind.example'))
})

for (const [mechanism, other] of [
  ['OAUTHBEARER', 'XOAUTH2'],
  ['XOAUTH2', 'OAUTHBEARER'],
] as const) {
  test(`the mechanism that was set is used to test, to read and to send: ${mechanism}`, async () => {
    await using scene = await Scene.begin()
    await using sandbox = await sandboxOf(scene)
    await using mail = await startSandboxMail(sandbox)
    const { admin, account } = await connected(scene, sandbox)
    const said: string[] = []
    const gates = [await gate(mail.ports.imap, said), await gate(mail.ports.smtp, said)]
    const [imap, smtp] = gates.map(({ port }) => ({ host: '127.0.0.1', port, security: 'none' }))
    const body = { mailbox: 'alice@example.test', mechanism, imap, smtp }
    const set = await admin.call('PUT', `/v1/accounts/${account}/mail`, { body: { ...body, password: PASSWORD } })
    assert.deepEqual([set.status, set.json.mechanism, set.json.by_hand.includes('mechanism')], [200, mechanism, true])
    assert.equal((await admin.post(`/v1/accounts/${account}/mail/verify`)).json.ok, true)
    const sent = await admin.post(`/v1/accounts/${account}/mail/send`, { to: [body.mailbox], subject: 's', text: 't' })
    assert.equal(sent.status, 200, sent.text)
    assert.equal((await admin.get(`/v1/accounts/${account}/mail/messages`)).json.total, 2)
    for (const one of gates) one.close()
    const words = said.join('')
    assert.match(words, new RegExp(`AUTHENTICATE ${mechanism}`))
    assert.match(words, new RegExp(`AUTH ${mechanism}`))
    assert.ok(!words.includes(other))
  })
}

/** A port that leads to another, and what clients say through it. */
async function gate(to: number, said: string[]) {
  const server = createServer((socket) => {
    const inner = connectTo({ port: to, host: '127.0.0.1' })
    for (const one of [socket, inner]) one.on('error', () => undefined)
    socket.on('data', (data) => void said.push(data.toString('latin1')))
    socket.on('close', () => inner.destroy())
    inner.on('close', () => socket.destroy())
    socket.pipe(inner).pipe(socket)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return { port: (server.address() as AddressInfo).port, close: () => server.close() }
}

test('practice mail works at a server beside the one that serves the sandbox', async () => {
  const { scene, admin, account } = await practice()
  await using _ = scene
  const id = await account('bob')
  await using other = await scene.another()
  const browser = new Browser(other.url, other.listening)
  assert.equal((await browser.post('/v1/session', { name: 'Ada', password: PASSWORD })).status, 200)
  const settings = (await browser.get(`/v1/accounts/${id}/mail`)).json
  assert.deepEqual([settings.from, settings.mailbox], ['practice', 'bob@example.test'])
  assert.deepEqual(settings.imap, (await admin.get(`/v1/accounts/${id}/mail`)).json.imap)
  const verified = await browser.post(`/v1/accounts/${id}/mail/verify`)
  assert.equal(verified.json.ok, true, verified.text)
  assert.equal((await browser.get(`/v1/accounts/${id}/mail/messages`)).json.total, 1)
})

test('attachments are sent, listed and saved octet by octet, as files and never as a page', async () => {
  const { scene, admin, account } = await practice()
  await using _ = scene
  const [alice, bob] = [await account('alice'), await account('bob')]
  const octets = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7919) % 256))
  const html = '<script>alert(document.cookie)</script>'
  const evil = 'a"\u202egnp.exe; filename=x.html'
  const attachments = [
    { name: 'plän 1.bin', content: octets.toString('base64') },
    { name: 'page.html', type: 'text/html', content: Buffer.from(html).toString('base64') },
    { name: evil, type: 'image/svg+xml', content: Buffer.from('<svg/>').toString('base64') },
  ]
  const mail = { to: ['bob@example.test'], subject: 'files', text: 'three of them', attachments }
  const sent = await admin.post(`/v1/accounts/${alice}/mail/send`, mail)
  assert.equal(sent.status, 200, sent.text)
  const [newest] = (await admin.get(`/v1/accounts/${bob}/mail/messages`)).json.messages
  const path = `/v1/accounts/${bob}/mail/messages/${newest.uid}`
  const read = (await admin.get(path)).json
  assert.equal(read.text.trim(), 'three of them')
  assert.deepEqual(
    read.attachments.map(({ name, type }: { name: string; type: string }) => [name, type]),
    [
      ['plän 1.bin', 'application/octet-stream'],
      ['page.html', 'text/html'],
      [evil, 'image/svg+xml'],
    ],
  )
  const saved = async (part: string) => {
    const answer = await admin.raw(`${path}/attachments/${part}`)
    assert.equal(answer.status, 200)
    const { headers } = answer
    assert.equal(headers.get('content-type'), 'application/octet-stream')
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.match(headers.get('content-security-policy') ?? '', /sandbox/)
    return { disposition: headers.get('content-disposition'), body: Buffer.from(await answer.arrayBuffer()) }
  }
  const [first, second, third] = await Promise.all(read.attachments.map(({ part }: { part: string }) => saved(part)))
  assert.deepEqual(
    [first?.body.equals(octets), first?.disposition],
    [true, "attachment; filename*=UTF-8''pl%C3%A4n%201.bin"],
  )
  assert.equal(second?.body.toString(), html)
  assert.equal(third?.disposition, "attachment; filename*=UTF-8''a_gnp.exe%3B%20filename%3Dx.html")
  assert.equal((await admin.get(`${path}/attachments/1`)).status, 404, 'the text is no attachment')
  assert.equal((await admin.get(`${path}/attachments/9`)).status, 404)
  assert.equal((await admin.get(`${path}/attachments/1%0D%0Ax`)).status, 400)
  assert.equal((await scene.browser().get(`${path}/attachments/2`)).status, 401)
})

test('what is attached is refused when it is too much, not base64, or named like a path', async () => {
  const { scene, admin, account } = await practice()
  await using _ = scene
  const alice = await account('alice')
  const send = (...attachments: object[]) =>
    admin.post(`/v1/accounts/${alice}/mail/send`, { to: ['bob@example.test'], subject: 's', text: 't', attachments })
  const half = { name: 'half', content: Buffer.alloc(5_100_000).toString('base64') }
  const large = await send(half, half)
  assert.deepEqual([large.status, large.json.code], [413, 'ATTACHMENT_TOO_LARGE'])
  assert.equal((await send(half, half, half)).status, 413)
  for (const wrong of [
    { name: 'x', content: 'not base64!' },
    { name: 'x', content: 'QQ' },
    { name: '../x', content: '' },
    { name: 'x\r\nContent-Type: text/html', content: '' },
    { name: 'x', type: 'text/html; charset=x', content: '' },
    { name: 'x', content: '', path: '/etc/passwd' },
    { name: 'x', content: { path: '/etc/passwd' } },
  ]) {
    assert.equal((await send(wrong)).status, 400, JSON.stringify(wrong))
  }
  assert.equal((await send({ name: 'empty', content: '' })).status, 200)
})

test('an answer belongs to its conversation, also when the message it answers names no other', async () => {
  const { scene, admin, account } = await practice()
  await using _ = scene
  const [alice, bob] = [await account('alice'), await account('bob')]
  const send = async (id: string, to: string, answers?: object) => {
    const sent = await admin.post(`/v1/accounts/${id}/mail/send`, { to: [to], subject: 's', text: 't', answers })
    assert.equal(sent.status, 200, sent.text)
    return sent.json.message_id as string
  }
  const newest = async (id: string) => (await admin.get(`/v1/accounts/${id}/mail/messages`)).json.messages[0].uid
  const first = await send(alice, 'bob@example.test')
  const second = await send(bob, 'alice@example.test', { uid: await newest(bob) })
  await send(alice, 'bob@example.test', { uid: await newest(alice), folder: 'INBOX' })
  const { imap } = (await admin.get(`/v1/accounts/${bob}/mail`)).json
  const { access_token } = (await admin.post(`/v1/accounts/${bob}/reveal`, { password: PASSWORD, reason: 'to look' }))
    .json
  const client = new ImapFlow({
    ...imap,
    secure: false,
    doSTARTTLS: false,
    logger: false,
    auth: { user: 'bob@example.test', accessToken: access_token },
  })
  await client.connect()
  await client.mailboxOpen('INBOX', { readOnly: true })
  const last = await client.fetchOne('*', { headers: ['in-reply-to', 'references'] })
  await client.logout()
  assert.ok(last)
  const headers = last.headers?.toString().replace(/\r\n\s+/g, ' ')
  assert.match(headers ?? '', new RegExp(`In-Reply-To: ${second}`, 'i'))
  assert.match(headers ?? '', new RegExp(`References: ${first} ${second}`, 'i'))
  const unknown = { to: ['bob@example.test'], subject: 's', text: 't', answers: { uid: 4711 } }
  assert.equal((await admin.post(`/v1/accounts/${alice}/mail/send`, unknown)).status, 404)
})
