import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { OAuthError } from '@evergrant/core'
import { type GatewayAccount, type GatewayEvent, hashProgramPassword, startMailGateway } from '@evergrant/mail/gateway'
import type { MailTokens } from '../../src/sign-in/open.ts'
import { type MailServers, startMailServers, unable } from '../servers/mail-servers.ts'
import { talk } from './program.ts'

const address = 'alice@example.test'
const password = 'wxyz-2345-"\\-words'
const fixtures = join(import.meta.dirname, '../../../core/test/fixtures')

let servers: MailServers
let hash: string
before(async () => {
  hash = await hashProgramPassword(password)
  if (!unable) servers = await startMailServers()
})
after(() => servers?.[Symbol.asyncDispose]())

/** A gateway in front of the real servers; `calls` counts what reaches the grant. */
async function gateway(
  source?: MailTokens,
  more: { readonly tls?: boolean; readonly clock?: ReturnType<typeof stoppedClock> } = {},
) {
  const events: GatewayEvent[] = []
  const calls: number[] = []
  const host = '127.0.0.1'
  const tokens = source ?? (await servers.source())
  const account: GatewayAccount = {
    mailbox: address,
    imap: { host, port: servers?.imaps ?? 1, security: 'tls' },
    pop: { host, port: servers?.pops ?? 1, security: 'tls' },
    smtp: { host, port: servers?.smtp ?? 1, security: 'starttls' },
    programs: [{ name: 'test', hash }],
    source: {
      token: (want) => {
        calls.push(1)
        return tokens.token(want)
      },
    },
  }
  const certificate = {
    cert: await readFile(join(fixtures, 'server.crt'), 'utf8'),
    key: await readFile(join(fixtures, 'server.pem'), 'utf8'),
  }
  const running = await startMailGateway({
    listeners: [
      { protocol: 'imap' },
      { protocol: 'pop' },
      { protocol: 'smtp' },
      { protocol: 'imap', tls: more.tls ?? false },
    ],
    account: (name) => (name === address ? account : undefined),
    onEvent: (event) => void events.push(event),
    upstream: { ca: servers?.ca },
    ...(more.tls ? { certificate } : {}),
    ...(more.clock ? { clock: more.clock } : {}),
  })
  const [imap = 0, pop = 0, smtp = 0, imaps = 0] = running.ports
  return { running, imap, pop, smtp, imaps, events, calls, [Symbol.asyncDispose]: () => running.close() }
}

function stoppedClock() {
  let now = 1000
  return {
    now: () => now,
    monotonic: () => now,
    sleep: async () => undefined,
    advance: (by: number): void => {
      now += by
    },
  }
}

/** Runs a program; its exit code and all it says. */
function run(command: string, args: readonly string[], input = ''): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    const child = execFile(command, args, { timeout: 600_000 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, said: stdout + stderr })
    })
    // A program that needs no input may have ended before it is given.
    child.stdin?.on('error', () => undefined).end(input)
  })
}

const mail = (subject: string, body = 'hello'): string =>
  `From: ${address}\r\nTo: ${address}\r\nSubject: ${subject}\r\nDate: Sat, 21 Nov 2026 12:00:00 +0000\r\nMessage-ID: <${subject}@example.test>\r\n\r\n${body}\r\n`

async function folder(): Promise<{ path: string; [Symbol.asyncDispose]: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'evergrant-programs-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** Asks the mailbox until the mail that was handed to Postfix is in it. */
async function arrived(imap: number, subject: string): Promise<void> {
  const client = talk(imap)
  await client.hears(/^\* OK/)
  client.say(`a LOGIN ${address} "${password.replace(/(["\\])/g, '\\$1')}"\r\nb SELECT INBOX\r\n`)
  await client.hears(/b OK/)
  for (;;) {
    client.say(`c SEARCH SUBJECT ${subject}\r\n`)
    const [, found = ''] = await client.hears(/\* SEARCH([ \d]*)\r\n[\s\S]*?c OK[^\r]*\r\n/)
    if (found.trim() !== '') break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  client.say('d LOGOUT\r\n')
  await client.closed
}

test('[#140] [#141] msmtp sends and mbsync fetches through the gateway, with one token', { skip: unable }, async () => {
  await using at = await gateway()
  await using home = await folder()
  const requests = servers.tokenRequests()
  await writeFile(
    join(home.path, 'msmtprc'),
    `account default\nhost 127.0.0.1\nport ${at.smtp}\nauth plain\ntls off\nuser ${address}\npasswordeval cat ${join(home.path, 'pw')}\nfrom ${address}\n`,
    { mode: 0o600 },
  )
  await writeFile(join(home.path, 'pw'), password)
  const sent = await run('/usr/bin/msmtp', ['-C', join(home.path, 'msmtprc'), address], mail('by-msmtp'))
  assert.equal(sent.code, 0, sent.said)
  await arrived(at.imap, 'by-msmtp')
  await writeFile(
    join(home.path, 'mbsyncrc'),
    `IMAPAccount a\nHost 127.0.0.1\nPort ${at.imap}\nUser ${address}\nPassCmd "cat ${home.path}/pw"\nSSLType None\nAuthMechs LOGIN\n\nIMAPStore far\nAccount a\n\nMaildirStore near\nPath ${home.path}/mail/\nInbox ${home.path}/mail/inbox\n\nChannel c\nFar :far:\nNear :near:\nCreate Near\nSyncState *\n`,
  )
  await run('mkdir', ['-p', join(home.path, 'mail')])
  const synced = await run('/usr/bin/mbsync', ['-c', join(home.path, 'mbsyncrc'), 'c'])
  assert.equal(synced.code, 0, synced.said)
  assert.match((await run('grep', ['-r', 'by-msmtp', join(home.path, 'mail')])).said, /Subject: by-msmtp/)
  assert.equal(servers.tokenRequests(), requests)
  assert.deepEqual([...new Set(at.events.map(({ type }) => type))].sort(), ['closed', 'opened'])
})

test('curl sends, lists over IMAP and POP3, and Python reads, through the gateway', { skip: unable }, async () => {
  await using at = await gateway(undefined, { tls: true })
  await using home = await folder()
  await writeFile(
    join(home.path, 'netrc'),
    `machine 127.0.0.1 login ${address} password "${password.replace(/(["\\])/g, '\\$1')}"\n`,
  )
  await writeFile(join(home.path, 'mail'), mail('by-curl'))
  const curl = (...args: string[]) =>
    run('curl', ['-sS', '--netrc-file', join(home.path, 'netrc'), '--cacert', servers.caFile, ...args])
  const sent = await curl(
    `smtp://127.0.0.1:${at.smtp}`,
    '--ssl-reqd',
    '--mail-from',
    address,
    '--mail-rcpt',
    address,
    '-T',
    join(home.path, 'mail'),
  )
  assert.equal(sent.code, 0, sent.said)
  await arrived(at.imap, 'by-curl')
  const listed = await curl(`imaps://127.0.0.1:${at.imaps}`, '-X', 'STATUS INBOX (MESSAGES)')
  assert.match(listed.said, /MESSAGES [1-9]/)
  const popped = await curl(`pop3://127.0.0.1:${at.pop}`, '--ssl-reqd')
  assert.match(popped.said, /^1 \d+/m)
  const python = `
import imaplib,sys
m=imaplib.IMAP4('127.0.0.1',${at.imap}); m.starttls(__import__('ssl').create_default_context(cafile=${JSON.stringify(servers.caFile)}))
m.login(${JSON.stringify(address)},open(sys.argv[1]).read()); m.select()
print(m.uid('search',None,'SUBJECT by-curl')); m.logout()`
  await writeFile(join(home.path, 'pw'), password)
  const read = await run('python3', ['-c', python, join(home.path, 'pw')])
  assert.match(read.said, /\('OK', \[b'\d+'\]\)/)
})

test('Python declares the size of its mail, and Postfix refuses one that is too large before it was sent', {
  skip: unable,
}, async () => {
  await using at = await gateway()
  await using home = await folder()
  await writeFile(join(home.path, 'pw'), password)
  const python = `
import smtplib,sys
s=smtplib.SMTP('127.0.0.1',${at.smtp})
s.login('${address}',open(sys.argv[1]).read())
print(s.has_extn('size'))
try: s.sendmail('${address}','${address}',('y'*998+chr(13)+chr(10))*60000)
except smtplib.SMTPSenderRefused as refused: print(refused.smtp_code)
s.quit()`
  const sent = await run('python3', ['-c', python, join(home.path, 'pw')])
  assert.equal(sent.said.trim(), 'True\n552', sent.said)
  // Of 60 MB nothing but commands.
  assert.ok(at.running.traffic.smtp.received < 1000)
})

test('IDLE goes through: a mail that arrives is told at once', { skip: unable }, async () => {
  await using at = await gateway()
  const client = talk(at.imap)
  client.say(`a AUTHENTICATE PLAIN ${Buffer.from(`\0${address}\0${password}`).toString('base64')}\r\n`)
  const [, capabilities = ''] = await client.hears(/a OK \[CAPABILITY ([^\]]*)\]/)
  assert.ok(capabilities.includes('IDLE') && !capabilities.includes('AUTH='))
  client.say('b SELECT INBOX\r\nc IDLE\r\n')
  await client.hears(/\+ idling/)
  const sender = talk(at.smtp)
  sender.say(`EHLO x\r\nAUTH PLAIN ${Buffer.from(`\0${address}\0${password}`).toString('base64')}\r\n`)
  await sender.hears(/235/)
  sender.say(`MAIL FROM:<${address}>\r\nRCPT TO:<${address}>\r\nDATA\r\n`)
  await sender.hears(/354/)
  sender.say(`${mail('idle')}.\r\nQUIT\r\n`)
  await client.hears(/\* \d+ EXISTS/)
  client.say('DONE\r\nd LOGOUT\r\n')
  await client.closed
})

test('a wrong password never reaches the grant, and locks its source out until time has passed', async () => {
  const clock = stoppedClock()
  const dead: MailTokens = { token: async () => Promise.reject(new OAuthError('CONSENT_REQUIRED', 'gone')) }
  await using at = await gateway(dead, { clock })
  const attempt = async (word: string): Promise<string> => {
    const client = talk(at.imap)
    client.say(`a LOGIN ${address} ${word}\r\n`)
    const [, code = ''] = await client.hears(/a NO \[(\w+)\]/)
    client.socket.destroy()
    return code
  }
  for (let wrong = 0; wrong < 5; wrong++) assert.equal(await attempt('nope'), 'AUTHENTICATIONFAILED')
  assert.equal(at.calls.length, 0)
  const right = `"${password.replace(/(["\\])/g, '\\$1')}"`
  assert.equal(await attempt(right), 'UNAVAILABLE')
  assert.equal(at.calls.length, 0, 'locked out: the right password is not even looked at')
  assert.equal(at.events.at(-1)?.type, 'locked')
  clock.advance(31)
  assert.equal(await attempt(right), 'UNAVAILABLE')
  assert.equal(at.calls.length, 1, 'now it is, and the grant has trouble of its own')
  assert.ok(!JSON.stringify(at.events).includes('nope'))
})

test('who mistypes a password is wrong once, however many mechanisms Python tries with it on one connection', {
  skip: unable,
}, async () => {
  const dead: MailTokens = { token: async () => Promise.reject(new OAuthError('CONSENT_REQUIRED', 'gone')) }
  await using at = await gateway(dead, { clock: stoppedClock() })
  const python = `
import smtplib
for word in ['one','two','three','four']:
  s=smtplib.SMTP('127.0.0.1',${at.smtp})
  try: s.login('${address}',word)
  except smtplib.SMTPAuthenticationError as refused: print(refused.smtp_code)
  s.close()`
  const tried = await run('python3', ['-c', python])
  assert.equal(tried.said.trim(), '535\n535\n535\n535', tried.said)
  const types = at.events.map(({ type }) => type)
  assert.deepEqual(types, ['wrong', 'wrong', 'wrong', 'wrong'])
})

test('the same wrong password on one connection is one guess, another one a second', async () => {
  const dead: MailTokens = { token: async () => Promise.reject(new OAuthError('CONSENT_REQUIRED', 'gone')) }
  await using at = await gateway(dead, { clock: stoppedClock() })
  const client = talk(at.imap)
  client.say(`a LOGIN ${address} one\r\nb LOGIN ${address} one\r\nc LOGIN ${address} two\r\n`)
  for (const tag of ['a', 'b', 'c']) await client.hears(new RegExp(`${tag} NO \\[AUTHENTICATIONFAILED\\]`))
  await client.closed
  const types = at.events.map(({ type }) => type)
  assert.deepEqual(types, ['wrong', 'wrong'])
})

test('[#142] while the grant needs its person, each protocol keeps the password and the mail', async () => {
  const dead: MailTokens = {
    token: async () => Promise.reject(new OAuthError('CONSENT_REQUIRED', 'The grant was revoked.')),
  }
  await using at = await gateway(dead)
  const plain = Buffer.from(`\0${address}\0${password}`).toString('base64')
  for (const [port, line, wanted] of [
    [at.smtp, `EHLO x\r\nAUTH PLAIN ${plain}\r\n`, /454 4\.7\.0 The grant was revoked\. Connect the account again/],
    [at.imap, `a AUTHENTICATE PLAIN ${plain}\r\n`, /a NO \[UNAVAILABLE\] The grant was revoked/],
    [at.pop, `AUTH PLAIN ${plain}\r\n`, /-ERR \[SYS\/TEMP\] The grant was revoked/],
  ] as const) {
    const client = talk(port)
    client.say(line)
    await client.hears(wanted)
    client.socket.destroy()
  }
})

test('[#142] a program that goes on after 454 is refused its mail with 451, and with 530 once its password is wrong or none', async () => {
  const dead: MailTokens = {
    token: async () => Promise.reject(new OAuthError('CONSENT_REQUIRED', 'The grant was revoked.')),
  }
  await using at = await gateway(dead)
  const plain = (word: string): string => Buffer.from(`\0${address}\0${word}`).toString('base64')
  const mail = 'MAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\n'
  const client = talk(at.smtp)
  client.say(`EHLO x\r\n${mail}`)
  await client.hears(/(?:530 5\.7\.0 log in first\r\n){3}/)
  client.say(`AUTH PLAIN ${plain(password)}\r\n${mail}`)
  await client.hears(/454 4\.7\.0 The grant was revoked[^\r]*\r\n(?:451 4\.7\.0 The grant was revoked[^\r]*\r\n){3}/)
  client.say(`RSET\r\nEHLO x\r\n${mail}`)
  await client.hears(/250 ENHANCEDSTATUSCODES\r\n(?:451 4\.7\.0 The grant was revoked[^\r]*\r\n){3}/)
  client.say(`AUTH PLAIN ${plain('wrong')}\r\n${mail}`)
  await client.hears(/535 [^\r]*\r\n(?:530 5\.7\.0 log in first\r\n){3}/)
  client.socket.destroy()
})

test('hostile input before the login has an answer of the protocol, and the next program is served', async () => {
  const dead: MailTokens = { token: async () => Promise.reject(new OAuthError('CONSENT_REQUIRED', 'gone')) }
  await using at = await gateway(dead)
  for (const [port, sent, wanted] of [
    [at.imap, 'a LOGIN {4294967}\r\n', /a BAD \[TOOBIG\]/],
    [at.imap, 'a LOGIN {999999+}\r\n', /\* BYE \[TOOBIG\]/],
    [at.imap, 'a AUTHENTICATE PLAIN !!!\r\n', /a BAD/],
    [at.imap, 'a SELECT INBOX\r\n', /a BAD log in first/],
    [at.imap, '\r\n\r\n{}\r\n', /\* BAD/],
    [at.imap, 'a AUTHENTICATE PLAIN\r\n*\r\n', /a BAD cancelled/],
    [at.pop, 'PASS x\r\nLIST\r\n', /-ERR say USER first\r\n-ERR log in first/],
    [at.pop, 'AUTH PLAIN ====\r\n', /-ERR the message is malformed/],
    [at.smtp, 'MAIL FROM:<a@b>\r\n', /530 5\.7\.0/],
    [at.smtp, 'AUTH LOGIN\r\n*\r\n', /501 5\.5\.2/],
    [at.smtp, 'AUTH CRAM-MD5\r\n', /504 5\.5\.4/],
  ] as const) {
    const client = talk(port)
    client.say(sent)
    await client.hears(wanted)
    client.socket.destroy()
  }
  const endless = talk(at.imap)
  endless.say('x'.repeat(100_000))
  await endless.closed
  const half = talk(at.pop)
  half.socket.end()
  await half.closed
  const last = talk(at.imap)
  last.say('a NOOP\r\n')
  await last.hears(/a OK/)
  last.socket.destroy()
  assert.equal(at.calls.length, 0)
})

test('commands that came before TLS are not taken for those of the secured program', async () => {
  const dead: MailTokens = { token: async () => Promise.reject(new OAuthError('CONSENT_REQUIRED', 'gone')) }
  await using at = await gateway(dead, { tls: true })
  const client = talk(at.smtp)
  client.say('STARTTLS\r\nNOOP\r\n')
  await client.closed
  assert.equal(at.calls.length, 0)
})

test('a listener that others can reach needs a certificate', async () => {
  await assert.rejects(
    startMailGateway({ listeners: [{ protocol: 'imap' }], host: '0.0.0.0', account: () => undefined }),
    { code: 'INVALID_SETTING' },
  )
})
