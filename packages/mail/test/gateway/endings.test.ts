import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plain, talk } from './program.ts'
import { gatewayWith, scripted, token } from './scripted.ts'
import { alice, password, world } from './world.ts'

const logins = {
  imap: [`a LOGIN ${alice} ${password}\r\n`, /a OK[^\r]*\r\n/],
  smtp: [`AUTH PLAIN ${plain(alice, password)}\r\n`, /235[^\r]*\r\n/],
  pop: [`USER ${alice}\r\nPASS ${password}\r\n`, /logged in\r\n/],
} as const
type Protocol = keyof typeof logins
const protocols: readonly Protocol[] = ['imap', 'smtp', 'pop']
const portOf = (at: { port: number; smtp: number; pop: number }, protocol: Protocol): number =>
  protocol === 'imap' ? at.port : at[protocol]

test('a line without an end is answered in words before the connection is closed', async () => {
  await using at = await world()
  const words = {
    imap: /\* BYE \[CLIENTBUG\] the line is too long\r\n$/,
    smtp: /500 5\.5\.2 the line is too long\r\n421 4\.7\.0 the line is too long\r\n$/,
    pop: /-ERR the line is too long\r\n$/,
  }
  for (const protocol of protocols) {
    const program = talk(portOf(at, protocol))
    program.say('x'.repeat(100_000))
    await program.closed
    assert.match(program.heard(), words[protocol])
  }
})

test('who does not log in in time is told so before the connection is closed', async () => {
  await using at = await world({ loginTimeout: 0.1 })
  const words = {
    imap: /\* BYE nobody has logged in for too long\r\n$/,
    smtp: /421 4\.4\.2 nobody has logged in for too long\r\n$/,
    pop: /-ERR nobody has logged in for too long\r\n$/,
  }
  const programs = protocols.map((protocol) => ({ protocol, program: talk(portOf(at, protocol)) }))
  for (const { protocol, program } of programs) {
    await program.closed
    assert.match(program.heard(), words[protocol])
  }
})

test('a session in which nothing comes for too long ends in words', async () => {
  await using at = await world({ idleTimeout: 0.1 })
  const words = {
    imap: /\* BYE nothing came for too long\r\n$/,
    smtp: /421 4\.4\.2 nothing came for too long\r\n$/,
    pop: /-ERR nothing came for too long\r\n$/,
  }
  for (const protocol of protocols) {
    const program = talk(portOf(at, protocol))
    program.say(logins[protocol][0])
    await program.closed
    assert.match(program.heard(), words[protocol])
  }
})

test('who has not logged in when the gateway stops is told at once, and keeps nobody waiting', async () => {
  await using at = await world()
  const programs = protocols.map((protocol) => talk(portOf(at, protocol)))
  await Promise.all(programs.map((program) => program.hears(/^[^\r]*\r\n/)))
  // In the middle of an exchange.
  programs[1]?.say('AUTH PLAIN\r\n')
  await programs[1]?.hears(/^334/)
  // The clock stands still: nothing is waited for.
  await at.gateway.drain(10)
  const heard = programs.map((program) => program.heard())
  assert.match(heard[0] ?? '', /^\* BYE \[UNAVAILABLE\] the mail gateway is stopping, connect again\r\n$/)
  assert.match(heard[1] ?? '', /^ \r\n421 4\.3\.2 the mail gateway is stopping, connect again\r\n$/)
  assert.match(heard[2] ?? '', /^-ERR \[SYS\/TEMP\] the mail gateway is stopping, connect again\r\n$/)
})

test('before the log-in, what is no command is told so, and too much of it ends the connection in words', async () => {
  await using at = await world()
  const cases = {
    imap: ['n nonsense\r\n', /n BAD unknown command\r\n/g, /\* BYE \[CLIENTBUG\] too many commands\r\n$/],
    smtp: ['nonsense\r\n', /500 5\.5\.2 unknown command\r\n/g, /421 4\.7\.0 too many commands\r\n$/],
    pop: ['nonsense\r\n', /-ERR unknown command\r\n/g, /-ERR too many commands\r\n$/],
  } as const
  for (const protocol of protocols) {
    const [line, answer, end] = cases[protocol]
    const program = talk(portOf(at, protocol))
    program.say(line.repeat(30))
    await program.closed
    assert.equal(program.heard().match(answer)?.length, 20)
    assert.match(program.heard(), end)
  }
})

test('before the log-in, literals of whatever command are read past, and asked for only where they are wanted', async () => {
  await using at = await world()
  const program = talk(at.port)
  await program.hears(/^\* OK[^\r]*\r\n/)
  const trap = 'x LOGIN a b\r\n'
  program.say(
    `a APPEND INBOX {${trap.length}+}\r\n${trap}\r\nb FROB {3+}\r\nxyz {2+}\r\n\r\n (\r\n( {5+}\r\nhello\r\nc NOOP\r\n`,
  )
  await program.hears(/^a BAD log in first\r\nb BAD unknown command\r\n\* BAD [^\r]*\r\nc OK/)
  program.say('d ID ("name" {6}\r\n')
  await program.hears(/\+ [^\r]*\r\n/)
  program.say('mutt\r\n "version" {1+}\r\n2)\r\ne APPEND INBOX {3}\r\nf NOOP\r\n')
  await program.hears(/^\* ID NIL\r\nd OK[^\r]*\r\ne BAD log in first\r\nf OK/)
  program.say(
    `g LOGIN (x {${trap.length}+}\r\n${trap}\r\nh AUTHENTICATE PLAIN {${trap.length}+}\r\n${trap}\r\ni NOOP\r\n`,
  )
  await program.hears(/^[^\r]*\r\ng BAD [^\r]*\r\nh BAD [^\r]*\r\ni OK/)
  program.say('j FROB {70000+}\r\n')
  await program.hears(/\* BYE \[TOOBIG\]/)
  await program.closed
  assert.deepEqual(at.events, [], 'nothing of it was a log-in')
})

test('an answer that cannot be read ends the session in words, and is told to the operator', async () => {
  const garbled = '<html>oops</html>\r\n'
  const scripts = {
    imap: [
      [
        '* OK hi\r\n',
        '* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR\r\nA OK\r\n',
        'A OK\r\n',
        '* CAPABILITY IMAP4rev1\r\nA OK\r\n',
        `* 1 FETCH {${'9'.repeat(20)}}\r\n`,
      ],
      'b NOOP\r\n',
      /^\* BYE \[UNAVAILABLE\] the mail server cannot be understood, connect again\r\n$/,
    ],
    smtp: [
      ['220 hi\r\n', '250-x\r\n250 AUTH XOAUTH2\r\n', '235 in\r\n', `250 one\r\n${garbled}250 two\r\n`],
      `MAIL FROM:<${alice}>\r\n`,
      /^250 one\r\n421 4\.3\.2 the mail server cannot be understood, connect again\r\n$/,
    ],
    pop: [
      ['+OK hi\r\n', '+OK\r\nSASL XOAUTH2\r\n.\r\n', '+ \r\n', '+OK in\r\n', `+OK one\r\n${garbled}`],
      'NOOP\r\n',
      /^\+OK one\r\n-ERR \[SYS\/TEMP\] the mail server cannot be understood, connect again\r\n$/,
    ],
  } as const
  for (const protocol of protocols) {
    const [script, said, words] = scripts[protocol]
    await using server = await scripted(...script)
    await using gateway = await gatewayWith(token, { [protocol]: server.at })
    const program = talk(gateway[protocol])
    program.say(logins[protocol][0])
    await program.hears(logins[protocol][1])
    program.say(said)
    await program.closed
    assert.match(program.heard(), words)
    const failed = gateway.events.filter(({ type }) => type === 'failed')
    assert.deepEqual(
      failed.map(({ error }) => (error as { code?: string } | undefined)?.code),
      ['MAIL_ANSWER_INVALID'],
      protocol,
    )
  }
})

test('a chunk of a mail whose size cannot be read ends the SMTP session: nobody knows where it ends', async () => {
  for (const size of ['', 'ten', '-5', '1e3', '0x10', '99999999999999999999', '5 FIRST']) {
    await using at = await world()
    const program = talk(at.smtp)
    program.say(logins.smtp[0])
    await program.hears(logins.smtp[1])
    program.say(`BDAT ${size}\r\nAUTH PLAIN ${plain(alice, password)}\r\n`)
    await program.hears(/^421 4\.7\.0 BDAT without a size that can be read\r\n/)
    await program.closed
    assert.equal(at.events.filter(({ type }) => type === 'failed').length, 1, size)
  }
})
