import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyMail } from '@evergrant/mail/sign-in'
import { manualClock } from '@evergrant/sandbox'
import { startMailServers, unable } from '../servers/mail-servers.ts'
import { plain, talk } from './program.ts'
import { gatewayWith, scripted, token } from './scripted.ts'
import { alice, host, password } from './world.ts'

/** How each protocol says: not now, keep your password and your mail. Then the next command is answered as if nothing was. */
const refusals = [
  [
    'imap',
    `a AUTHENTICATE PLAIN ${plain(alice, password)}\r\n`,
    /a NO \[UNAVAILABLE\] ([^\r]*)\r\n/,
    'b NOOP\r\n',
    /b OK/,
  ],
  ['pop', `USER ${alice}\r\nPASS ${password}\r\n`, /-ERR \[SYS\/TEMP\] ([^\r]*)\r\n/, 'NOOP\r\n', /\+OK/],
  ['smtp', `AUTH PLAIN ${plain(alice, password)}\r\n`, /454 4\.7\.0 ([^\r]*)\r\n/, 'NOOP\r\n', /250/],
] as const

test('an expired, a revoked and a wrong-scope token, and another’s mailbox, are told in words by each protocol, with no token in them', {
  skip: unable,
}, async () => {
  const clock = manualClock()
  await using servers = await startMailServers(clock)
  const expired = await (await servers.source('alice')).token()
  clock.advance(4000)
  const source = await servers.source('alice')
  const revoked = await source.token()
  await servers.sandbox.revokeGrant('alice')
  const narrow = await (await servers.source('alice', 'calendar')).token()
  const good = await (await servers.source('bob')).token()
  const at = {
    imap: { host, port: servers.imaps, security: 'tls' },
    pop: { host, port: servers.pops, security: 'tls' },
    smtp: { host, port: servers.smtp, security: 'starttls' },
  } as const
  for (const [what, token] of [
    ['expired', expired],
    ['revoked', revoked],
    ['of another scope', narrow],
    ['of another person', good],
  ] as const) {
    await using gateway = await gatewayWith(token, at, { ca: servers.ca })
    for (const [protocol, login, refused, next, answered] of refusals) {
      const program = talk(gateway[protocol])
      program.say(login)
      const [, words = ''] = await program.hears(refused)
      assert.match(words, /refused to open alice@example\.test: /, `${what}, ${protocol}`)
      assert.ok(!words.includes(token.access_token))
      program.say(next)
      await program.hears(answered)
      program.socket.destroy()
    }
    assert.deepEqual(
      gateway.events.map(({ type }) => type),
      ['failed', 'failed', 'failed'],
    )
    assert.ok(!JSON.stringify(gateway.events.map(({ error }) => error?.message)).includes(token.access_token))
  }
})

test('a mailbox whose SMTP AUTH is off is told so, to the program and to whoever tests it', async () => {
  const off = '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.\r\n'
  await using server = await scripted('220 hi\r\n', '250-x\r\n250 AUTH LOGIN XOAUTH2\r\n', off)
  await using gateway = await gatewayWith(token, { smtp: server.at })
  const program = talk(gateway.smtp)
  program.say(`AUTH PLAIN ${plain(alice, password)}\r\n`)
  await program.hears(/454 4\.7\.0 .*5\.7\.139 Authentication unsuccessful, SmtpClientAuthentication is disabled/)
  program.socket.destroy()
  const [check] = await verifyMail(gateway.source, { mailbox: alice, smtp: server.at })
  assert.equal(check?.error?.code, 'MAIL_LOGIN_REFUSED')
  assert.match(check?.error?.message ?? '', /5\.7\.139/)
  await using none = await scripted('220 hi\r\n', '250 x\r\n')
  const [without] = await verifyMail(gateway.source, { mailbox: alice, smtp: none.at })
  assert.match(without?.error?.message ?? '', /offers no way to sign in for SMTP/)
})

test('a mail server that breaks its protocol is an answer to the program: endless lines, literals, nonsense in a challenge', async () => {
  for (const [server, wanted] of [
    [await scripted(`* OK ${'x'.repeat(70_000)}\r\n`), /does not speak this protocol/],
    [await scripted('* OK hi\r\n', `* CAPABILITY ${'y'.repeat(70_000)}\r\n`), /does not speak this protocol/],
    [await scripted('HTTP/1.1 400 Bad Request\r\n'), /answers in HTTP, and not in IMAP/],
    [
      await scripted(
        '* OK hi\r\n',
        '* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR\r\nA OK\r\n',
        '+ !!not base64!!\r\n',
        'A NO no\r\n',
      ),
      /refused to open alice@example\.test: NO no/,
    ],
    [
      await scripted(
        '* OK hi\r\n',
        '* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR\r\nA OK\r\n',
        '* 1 FETCH {999999999999}\r\nA OK\r\n',
        'A BAD\r\n',
      ),
      /signed alice@example\.test in, then refused CAPABILITY: BAD/,
    ],
  ] as const) {
    await using _ = server
    await using gateway = await gatewayWith(token, { imap: server.at })
    const program = talk(gateway.imap)
    program.say(`a LOGIN ${alice} ${password}\r\n`)
    const [, words = ''] = await program.hears(/a NO \[UNAVAILABLE\] ([^\r]*)\r\n/)
    assert.match(words, wanted)
    program.say('b NOOP\r\n')
    await program.hears(/b OK/)
    program.socket.destroy()
  }
})

test('a mail server that takes the connection and says nothing does not keep a program waiting for ever', async () => {
  await using server = await scripted('')
  await using gateway = await gatewayWith(token, { imap: server.at, smtp: server.at }, { timeout: 1 })
  for (const [port, said, wanted] of [
    [
      gateway.imap,
      `a LOGIN ${alice} ${password}\r\n`,
      /a NO \[UNAVAILABLE\] .*takes the connection and then says nothing/,
    ],
    [
      gateway.smtp,
      `AUTH PLAIN ${plain(alice, password)}\r\n`,
      /454 4\.7\.0 .*takes the connection and then says nothing/,
    ],
  ] as const) {
    const program = talk(port)
    program.say(said)
    await program.hears(wanted)
    program.socket.destroy()
  }
})
