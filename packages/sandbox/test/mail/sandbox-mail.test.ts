import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { manualClock, type SandboxMailOptions, startSandbox, startSandboxMail } from '@evergrant/sandbox'
import { ImapFlow } from 'imapflow'
import nodemailer from 'nodemailer'
import { consented, native, web } from '../support.ts'

const alice = 'alice@example.test'
const bob = 'bob@example.test'
const host = '127.0.0.1'
const run = promisify(execFile)
const fixtures = join(import.meta.dirname, '../../../core/test/fixtures')

async function mailWorld(options: SandboxMailOptions = {}) {
  const clock = manualClock()
  const app = { client_id: 'app', client_secret: 'a secret', grant_types: ['client_credentials'] }
  const sandbox = await startSandbox({ clients: [web, native, app], clock })
  const mail = await startSandboxMail(sandbox, options)
  return {
    sandbox,
    clock,
    mail,
    token: async (login_hint = 'alice', scope = 'mail.read mail.send') =>
      (await consented(sandbox, { login_hint, scope })).access,
    async [Symbol.asyncDispose]() {
      await mail.close()
      await sandbox.close()
    },
  }
}

function imapflow(port: number, user: string, accessToken: string): ImapFlow {
  const client = new ImapFlow({
    host,
    port,
    secure: false,
    doSTARTTLS: false,
    logger: false,
    auth: { user, accessToken },
  })
  client.on('error', () => undefined)
  return client
}

function transport(port: number, user: string, accessToken: string) {
  return nodemailer.createTransport({
    host,
    port,
    secure: false,
    ignoreTLS: true,
    auth: { type: 'OAuth2', user, accessToken },
  })
}

/** Says lines, and resolves with all that was heard once the server has closed. */
function dialogue(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    let heard = ''
    socket.on('data', (data) => {
      heard += data.toString('latin1')
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(heard))
    socket.write(text, 'latin1')
  })
}

test('nodemailer sends from one practice account to another, and imapflow reads, marks, moves and deletes it', async () => {
  await using world = await mailWorld({ savesSent: true })
  const { imap, smtp } = world.mail.ports
  const sender = transport(smtp, alice, await world.token('alice'))
  const attachments = [{ filename: 'ä.txt', content: 'attached' }]
  await sender.sendMail({
    from: `"Älice" <${alice}>`,
    to: bob,
    subject: 'Grüße (1)',
    text: '.\r\n..dots',
    html: '<b>x</b>',
    attachments,
  })
  sender.close()
  const reader = imapflow(imap, bob, await world.token('bob'))
  await reader.connect()
  const folders = await reader.list()
  assert.equal(folders.find(({ specialUse }) => specialUse === '\\Sent')?.path, 'Sent')
  await reader.mailboxOpen('INBOX')
  assert.deepEqual(
    await reader.search({ subject: 'Grüße' }, { uid: true }),
    [],
    'the header is encoded, as it is on the wire',
  )
  const [uid = 0] = (await reader.search({ from: 'alice', seen: false }, { uid: true })) || []
  const wanted = {
    envelope: true,
    bodyStructure: true,
    flags: true,
    size: true,
    source: true,
    internalDate: true,
  } as const
  const message = await reader.fetchOne(String(uid), wanted, { uid: true })
  assert.ok(message)
  assert.equal(message.envelope?.subject, 'Grüße (1)')
  assert.deepEqual(
    message.envelope?.from?.map(({ name, address }) => [name, address]),
    [['Älice', alice]],
  )
  assert.equal(message.size, message.source?.length)
  assert.equal(message.bodyStructure?.type, 'multipart/mixed')
  const file = message.bodyStructure?.childNodes?.at(-1)
  assert.equal(file?.disposition, 'attachment')
  const { content } = await reader.download(String(uid), '1.1', { uid: true })
  let text = ''
  for await (const chunk of content ?? []) text += chunk
  assert.equal(
    text,
    '.\n..dots\n'
      .replaceAll('\n', '\r\n')
      .trimEnd()
      .concat(text.endsWith('\r\n') ? '\r\n' : ''),
  )
  await reader.messageFlagsAdd(String(uid), ['\\Flagged'], { uid: true })
  await reader.messageMove(String(uid), 'Trash', { uid: true })
  await reader.mailboxOpen('Trash')
  const moved = await reader.fetchOne('*', { flags: true })
  assert.deepEqual(moved && [...(moved.flags ?? [])], ['\\Flagged'])
  await reader.messageDelete('1:*')
  assert.equal(((await reader.status('Trash', { messages: true })) || undefined)?.messages, 0)
  await reader.append('Drafts', 'Subject: draft\r\n\r\nnot yet\r\n', ['\\Draft'])
  assert.equal(((await reader.status('Drafts', { unseen: true, messages: true })) || undefined)?.messages, 1)
  await reader.logout()
  const own = imapflow(imap, alice, await world.token('alice'))
  await own.connect()
  assert.equal(((await own.status('Sent', { messages: true })) || undefined)?.messages, 1)
  await own.logout()
})

test('IDLE tells of a mail and of what another session deletes', async () => {
  await using world = await mailWorld()
  const token = await world.token()
  const [watcher, other] = [
    imapflow(world.mail.ports.imap, alice, token),
    imapflow(world.mail.ports.imap, alice, token),
  ]
  await Promise.all([watcher.connect(), other.connect()])
  await Promise.all([watcher.mailboxOpen('INBOX'), other.mailboxOpen('INBOX')])
  const arrived = new Promise<number>((resolve) => watcher.once('exists', ({ count }) => resolve(count ?? 0)))
  watcher.idle().catch(() => undefined)
  assert.ok(world.mail.deliver(alice, 'Subject: news\r\n\r\nnews\r\n'))
  assert.ok(!world.mail.deliver('nobody@example.test', 'x'))
  assert.equal(await arrived, 2)
  const gone = new Promise<number>((resolve) => watcher.once('expunge', ({ seq }) => resolve(seq ?? 0)))
  await other.messageDelete('1')
  assert.equal(await gone, 1)
  watcher.close()
  await other.logout()
})

test('curl and Python read and send with the same token over IMAP, POP3 and SMTP, with and without TLS', async () => {
  const certificate = {
    cert: await readFile(join(fixtures, 'server.crt'), 'utf8'),
    key: await readFile(join(fixtures, 'server.pem'), 'utf8'),
  }
  const ca = join(fixtures, 'ca.crt')
  await using world = await mailWorld({ certificate })
  const { imap, imaps, pop, pops, smtp } = world.mail.ports
  const token = await world.token()
  const folder = await mkdtemp(join(tmpdir(), 'evergrant-sandbox-mail-'))
  try {
    await writeFile(join(folder, 'mail'), `From: ${alice}\r\nTo: ${bob}\r\nSubject: by-curl\r\n\r\n.hello\r\n`)
    await writeFile(join(folder, 'curlrc'), `user = "${alice}"\noauth2-bearer = "${token}"\n`)
    const curl = async (...args: string[]) =>
      (await run('curl', ['-sS', '-K', join(folder, 'curlrc'), '--cacert', ca, ...args])).stdout
    await curl(
      `smtp://${host}:${smtp}`,
      '--ssl-reqd',
      '--mail-from',
      alice,
      '--mail-rcpt',
      bob,
      '-T',
      join(folder, 'mail'),
    )
    assert.match(await curl(`imaps://${host}:${imaps}`, '-X', 'STATUS INBOX (MESSAGES)'), /MESSAGES 1/)
    assert.match(
      await curl(`imap://${host}:${imap}/INBOX;UID=1/;SECTION=HEADER.FIELDS%20(SUBJECT)`),
      /Subject: This mailbox/,
    )
    assert.match(await curl(`pop3s://${host}:${pops}/1`), /for practice/)
    const script = `
import imaplib, poplib, smtplib, ssl, sys
token, user = open(sys.argv[1]).read(), ${JSON.stringify(bob)}
sasl = 'user=%s\\x01auth=Bearer %s\\x01\\x01' % (user, token)
m = imaplib.IMAP4(${JSON.stringify(host)}, ${imap}); m.starttls(ssl.create_default_context(cafile=${JSON.stringify(ca)}))
m.authenticate('XOAUTH2', lambda challenge: sasl.encode()); m.select()
print(m.search(None, 'SUBJECT', '"by-curl"')); print(m.fetch('2', '(FLAGS BODY.PEEK[TEXT])'))
print(m.store('2', '+FLAGS', '\\\\Deleted')); print(m.expunge()); m.logout()
l = imaplib.IMAP4(${JSON.stringify(host)}, ${imap}); print(l.login(user, token)); l.logout()
s = smtplib.SMTP(${JSON.stringify(host)}, ${smtp}); s.ehlo(); s.auth('XOAUTH2', lambda challenge=None: sasl)
s.sendmail(user, [user], 'Subject: to myself\\n\\n.dot\\n'); s.quit()
p = poplib.POP3(${JSON.stringify(host)}, ${pop}); p.user(user); p.pass_(token); print(p.stat()); print(p.retr(2)[1]); p.quit()`
    await writeFile(join(folder, 'token'), await world.token('bob'))
    const { stdout } = await run('python3', ['-c', script, join(folder, 'token')])
    assert.match(stdout, /\('OK', \[b'2'\]\)/)
    assert.match(stdout, /FLAGS \(\) BODY\[TEXT\] \{8\}', b'\.hello\\r\\n'/)
    assert.match(stdout, /b'Subject: to myself', b'', b'\.dot'/)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('a token opens its own mailbox and shared ones; an application’s own token opens any', async () => {
  await using world = await mailWorld({ shared: { 'team@example.test': ['alice'] } })
  const { imap } = world.mail.ports
  const answer = await fetch(`${world.sandbox.issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('app:a secret').toString('base64')}` },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope: 'https://outlook.office365.com/.default IMAP.AccessAsApp',
    }),
  })
  const { access_token: app } = (await answer.json()) as { access_token: string }
  for (const [mailbox, token, opens] of [
    [alice, await world.token('alice'), true],
    ['TEAM@example.test', await world.token('alice'), true],
    ['team@example.test', await world.token('bob'), false],
    [alice, await world.token('bob'), false],
    [alice, await world.token('alice', 'calendar'), false],
    [alice, app, true],
    ['nobody@example.test', app, false],
    [alice, 'garbage', false],
  ] as const) {
    const client = imapflow(imap, mailbox, token)
    if (opens) {
      await client.connect()
      await client.logout()
    } else
      await assert.rejects(client.connect(), (error) => Reflect.get(error as object, 'authenticationFailed') === true)
  }
})

test('a session ends with its token: IMAP says BYE, SMTP 421, and IDLE ends without a word from the client', async () => {
  await using world = await mailWorld()
  const token = await world.token()
  const sasl = Buffer.from(`user=${alice}\u0001auth=Bearer ${token}\u0001\u0001`).toString('base64')
  const heard = dialogue(world.mail.ports.imap, `a AUTHENTICATE XOAUTH2 ${sasl}\r\nb SELECT INBOX\r\nc IDLE\r\n`)
  const smtp = connect({ host, port: world.mail.ports.smtp })
  let said = ''
  const signedIn = new Promise<void>((resolve) =>
    smtp.on('data', (data) => {
      said += data
      if (said.includes('235')) resolve()
    }),
  )
  smtp.write(`EHLO x\r\nAUTH XOAUTH2 ${sasl}\r\n`)
  await signedIn
  world.clock.advance(3601)
  assert.match(await heard, /\+ idling\r\n\* BYE The access token has ended/)
  const closed = new Promise((resolve) => smtp.once('close', resolve))
  smtp.write(`MAIL FROM:<${alice}>\r\n`)
  await closed
  assert.match(said, /421 4\.7\.0/)
})

test('hostile input has an answer of the protocol, and the next client is served', async () => {
  await using world = await mailWorld()
  const { imap, pop, smtp } = world.mail.ports
  const bad = Buffer.from('user=alice@example.test\u0001auth=Bearer no\u0001\u0001').toString('base64')
  for (const [port, said, wanted] of [
    [imap, 'a LOGIN {99999999}\r\na LOGOUT\r\n', /a NO \[TOOBIG\]/],
    [imap, 'a LOGIN {99999999+}\r\n', /\* BYE \[TOOBIG\]/],
    [imap, 'a SELECT INBOX\r\na LOGOUT\r\n', /a BAD sign in first/],
    [imap, `a LOGIN ${'('.repeat(2000)}\r\na LOGOUT\r\n`, /a BAD the arguments/],
    [imap, `${'x'.repeat(100_000)}`, /^\* OK/],
    [
      imap,
      `a AUTHENTICATE XOAUTH2\r\n!!\r\n\r\na LOGOUT\r\n`,
      /\+ \r\n\+ ey[\w=]+\r\na NO \[AUTHENTICATIONFAILED\] invalid_request/,
    ],
    [imap, `a AUTHENTICATE OAUTHBEARER ${bad}\r\nAQ==\r\na LOGOUT\r\n`, /a NO \[AUTHENTICATIONFAILED\]/],
    [
      smtp,
      `EHLO x\r\nAUTH XOAUTH2 ${bad}\r\n\r\nMAIL FROM:<${alice}>\r\nQUIT\r\n`,
      /334 ey[\w=]+\r\n535 5\.7\.8 invalid_token\r\n530/,
    ],
    [smtp, 'DATA\r\nRCPT TO:<x>\r\nQUIT\r\n', /503[\s\S]*503/],
    [
      pop,
      `AUTH XOAUTH2\r\n${bad}\r\n\r\nSTAT\r\nQUIT\r\n`,
      /\+ ey[\w=]+\r\n-ERR \[AUTH\] invalid_token\r\n-ERR sign in first/,
    ],
  ] as const) {
    assert.match(await dialogue(port, said), wanted)
  }
  const next = imapflow(imap, alice, await world.token())
  await next.connect()
  await next.logout()
})

/** The lines with which a person signs in over SMTP. */
const smtpSignIn = async (world: Awaited<ReturnType<typeof mailWorld>>): Promise<string> => {
  const message = `user=${alice}\u0001auth=Bearer ${await world.token()}\u0001\u0001`
  return `EHLO x\r\nAUTH XOAUTH2 ${Buffer.from(message).toString('base64')}\r\n`
}

test('a line that is too long is answered in each protocol, and SMTP goes on after it', async () => {
  await using world = await mailWorld()
  const { imap, pop, smtp } = world.mail.ports
  const long = 'x'.repeat(200_000)
  assert.match(await dialogue(imap, `a LOGIN ${long}\r\n`), /\* BYE the line is too long\r\n$/)
  assert.match(await dialogue(pop, `USER ${long}\r\n`), /-ERR \[SYS\/PERM\] the line is too long\r\n$/)
  assert.match(await dialogue(smtp, `EHLO ${long}\r\nNOOP\r\nQUIT\r\n`), /\r\n500 5\.5\.2 .*\r\n250 .*\r\n221 .*\r\n$/)
  const begin = await smtpSignIn(world)
  const mail = `MAIL FROM:<${alice}>\r\nRCPT TO:<${bob}>\r\nDATA\r\nSubject: x\r\n\r\n`
  const heard = await dialogue(smtp, `${begin}${mail}${long}\r\n.\r\nNOOP\r\nQUIT\r\n`)
  assert.match(heard, /354 .*\r\n500 5\.6\.0 .*\r\n250 2\.0\.0 done\r\n221 /)
})

test('only a dot between two CRLFs ends a mail, and one with other ends of lines is refused whole', async () => {
  await using world = await mailWorld()
  const { smtp, pop } = world.mail.ports
  const begin = await smtpSignIn(world)
  const mail = `MAIL FROM:<${alice}>\r\nRCPT TO:<${bob}>\r\nDATA\r\n`
  const smuggled = `${mail}Subject: smuggled\r\n\r\nx\r\n.\r\n`
  for (const end of ['\n.\n', '\n.\r\n', '\r\n.\n', '\r.\r', '\r\n\x00.\r\n']) {
    const heard = await dialogue(smtp, `${begin}${mail}Subject: one\r\n\r\none${end}${smuggled}QUIT\r\n`)
    const refused = end.startsWith('\r\n\x00') ? /354 .*\r\n250 / : /354 .*\r\n550 5\.6\.11 .*\r\n221 /
    assert.match(heard, refused, JSON.stringify(end))
    assert.equal(heard.match(/354 /g)?.length, 1, JSON.stringify(end))
  }
  const token = await world.token('bob')
  const message = Buffer.from(`user=${bob}\u0001auth=Bearer ${token}\u0001\u0001`).toString('base64')
  const box = await dialogue(pop, `AUTH XOAUTH2\r\n${message}\r\nSTAT\r\nTOP 2 0\r\nQUIT\r\n`)
  assert.match(box, /\+OK 2 /, 'the welcome, and the one mail whose lines are as they must be')
  assert.doesNotMatch(box, /Subject: smuggled/)
})

test('a mail that is announced as too large is refused before it is sent', async () => {
  await using world = await mailWorld()
  const begin = await smtpSignIn(world)
  const heard = await dialogue(
    world.mail.ports.smtp,
    `${begin}MAIL FROM:<${alice}> BODY=8BITMIME SIZE=26214401\r\nMAIL FROM:<${alice}> SIZE=26214400\r\nQUIT\r\n`,
  )
  assert.match(heard, /235 .*\r\n552 5\.3\.4 .*\r\n250 2\.1\.0 .*\r\n221 /)
})
