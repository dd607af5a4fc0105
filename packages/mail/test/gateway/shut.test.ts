import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plain, talk } from './program.ts'
import { imap, pop, smtp } from './tapped.ts'
import { alice, password, world } from './world.ts'

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
    `g LOGIN {${alice.length}+}\r\n${alice} {${password.length}+}\r\n${password}\r\nh LOGIN {${alice.length}}\r\n`,
  )
  await program.hears(/g BAD [^\r]*\r\n\+ [^\r]*\r\n/)
  program.say(`${alice} "${password}"\r\ni NOOP\r\n`)
  await program.hears(/h BAD [^\r]*\r\n[\s\S]*i OK/)
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
