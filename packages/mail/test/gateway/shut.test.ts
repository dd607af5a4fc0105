import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { startMailGateway } from '@evergrant/mail/gateway'
import { type Program, plain, talk } from './program.ts'
import { alice, host, password, world } from './world.ts'

/** A way to a mail server on which everything that is said to it is written down. */
async function tap(to: number) {
  const open = new Set<Socket>()
  let said = ''
  const server = createServer((socket) => {
    const inner = connect({ host, port: to })
    for (const one of [socket, inner]) open.add(one.on('error', () => undefined))
    socket.on('data', (data) => {
      said += data.toString('latin1')
    })
    socket.pipe(inner).pipe(socket)
  })
  server.listen(0, host)
  await once(server, 'listening')
  return {
    at: { host, port: (server.address() as AddressInfo).port, security: 'none' } as const,
    said: () => said,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      await once(server.close(), 'close')
    },
  }
}

type Protocol = 'imap' | 'pop' | 'smtp'

/** A program that has logged in, and what its mail server hears from then on. */
async function session(protocol: Protocol, login: string, opened: RegExp) {
  const at = await world()
  const way = await tap(at.mail.ports[protocol])
  const account = { ...at.account, [protocol]: way.at }
  const gateway = await startMailGateway({ listeners: [{ protocol }], clock: at.clock, account: () => account })
  const program: Program = talk(gateway.ports[0] ?? 0)
  program.say(login)
  await program.hears(opened)
  const before = way.said().length
  return {
    program,
    upstream: () => way.said().slice(before),
    async [Symbol.asyncDispose]() {
      program.socket.destroy()
      await gateway.close()
      await way[Symbol.asyncDispose]()
      await at[Symbol.asyncDispose]()
    },
  }
}

const smtp = () => session('smtp', `EHLO x\r\nAUTH PLAIN ${plain(alice, password)}\r\n`, /235[^\r]*\r\n/)
const imap = () => session('imap', `a LOGIN ${alice} ${password}\r\n`, /a OK[^\r]*\r\n/)
const pop = () => session('pop', `USER ${alice}\r\nPASS ${password}\r\n`, /logged in\r\n/)

test('SMTP after log-in: EHLO offers no AUTH, and AUTH and STARTTLS are answered 503 in their turn, unheard by the mail server', async () => {
  await using at = await smtp()
  const { program, upstream } = at
  program.say('EHLO x\r\n')
  const [offers] = await program.hears(/^(?:250-[^\r]*\r\n)*250 [^\r]*\r\n/)
  assert.doesNotMatch(offers, /AUTH|STARTTLS/i)
  program.say(`NOOP\r\nauth PLAIN ${plain(alice, password)}\r\nSTARTTLS\r\nRSET\r\nAUTH LOGIN\r\nEHLO y\r\n`)
  const [answers] = await program.hears(/^250[^\r]*\r\n503[^\r]*\r\n503[^\r]*\r\n250[^\r]*\r\n503[^\r]*\r\n/)
  assert.match(answers, /503 5\.5\.1 /)
  const [again] = await program.hears(/^(?:250-[^\r]*\r\n)*250 [^\r]*\r\n/)
  assert.doesNotMatch(again, /AUTH/)
  for (const octet of `AUTH PLAIN ${plain(alice, password)}\r\n`) program.say(octet)
  await program.hears(/^503[^\r]*\r\n/)
  assert.equal(upstream(), 'EHLO x\r\nNOOP\r\nRSET\r\nEHLO y\r\n')
})

test('SMTP: what looks like a command in a mail is the mail’s, and what comes right behind DATA waits for its answer', async () => {
  await using at = await smtp()
  const { program, upstream } = at
  const mail = 'Subject: x\r\n\r\nAUTH PLAIN eA==\r\nSTARTTLS\r\n.\r\n'
  program.say(`MAIL FROM:<${alice}>\r\nRCPT TO:<${alice}>\r\nDATA\r\n${mail}AUTH PLAIN eA==\r\nNOOP\r\n`)
  await program.hears(/354[^\r]*\r\n250[^\r]*\r\n503[^\r]*\r\n250[^\r]*\r\n/)
  assert.equal(upstream(), `MAIL FROM:<${alice}>\r\nRCPT TO:<${alice}>\r\nDATA\r\n${mail}NOOP\r\n`)
  // Without a mail under way DATA is refused: what follows are commands.
  program.say(`DATA\r\nAUTH PLAIN ${plain(alice, password)}\r\nNOOP\r\n`)
  await program.hears(/^5\d\d[^\r]*\r\n503[^\r]*\r\n250[^\r]*\r\n/)
  assert.ok(!upstream().includes(plain(alice, password)))
})

test('IMAP after log-in: LOGIN, AUTHENTICATE, STARTTLS and COMPRESS are answered BAD, literals and all, unheard by the mail server', async () => {
  await using at = await imap()
  const { program, upstream } = at
  program.say(`b LOGIN ${alice} ${password}\r\n`)
  await program.hears(/b BAD [^\r]*\r\n/)
  program.say(
    `c authenticate PLAIN\r\nd AUTHENTICATE PLAIN ${plain(alice, password)}\r\ne STARTTLS\r\nf COMPRESS DEFLATE\r\n`,
  )
  await program.hears(/c BAD [^\r]*\r\nd BAD [^\r]*\r\ne BAD [^\r]*\r\nf BAD [^\r]*\r\n/)
  program.say(
    `g LOGIN {${alice.length}+}\r\n${alice} {${password.length}+}\r\n${password}\r\nh LOGIN {5}\r\ni NOOP\r\n`,
  )
  await program.hears(/g BAD [^\r]*\r\nh BAD [^\r]*\r\n[\s\S]*i OK/)
  assert.equal(upstream(), 'i NOOP\r\n')
})

test('IMAP: what looks like a command in a literal is the literal’s, also when it is sent before it is asked for', async () => {
  await using at = await imap()
  const { program, upstream } = at
  const mail = 'Subject: x\r\n\r\nx LOGIN a b\r\n'
  const append = (tag: string, plus: string) => `${tag} APPEND INBOX {${mail.length}${plus}}\r\n${mail}\r\n`
  program.say(`${append('b', '+')}c LOGIN a b\r\nd NOOP\r\n`)
  await program.hears(/c BAD/)
  await program.hears(/d (?:OK|NO|BAD)/)
  program.say(`e NOOP\r\n${append('f', '')}g LOGIN a b\r\nh NOOP\r\n`)
  await program.hears(/g BAD/)
  await program.hears(/h (?:OK|NO|BAD)/)
  assert.equal(
    upstream()
      .replaceAll(/x LOGIN a b/g, '')
      .includes('LOGIN'),
    false,
  )
})

test('POP3 after log-in: USER, PASS, AUTH, APOP and STLS are answered -ERR in their turn, unheard by the mail server', async () => {
  await using at = await pop()
  const { program, upstream } = at
  program.say(`LIST\r\nUSER ${alice}\r\npass ${password}\r\nNOOP\r\nAUTH PLAIN\r\nAPOP a b\r\nSTLS\r\nUIDL\r\n`)
  await program.hears(
    /^\+OK[^\r]*\r\n(?:\d[^\r]*\r\n)*\.\r\n-ERR[^\r]*\r\n-ERR[^\r]*\r\n\+OK[^\r]*\r\n(?:-ERR[^\r]*\r\n){3}\+OK[^\r]*\r\n(?:\d[^\r]*\r\n)*\.\r\n/,
  )
  assert.equal(upstream(), 'LIST\r\nNOOP\r\nUIDL\r\n')
})

test('to act as somebody else is refused in words, and an over-long literal before the log-in is the end of the connection', async () => {
  await using at = await world()
  const other = Buffer.from(`bob@example.test\0${alice}\0${password}`).toString('base64')
  for (const [port, said, wanted] of [
    [at.port, `a AUTHENTICATE PLAIN ${other}\r\n`, /a NO \[AUTHORIZATIONFAILED\] /],
    [at.smtp, `AUTH PLAIN ${other}\r\n`, /535 5\.7\.8 /],
    [at.pop, `AUTH PLAIN ${other}\r\n`, /-ERR \[AUTH\] /],
  ] as const) {
    const program = talk(port)
    program.say(said)
    await program.hears(wanted)
    program.socket.destroy()
  }
  for (const literal of ['{5000000000+}', '{5000000000}', '{999999+}']) {
    const program = talk(at.port)
    program.say(`a LOGIN ${literal}\r\n`)
    await program.hears(/\* BYE /)
    await program.closed
  }
})
