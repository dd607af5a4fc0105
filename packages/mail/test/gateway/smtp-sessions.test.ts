import assert from 'node:assert/strict'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { hashProgramPassword, startMailGateway } from '@evergrant/mail/gateway'
import { manualClock } from '@evergrant/sandbox'
import { createTransport } from 'nodemailer'
import { Gate } from '../../src/gateway/gate.ts'
import { SmtpFollower } from '../../src/gateway/smtp-follower.ts'
import { startMailServers, unable } from '../servers/mail-servers.ts'
import { type Program, plain, talk } from './program.ts'
import { alice, host, password, world } from './world.ts'

async function loggedIn(port: number): Promise<Program> {
  const program = talk(port)
  program.say(`EHLO x\r\nAUTH PLAIN ${plain(alice, password)}\r\n`)
  await program.hears(/235[^\r]*\r\n/)
  return program
}

async function send(program: Program, subject: string): Promise<void> {
  program.say(`MAIL FROM:<${alice}>\r\nRCPT TO:<${alice}>\r\nDATA\r\n`)
  await program.hears(/354[^\r]*\r\n/)
  program.say(`Subject: ${subject}\r\n\r\n.. a dot\r\n.\r\n`)
  await program.hears(/^250[^\r]*\r\n/)
}

test('[#142] an SMTP session sends on after its token has ended, on another connection that the program does not see', async () => {
  await using at = await world()
  const program = await loggedIn(at.smtp)
  await send(program, 'first')
  const requests = at.tokenRequests()
  at.clock.advance(3541)
  await at.told('renewed')
  at.clock.advance(100)
  await send(program, 'second')
  assert.equal(at.tokenRequests(), requests + 1)
  program.say('QUIT\r\n')
  await program.hears(/221/)
  await program.closed
  await at.told('closed')
  assert.deepEqual(
    at.events.map(({ type }) => type),
    ['opened', 'renewed', 'closed'],
  )
})

test('an SMTP session is not moved while a mail is under way, but after it', async () => {
  await using at = await world()
  const [sending, idle] = [await loggedIn(at.smtp), await loggedIn(at.smtp)]
  sending.say(`MAIL FROM:<${alice}>\r\nRCPT TO:<${alice}>\r\nDATA\r\n`)
  await sending.hears(/354[^\r]*\r\n/)
  at.clock.advance(3541)
  await at.told('renewed')
  sending.say('Subject: slow\r\n\r\nQUIT\r\n')
  idle.say('NOOP\r\n')
  await idle.hears(/250/)
  assert.equal(at.events.filter(({ type }) => type === 'renewed').length, 1, 'the other one alone')
  sending.say('.\r\n')
  await sending.hears(/250[^\r]*\r\n/)
  await at.told('renewed', 2)
  at.clock.advance(100)
  await send(sending, 'next')
  idle.socket.destroy()
})

test('when no newer token can be had the mail server has its say: 421, and the program keeps the mail', async () => {
  await using at = await world()
  const program = await loggedIn(at.smtp)
  await at.sandbox.revokeGrant('alice')
  at.clock.advance(3700)
  await at.told('failed')
  program.say(`MAIL FROM:<${alice}>\r\n`)
  await program.hears(/^421 4\.7\.0 the access token has ended/)
  await program.closed
})

test('a mail server that is gone without a word becomes a 421', async () => {
  await using at = await world()
  const program = await loggedIn(at.smtp)
  await at.mail.close()
  await program.hears(/^421 4\.3\.2 the mail server has closed the connection/)
  await program.closed
})

test('[#142] a POP3 session ends with its mail server’s connection, and nothing that it marked is deleted', async () => {
  await using at = await world()
  const through = new Set<Socket>()
  const way = createServer((socket) => {
    through.add(socket)
    const inner = connect({ host, port: at.mail.ports.pop })
    for (const one of [socket, inner]) one.on('error', () => undefined)
    socket.on('close', () => inner.destroy())
    socket.pipe(inner).pipe(socket)
  })
  await new Promise<void>((resolve) => way.listen(0, host, resolve))
  const port = (way.address() as AddressInfo).port
  const account = { ...at.account, pop: { host, port, security: 'none' } } as const
  await using gateway = await startMailGateway({ listeners: [{ protocol: 'pop' }], account: () => account })
  const program = async (): Promise<Program> => {
    const one = talk(gateway.ports[0] ?? 0)
    one.say(`USER ${alice}\r\nPASS ${password}\r\n`)
    await one.hears(/logged in\r\n/)
    return one
  }
  const first = await program()
  first.say('DELE 1\r\nSTAT\r\n')
  await first.hears(/\+OK 0 0\r\n/)
  for (const socket of through) socket.destroy()
  await first.closed
  const second = await program()
  second.say('STAT\r\nQUIT\r\n')
  await second.hears(/\+OK 1 \d+\r\n/)
  await second.closed
  way.close()
})

test('with Postfix: an unmodified nodemailer pool sends over one connection through three token lives', {
  skip: unable,
}, async () => {
  const clock = manualClock()
  await using servers = await startMailServers(clock)
  const source = await servers.source()
  const programs = [{ name: 'test', hash: await hashProgramPassword(password) }]
  const account = {
    mailbox: alice,
    smtp: { host, port: servers.smtp, security: 'starttls' },
    source,
    programs,
  } as const
  let renewals = 0
  let heard = (): void => undefined
  await using gateway = await startMailGateway({
    listeners: [{ protocol: 'smtp' }],
    account: () => account,
    upstream: { ca: servers.ca },
    clock,
    random: () => 0,
    onEvent: ({ type }) => {
      if (type === 'renewed') renewals += 1
      heard()
    },
  })
  const transport = createTransport({
    pool: true,
    maxConnections: 1,
    host,
    port: gateway.ports[0],
    ignoreTLS: true,
    auth: { user: alice, pass: password },
  })
  for (let life = 0; life < 3; life++) {
    const sent = await transport.sendMail({ from: alice, to: alice, subject: `life ${life}`, text: 'x' })
    assert.match(sent.response, /^250/)
    const { expires_at = 0 } = await source.token()
    const moved = new Promise<void>((resolve) => {
      heard = () => {
        if (renewals > life) resolve()
      }
    })
    clock.advance(expires_at - 59 - clock.now())
    await moved
    clock.advance(60)
  }
  assert.equal(gateway.sessions, 1)
  transport.close()
})

test('the follower knows where a mail ends and what was answered, however the octets are cut', () => {
  const steps = [
    ['c', 'EHLO x\r\n', false],
    ['s', '250-one\r\n250 two\r\n', true],
    ['c', 'MAIL FROM:<a@b> SIZE=3\r\nRCPT TO:<c@d>\r\nDATA\r\n', false],
    ['s', '250 ok\r\n250 ok\r\n354 go on\r\n', false],
    ['c', 'Subject: x\r\n\r\n.x\r\nx.\r\n..\r\nQUIT\r\n\r\n', false],
    ['c', '.\r\n', false],
    ['s', '250 taken\r\n', true],
    ['c', 'MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n', false],
    ['s', '250 ok\r\n550 nobody\r\n554 no recipients\r\n', false],
    ['c', 'RSET\r\n', false],
    ['s', '250 ok\r\n', true],
    ['c', 'MAIL FROM:<x>\r\n', false],
    ['s', '553 not you\r\n', true],
    ['c', 'MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 8\r\n\r\n.\r\nab\nBDAT 0 LAST\r\n', false],
    ['s', '250 ok\r\n250 ok\r\n250 8\r\n', false],
    ['s', '250 taken\r\n', true],
    ['c', 'MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n', false],
    ['s', '250 ok\r\n250 ok\r\n354 go on\r\n', false],
    ['c', '.\r\n', false],
    ['s', '550 empty\r\n', true],
  ] as const
  for (const size of [1, 2, 3, 7, 1000]) {
    const follower = new SmtpFollower()
    const gate = new Gate(follower, { toServer: () => undefined, toProgram: () => undefined })
    for (const [index, [side, text, quiet]] of steps.entries()) {
      for (let at = 0; at < text.length; at += size) {
        const chunk = Buffer.from(text.slice(at, at + size), 'latin1')
        if (side === 'c') gate.fromProgram(chunk)
        else gate.fromServer(chunk)
      }
      assert.equal(follower.quiet, quiet, `step ${index} in pieces of ${size}`)
    }
    gate.fromProgram(Buffer.from('QUIT\r\n'))
    assert.deepEqual([follower.leaving, follower.resumable], [true, false])
  }
})
