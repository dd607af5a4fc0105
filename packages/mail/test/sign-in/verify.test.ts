import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { MailServer } from '@evergrant/mail/discovery'
import { type MailAccount, openPop, verifyMail } from '@evergrant/mail/sign-in'
import { startSandbox, startSandboxMail } from '@evergrant/sandbox'
import { type MailServers, startMailServers, unable } from '../servers/mail-servers.ts'

const fixtures = join(import.meta.dirname, '../../../core/test/fixtures')
let servers: MailServers
before(async () => {
  if (unable) return
  servers = await startMailServers()
})
after(() => servers?.[Symbol.asyncDispose]())

const account = (mailbox: string, only?: 'imap' | 'pop' | 'smtp'): MailAccount => {
  const host = '127.0.0.1'
  const all = {
    imap: { host, port: servers.imaps, security: 'tls' },
    pop: { host, port: servers.pops, security: 'tls' },
    smtp: { host, port: servers.smtp, security: 'starttls' },
  } as const
  return only === undefined ? { mailbox, ...all } : { mailbox, [only]: all[only] }
}

test('[#140] [#141] a consented mailbox is opened over IMAP, POP3 and SMTP with one token', {
  skip: unable,
}, async () => {
  const source = await servers.source()
  const requests = servers.tokenRequests()
  const checks = await verifyMail(source, account('alice@example.test'), { ca: servers.ca })
  assert.deepEqual(
    checks.map(({ protocol, ok, detail }) => [protocol, ok, detail]),
    [
      ['imap', true, 'INBOX has 0 messages'],
      ['pop', true, '0 messages'],
      ['smtp', true, 'takes mail from alice@example.test'],
    ],
    JSON.stringify(checks),
  )
  assert.equal(servers.tokenRequests(), requests)
})

test('IMAP with STARTTLS ends at the same mailbox', { skip: unable }, async () => {
  const imap: MailServer = { host: '127.0.0.1', port: servers.imap, security: 'starttls' }
  const [check] = await verifyMail(await servers.source(), { mailbox: 'alice@example.test', imap }, { ca: servers.ca })
  assert.equal(check?.detail, 'INBOX has 0 messages', check?.error?.message)
})

for (const protocol of ['imap', 'pop', 'smtp'] as const) {
  test(`${protocol}: another person's mailbox is refused, in the server's words and without the token`, {
    skip: unable,
  }, async () => {
    const source = await servers.source('bob')
    const { access_token } = await source.token()
    const [check] = await verifyMail(source, account('alice@example.test', protocol), { ca: servers.ca })
    assert.equal(check?.error?.code, 'MAIL_LOGIN_REFUSED')
    assert.match(check?.error?.message ?? '', /refused to open alice@example\.test: .*(?:AUTH|5\.7\.8)/i)
    assert.ok(!JSON.stringify(check).includes(access_token))
  })

  test(`${protocol}: a token of a scope without mail is refused`, { skip: unable }, async () => {
    const source = await servers.source('alice', 'calendar')
    const [check] = await verifyMail(source, account('alice@example.test', protocol), { ca: servers.ca })
    assert.equal(check?.error?.code, 'MAIL_LOGIN_REFUSED')
  })

  test(`[#142] ${protocol}: a token that the server refuses is replaced once, and the mailbox opens`, {
    skip: unable,
  }, async () => {
    const source = await servers.source()
    const { access_token } = await source.token()
    await fetch(`${servers.sandbox.issuer}/revoke`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from('web:secret-of-web').toString('base64')}` },
      body: new URLSearchParams({ token: access_token }),
    })
    const requests = servers.tokenRequests()
    const [check] = await verifyMail(source, account('alice@example.test', protocol), { ca: servers.ca })
    assert.ok(check?.ok, check?.error?.message)
    assert.equal(servers.tokenRequests(), requests + 1)
  })
}

test('a certificate that nobody vouches for ends the connection before the token is sent', {
  skip: unable,
}, async () => {
  const checks = await verifyMail(await servers.source(), account('alice@example.test'))
  assert.deepEqual(
    checks.map(({ error }) => error?.code),
    ['MAIL_NOT_SECURED', 'MAIL_NOT_SECURED', 'MAIL_NOT_SECURED'],
  )
})

/** A server that says these lines, each after one of the client's. */
async function scripted(...lines: string[]) {
  const heard: string[] = []
  const server = createServer((socket) => {
    const left = [...lines]
    socket.on('error', () => undefined).write(left.shift() ?? '')
    socket.on('data', (data) => {
      heard.push(data.toString())
      socket.write(left.shift() ?? '* BYE enough\r\n')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const imap: MailServer = { host: '127.0.0.1', port, security: 'none' }
  return { imap, heard, [Symbol.asyncDispose]: async () => void server.close() }
}

const source = { token: async () => ({ access_token: 't0ken-of-alice', token_type: 'Bearer', raw: {} }) }
const capability = '* CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2\r\nA OK done\r\n'

test('[#143] "authenticated but not connected" is tried again a few times, then told', async () => {
  await using server = await scripted(
    '* OK hi\r\n',
    capability,
    'A OK in\r\n',
    'A BAD User is authenticated but not connected.\r\n',
  )
  const slept: number[] = []
  const clock = { now: () => 0, monotonic: () => 0, sleep: async (seconds: number) => void slept.push(seconds) }
  const [check, more] = await verifyMail(source, { mailbox: 'a@b.org', imap: server.imap }, { clock })
  assert.equal(check?.error?.code, 'MAIL_COMMAND_REFUSED')
  assert.match(check?.error?.message ?? '', /authenticated but not connected/)
  assert.deepEqual(slept, [1, 2])
  assert.equal(more, undefined)
  assert.equal(server.heard.filter((line) => line.includes('AUTHENTICATE')).length, 3)
})

test('[#140] an error challenge is answered with an empty line, and its reason is told', async () => {
  const challenge = Buffer.from('{"status":"401","scope":"https://mail.example/"}').toString('base64')
  await using server = await scripted(
    '* OK hi\r\n',
    capability,
    `+ ${challenge}\r\n`,
    'A NO [AUTHENTICATIONFAILED] no\r\n',
  )
  const [check] = await verifyMail(source, { mailbox: 'a@b.org', imap: server.imap })
  assert.match(check?.error?.message ?? '', /AUTHENTICATIONFAILED\] no \(401, scope https:\/\/mail\.example\/\)/)
  assert.equal(server.heard[2], '\r\n')
})

test('a server of another kind, without OAuth or without manners, is an answer and no crash', async () => {
  const cases = [
    [['220 mail ESMTP\r\n'], 'MAIL_ANSWER_INVALID'],
    [['* OK hi\r\n', '* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nA OK\r\n'], 'MAIL_LOGIN_REFUSED'],
    [[`* OK ${'x'.repeat(70_000)}`], 'MAIL_ANSWER_INVALID'],
    [['* OK hi\r\n', '* BYE t0ken-of-alice\r\n'], 'MAIL_SERVER_UNREACHABLE'],
  ] as const
  for (const [lines, code] of cases) {
    await using server = await scripted(...lines)
    const [check] = await verifyMail(source, { mailbox: 'a@b.org', imap: server.imap })
    assert.equal(check?.error?.code, code, check?.error?.message)
    assert.ok(!JSON.stringify(check).includes('t0ken-of-alice'))
  }
})

test('a mailbox name that would begin a command of its own is never sent', async () => {
  await using server = await scripted('* OK hi\r\n', capability)
  const [check] = await verifyMail(source, { mailbox: 'a@b.org\r\nA DELETE INBOX', imap: server.imap })
  assert.equal(check?.error?.code, 'INVALID_ARGUMENT')
  assert.ok(server.heard.every((line) => !line.includes('DELETE')))
})

test('POP3: messages are counted, listed, read dot for dot and deleted, with STLS and a limit on their size', async () => {
  const certificate = {
    cert: await readFile(join(fixtures, 'server.crt'), 'utf8'),
    key: await readFile(join(fixtures, 'server.pem'), 'utf8'),
  }
  const ca = await readFile(join(fixtures, 'ca.crt'), 'utf8')
  const app = { client_id: 'app', client_secret: 'a secret', grant_types: ['client_credentials'] }
  await using sandbox = await startSandbox({ clients: [app] })
  await using mail = await startSandboxMail(sandbox, { certificate })
  const answer = await fetch(`${sandbox.issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('app:a secret').toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'mail' }),
  })
  const { access_token } = (await answer.json()) as { access_token: string }
  const tokens = { token: async () => ({ access_token, token_type: 'Bearer', raw: {} }) }
  const account = {
    mailbox: 'alice@example.test',
    pop: { host: '127.0.0.1', port: mail.ports.pop, security: 'starttls' },
  } as const
  const dots = 'Subject: dots\r\n\r\n.\r\n..\r\n.end\r\n'
  mail.deliver(account.mailbox, dots)
  mail.deliver(account.mailbox, `Subject: large\r\n\r\n${'x'.repeat(5000)}\r\n`)
  {
    await using mailbox = await openPop(tokens, account, { ca, largest: 4096 })
    const [stat, list, text] = await Promise.all([mailbox.stat(), mailbox.list(), mailbox.retrieve(2)])
    assert.equal(stat.messages, 3)
    assert.equal(text.toString(), dots)
    assert.equal(list[1]?.size, dots.length)
    assert.equal(new Set(list.map(({ uid }) => uid)).size, 3)
    await assert.rejects(mailbox.retrieve(9), { code: 'MAIL_COMMAND_REFUSED' })
    await assert.rejects(mailbox.retrieve(1.5), { code: 'INVALID_ARGUMENT' })
    await mailbox.delete(1)
  }
  await using again = await openPop(tokens, account, { ca, largest: 4096 })
  assert.equal((await again.stat()).messages, 2)
  await assert.rejects(again.retrieve(2), { code: 'MAIL_ANSWER_INVALID', message: /more than 4096 octets/ })
  await assert.rejects(again.stat(), { code: 'ABORTED' }, 'the rest of the message is no answer to anything')
})
