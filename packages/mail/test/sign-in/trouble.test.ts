import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { type AddressInfo, createServer, type LookupFunction } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import type { OAuthError } from '@evergrant/core'
import { imapMailbox, smtpSender } from '@evergrant/mail/clients'
import type { MailServer } from '@evergrant/mail/discovery'
import { technicalWords, verifyMail } from '@evergrant/mail/sign-in'
import { startSandbox, startSandboxMail } from '@evergrant/sandbox'
import { type MailServers, startMailServers, unable } from '../servers/mail-servers.ts'

const run = promisify(execFile)
const alice = 'alice@example.test'
const host = '127.0.0.1'
let servers: MailServers
before(async () => {
  if (!unable) servers = await startMailServers()
})
after(() => servers?.[Symbol.asyncDispose]())

type Protocol = 'imap' | 'pop' | 'smtp'

/** What a test of one server says. */
async function trouble(protocol: Protocol, server: MailServer, options: Parameters<typeof verifyMail>[2] = {}) {
  const asked: string[] = []
  const source = {
    token: async () => {
      asked.push('token')
      return { access_token: 't0ken-of-alice', token_type: 'Bearer', raw: {} }
    },
  }
  const account = { mailbox: alice, [protocol]: server }
  const [check] = await verifyMail(source, account, options)
  const error = check?.error
  assert.ok(error !== undefined, `${protocol} ${JSON.stringify(server)} works`)
  assert.equal(asked.length, 1, 'another token mends nothing of this, and is not asked for')
  assertForPeople(error)
  return error
}

/** Words of a library are in the details alone, and nothing accuses the sign-in. */
function assertForPeople(error: OAuthError): void {
  assert.doesNotMatch(error.message, /SSL|0A00|routines|ECONN|ENOTFOUND|getaddrinfo|undefined|\[object/)
  assert.doesNotMatch(`${error.message} ${error.advice}`, /sign(?:ed)?[ -]in/i)
  assert.notEqual(error.code, 'MAIL_LOGIN_REFUSED')
}

test('[#141] TLS at a port that begins without it is told as the wrong pair, and OpenSSL’s words are details', {
  skip: unable,
}, async () => {
  for (const [protocol, port] of [
    ['imap', servers.imap],
    ['smtp', servers.smtp],
  ] as const) {
    const error = await trouble(protocol, { host, port, security: 'tls' }, { ca: servers.ca })
    assert.deepEqual([error.code, error.class, error.who], ['MAIL_NOT_SECURED', 'configuration', 'person'])
    assert.equal(error.message, `${host}:${port} does not begin with TLS.`)
    assert.match(error.advice, /STARTTLS for this port/)
    assert.match(technicalWords(error) ?? '', /wrong.version.number/i)
  }
})

test('a port for TLS that is spoken to without it says nothing, and that is explained', { skip: unable }, async () => {
  const error = await trouble('imap', { host, port: servers.imaps, security: 'starttls' }, { timeout: 1 })
  assert.deepEqual([error.code, error.who], ['MAIL_NOT_SECURED', 'person'])
  assert.match(error.message, /takes the connection and then says nothing/)
  assert.match(error.advice, /expects TLS from the start/)
})

test('a missing STARTTLS is told as such, in each protocol, and no token was sent', async () => {
  const sandbox = await startSandbox({ clients: [] })
  const mail = await startSandboxMail(sandbox)
  for (const protocol of ['imap', 'pop', 'smtp'] as const) {
    const port = mail.ports[protocol]
    const error = await trouble(protocol, { host, port, security: 'starttls' })
    assert.deepEqual(
      [error.code, error.who, error.message],
      ['MAIL_NOT_SECURED', 'person', `${host}:${port} does not offer STARTTLS.`],
    )
    assert.match(error.advice, /Nothing was sent without protection/)
    assert.notEqual(technicalWords(error), undefined)
  }
  await mail.close()
  await sandbox.close()
})

test('a missing STARTTLS at Postfix is the same to verify and to send', { skip: unable }, async () => {
  const smtp = { host, port: servers.relay, security: 'starttls' } as const
  const verified = await trouble('smtp', smtp, { ca: servers.ca })
  assert.equal(verified.message, `${host}:${servers.relay} does not offer STARTTLS.`)
  assert.match(technicalWords(verified) ?? '', /^50[23] /)
  const token = { access_token: 't0ken', token_type: 'Bearer', raw: {} }
  await using sender = smtpSender({ token: async () => token }, { mailbox: alice, smtp }, { ca: servers.ca })
  await assert.rejects(sender.send({ to: alice, text: 'x' }), (error: OAuthError) => {
    assertForPeople(error)
    return error.message === verified.message && error.code === verified.code
  })
})

test('certificates are told by what is wrong with them: the name, who signed, how old', { skip: unable }, async () => {
  const lookup: LookupFunction = (_, { all }, done) =>
    all ? done(null, [{ address: host, family: 4 }]) : done(null, host, 4)
  const named = { host: 'mail.example.test', port: servers.imaps, security: 'tls' } as const
  const other = await trouble('imap', named, { ca: servers.ca, lookup })
  assert.equal(
    other.message,
    `The certificate of mail.example.test:${named.port} is for other names: 127.0.0.1, localhost.`,
  )
  assert.equal(other.who, 'person')
  const unknown = await trouble('smtp', { host, port: servers.smtp, security: 'starttls' })
  assert.match(unknown.message, /comes from an authority that is not trusted here/)
  assert.deepEqual([unknown.code, unknown.who], ['MAIL_NOT_SECURED', 'operator'])

  const folder = await mkdtemp(join(tmpdir(), 'evergrant-certificate-'))
  try {
    const [key, request] = [join(folder, 'key.pem'), join(folder, 'request.pem')]
    await run('openssl', [
      'req',
      '-new',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      key,
      '-out',
      request,
      '-subj',
      '/CN=localhost',
    ])
    const made = async (days: string): Promise<string> =>
      (await run('openssl', ['x509', '-req', '-in', request, '-signkey', key, '-days', days])).stdout
    const sandbox = await startSandbox({ clients: [] })
    for (const [days, trusted, words, who] of [
      ['-1', true, /has expired/, 'provider'],
      ['9', false, /is self-signed/, 'operator'],
    ] as const) {
      const cert = await made(days)
      const mail = await startSandboxMail(sandbox, { certificate: { cert, key: await readFile(key, 'utf8') } })
      const server = { host, port: mail.ports.imaps ?? 0, security: 'tls' } as const
      const error = await trouble('imap', server, trusted ? { ca: cert } : {})
      assert.match(error.message, words)
      assert.equal(error.who, who)
      await mail.close()
    }
    await sandbox.close()
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('imapflow and nodemailer fail in the same words as the test of a mailbox', { skip: unable }, async () => {
  const token = { access_token: 't0ken', token_type: 'Bearer', raw: {} }
  const source = { token: async () => token }
  const server = { host, port: servers.imap, security: 'tls' } as const
  const { message } = await trouble('imap', server, { ca: servers.ca })
  await using mailbox = imapMailbox(source, { mailbox: alice, imap: server }, { ca: servers.ca })
  await assert.rejects(
    mailbox.use(async () => undefined),
    { code: 'MAIL_NOT_SECURED', message },
  )
  const smtp = { host, port: servers.smtp, security: 'tls' } as const
  const told = await trouble('smtp', smtp, { ca: servers.ca })
  await using sender = smtpSender(source, { mailbox: alice, smtp }, { ca: servers.ca })
  await assert.rejects(sender.send({ to: alice, text: 'x' }), { code: 'MAIL_NOT_SECURED', message: told.message })
  const untrusted = { host, port: servers.smtp, security: 'starttls' } as const
  await using stranger = smtpSender(source, { mailbox: alice, smtp: untrusted })
  await assert.rejects(stranger.send({ to: alice, text: 'x' }), {
    code: 'MAIL_NOT_SECURED',
    message: /comes from an authority that is not trusted here/,
  })
})

test('a server of another protocol, one that is full, and one that is not there are told apart', {
  skip: unable,
}, async () => {
  const swapped = await trouble('imap', { host, port: servers.relay, security: 'none' })
  assert.deepEqual(
    [swapped.code, swapped.message],
    ['MAIL_ANSWER_INVALID', `${host}:${servers.relay} answers in SMTP, and not in IMAP.`],
  )
  const pop = await trouble('smtp', { host, port: servers.imap, security: 'none' })
  assert.match(pop.message, /answers in IMAP, and not in SMTP/)
  await using full = await greeting('* BYE Too many connections\r\n')
  const busy = await trouble('imap', full.server)
  assert.deepEqual([busy.code, busy.class], ['MAIL_SERVER_UNREACHABLE', 'transient'])
  assert.match(busy.message, /turns the connection away: \* BYE Too many connections/)
  const { server } = full
  await full[Symbol.asyncDispose]()
  const gone = await trouble('imap', server)
  assert.deepEqual([gone.message, gone.who], [`Nothing accepts connections at ${host}:${server.port}.`, 'person'])
  const lookup: LookupFunction = (name, _, done) =>
    done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }), '')
  const nowhere = await trouble('imap', { host: 'imap.exmaple.test', port: 993, security: 'tls' }, { lookup })
  assert.match(nowhere.message, /nobody knows the name/)
})

/** A server that says one line and no more. */
async function greeting(line: string) {
  const server = createServer((socket) => void socket.on('error', () => undefined).end(line))
  server.listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const closed = async (): Promise<void> => {
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  return { server: { host, port, security: 'none' } as MailServer, [Symbol.asyncDispose]: closed }
}

test('a sign-in that is refused for another reason than the token costs no second token, and says the reason', async () => {
  const imap = (words: string) => [
    '* OK hi\r\n',
    '* CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2\r\nA OK\r\n',
    `A NO ${words}\r\n`,
  ]
  for (const [words, expected, advice] of [
    ['[UNAVAILABLE] Temporary authentication failure.', 'transient', /cannot check sign-ins just now/],
    ['[LIMIT] Too many simultaneous connections.', 'transient', /too many connections/],
    ['Your account is not enabled for IMAP use.', 'configuration', /switched off for this mailbox/],
    ['[AUTHENTICATIONFAILED] Invalid credentials', 'consent', /own words/],
  ] as const) {
    const asked: string[] = []
    await using server = await scripted(imap(words))
    const source = {
      token: async () => ({ access_token: `t0ken-${asked.push(words)}`, token_type: 'Bearer', raw: {} }),
    }
    const [check] = await verifyMail(source, { mailbox: alice, imap: server.at })
    assert.deepEqual([check?.error?.code, check?.error?.class], ['MAIL_LOGIN_REFUSED', expected], words)
    assert.match(check?.error?.advice ?? '', advice)
    assert.equal(asked.length, expected === 'consent' ? 2 : 1, words)
  }
})

/** A server that says these lines, each after one of the client's, to each client. */
async function scripted(lines: readonly string[]) {
  const server = createServer((socket) => {
    const left = [...lines]
    socket.on('error', () => undefined).write(left.shift() ?? '')
    socket.on('data', () => socket.write(left.shift() ?? '* BYE enough\r\n'))
  })
  server.listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { at: { host, port, security: 'none' } as MailServer, [Symbol.asyncDispose]: async () => void server.close() }
}
