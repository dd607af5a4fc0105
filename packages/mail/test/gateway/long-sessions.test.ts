import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { test } from 'node:test'
import { ImapFlow } from 'imapflow'
import { Unsafe } from '../../src/gateway/follower.ts'
import { takeOver } from '../../src/gateway/imap-takeover.ts'
import { ImapTracker } from '../../src/gateway/imap-tracker.ts'
import { Wire } from '../../src/wire/wire.ts'
import { talk } from './program.ts'
import { alice, host, password, world } from './world.ts'

const loggedIn = async (port: number) => {
  const program = talk(port)
  program.say(`a LOGIN ${alice} ${password}\r\n`)
  await program.hears(/a OK[^\r]*\r\n/)
  return program
}

test('[#142] sessions go on beyond the end of their token: unselected, in a folder, and in IDLE, with one token request', async () => {
  await using at = await world()
  at.mail.deliver(alice, 'Subject: second\r\n\r\nsecond\r\n')
  const [bare, inFolder, idling] = [await loggedIn(at.port), await loggedIn(at.port), await loggedIn(at.port)]
  inFolder.say('b SELECT INBOX\r\n')
  await inFolder.hears(/b OK[^\r]*\r\n/)
  idling.say('b EXAMINE "INBOX"\r\nc IDLE\r\n')
  await idling.hears(/\+ idling\r\n/)
  const requests = at.tokenRequests()
  at.clock.advance(3541)
  await at.told('renewed', 3)
  // The token of the first connections is over, and the mail server has ended what still hung on it.
  at.clock.advance(100)
  assert.equal(at.tokenRequests(), requests + 1)
  at.mail.deliver(alice, 'Subject: third\r\n\r\nthird\r\n')
  await idling.hears(/^\* 3 EXISTS\r\n/)
  idling.say('DONE\r\n')
  await idling.hears(/^c OK/)
  inFolder.say('c FETCH 2 BODY.PEEK[TEXT]\r\n')
  await inFolder.hears(/\* 2 FETCH \(BODY\[TEXT\] \{8\}\r\nsecond\r\n\)\r\n[\s\S]*c OK/)
  inFolder.say('d STORE 1 +FLAGS (\\Deleted)\r\n')
  await inFolder.hears(/d OK/)
  bare.say('b STATUS INBOX (MESSAGES)\r\n')
  await bare.hears(/MESSAGES 3\)\r\nb OK/)
  assert.equal(at.gateway.sessions, 3)
  assert.equal(at.events.filter(({ type }) => type === 'renewed').length, 3)
  assert.deepEqual([...new Set(at.events.map(({ type }) => type))], ['opened', 'renewed'])
})

test('an unmodified imapflow watches through the gateway for three token lives and notices nothing but mail', async () => {
  await using at = await world()
  const client = new ImapFlow({
    host,
    port: at.port,
    secure: false,
    logger: false,
    auth: { user: alice, pass: password },
  })
  client.on('error', () => undefined)
  await client.connect()
  await client.mailboxOpen('INBOX')
  for (let life = 1; life <= 3; life++) {
    client.idle().catch(() => undefined)
    const arrived = new Promise<number>((resolve) => client.once('exists', ({ count }) => resolve(count ?? 0)))
    const { expires_at = 0 } = await at.source.token()
    at.clock.advance(expires_at - 59 - at.clock.now())
    await at.told('renewed', life)
    at.clock.advance(60)
    at.mail.deliver(alice, `Subject: ${life}\r\n\r\nhello\r\n`)
    assert.equal(await arrived, life + 1)
    const newest = await client.fetchOne('*', { envelope: true })
    assert.ok(newest)
    assert.equal(newest.envelope?.subject, String(life))
  }
  await client.logout()
})

test('a session is not moved in the middle of a command, but after it', async () => {
  await using at = await world()
  const program = await loggedIn(at.port)
  program.say('b APPEND INBOX {20}\r\n')
  await program.hears(/\+ /)
  const other = await loggedIn(at.port)
  at.clock.advance(3541)
  await at.told('renewed')
  program.say('Subject: x\r\n\r\nhello')
  other.say('b NOOP\r\n')
  await other.hears(/b OK/)
  assert.equal(at.events.filter(({ type }) => type === 'renewed').length, 1, 'the other one alone')
  program.say('!\r\n')
  await program.hears(/b OK/)
  await at.told('renewed', 2)
  program.say('c STATUS INBOX (MESSAGES)\r\n')
  await program.hears(/MESSAGES 2\)/)
  other.socket.destroy()
})

test('when no newer token can be had, the session lasts as long as the mail server lets it, and ends with its BYE', async () => {
  await using at = await world()
  const program = await loggedIn(at.port)
  program.say('b SELECT INBOX\r\n')
  await program.hears(/b OK[^\r]*\r\n/)
  await at.sandbox.revokeGrant('alice')
  // The mail server ends the session of a revoked token by itself.
  await program.hears(/\* BYE The access token has ended/)
  await program.closed
})

test('a mail server that is gone without a word becomes a BYE', async () => {
  await using at = await world()
  const program = await loggedIn(at.port)
  await at.mail.close()
  await program.hears(/\* BYE \[UNAVAILABLE\] the mail server has closed the connection/)
  await program.closed
})

test('the tracker knows the same of a session however its octets are cut', () => {
  const steps = [
    ['c', 'a ENABLE CONDSTORE\r\n'],
    ['s', '* ENABLED CONDSTORE\r\na OK\r\n'],
    ['c', 'b SELECT "In {5}" (CONDSTORE)\r\n'],
    ['s', '* 3 EXISTS\r\n* OK [UIDVALIDITY 77] ok\r\nb OK [READ-WRITE] in\r\n'],
    ['c', 'c FETCH 1:* BODY[]\r\n'],
    ['s', '* 1 FETCH (BODY[] {31}\r\nc OK this is\r\n* BYE literal {9}\r\n)\r\n* 2 EXPUNGE\r\nc OK\r\n'],
    ['c', 'd APPEND x (\\Seen) {12}\r\n'],
    ['s', '+ go on\r\n'],
    ['c', 'e LOGOUT {3}\r\n'.slice(0, 12)],
    ['c', '\r\n'],
    ['s', 'd OK\r\n'],
    ['c', 'f IDLE\r\n'],
    ['s', '+ idling\r\n* 5 EXISTS\r\n'],
  ] as const
  for (const size of [1, 2, 3, 7, 1000]) {
    const tracker = new ImapTracker()
    for (const [side, text] of steps) {
      for (let at = 0; at < text.length; at += size) {
        const chunk = Buffer.from(text.slice(at, at + size), 'latin1')
        if (side === 'c') tracker.fromProgram(chunk)
        else tracker.fromServer(chunk)
      }
    }
    assert.deepEqual(
      [tracker.quiet, tracker.idle, tracker.leaving, tracker.selected, [...tracker.enabled]],
      [true, 'f', false, { command: 'SELECT "In {5}" (CONDSTORE)', uidValidity: '77', exists: 5 }, ['CONDSTORE']],
      `in pieces of ${size}`,
    )
    tracker.fromProgram(Buffer.from('DON'))
    assert.equal(tracker.quiet, false)
    tracker.fromProgram(Buffer.from('E\r\n'))
    assert.equal(tracker.quiet, false, 'the program waits for the answer to its DONE')
    tracker.fromServer(Buffer.from('f OK\r\n'))
    assert.equal(tracker.quiet, true)
  }
})

test('a session with something that another connection would not have is left where it is', () => {
  const after = (...said: string[]): boolean => {
    const tracker = new ImapTracker()
    for (const text of said) {
      tracker.fromProgram(Buffer.from(`${text}\r\n`))
      tracker.fromServer(Buffer.from('* OK [UIDVALIDITY 1]\r\na OK\r\n'))
    }
    return tracker.resumable
  }
  assert.equal(after('a NOOP', 'a SELECT x'), true)
  assert.equal(after('a NOTIFY SET (selected MessageNew)'), false)
  assert.equal(after('a COMPRESS DEFLATE'), false)
  assert.equal(after('a LOGOUT'), false)
  assert.equal(after('a SELECT x', 'a UID SEARCH RETURN (SAVE) ALL'), false)
  assert.equal(after('a SELECT x', 'a SEARCH RETURN (SAVE) ALL', 'a SELECT y'), true)
})

/** A mail server that answers each line with the next of these. */
async function scripted(...answers: string[]) {
  const server = createServer((socket) => {
    const left = [...answers]
    socket.on('error', () => undefined)
    let rest = ''
    socket.on('data', (data) => {
      rest += data
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        rest = rest.slice(end + 2)
        socket.write(left.shift() ?? '* BYE no more\r\n')
      }
    })
  })
  server.listen(0, host)
  await once(server, 'listening')
  const socket = connect({ host, port: (server.address() as AddressInfo).port })
  const wire = new Wire(socket, 10)
  return {
    wire,
    [Symbol.asyncDispose]: async () => {
      wire.destroy()
      server.close()
    },
  }
}

const done = 'EVERGRANT OK\r\n'
/** A session in a folder of three messages, perhaps in IDLE. */
function inFolder(idle: boolean): ImapTracker {
  const tracker = new ImapTracker()
  tracker.fromProgram(Buffer.from('a SELECT x\r\n'))
  tracker.fromServer(Buffer.from('* 3 EXISTS\r\n* OK [UIDVALIDITY 7]\r\na OK\r\n'))
  if (!idle) return tracker
  tracker.fromProgram(Buffer.from('i IDLE\r\n'))
  tracker.fromServer(Buffer.from('+ idling\r\n'))
  return tracker
}

for (const [name, idle, now, wanted] of [
  ['nothing has changed', false, '5 6 9', ''],
  ['mail has come', false, '5 6 9 10 12', '* 5 EXISTS\r\n'],
  ['messages are gone and mail has come, in IDLE', true, '6 10', '* 3 EXPUNGE\r\n* 1 EXPUNGE\r\n* 2 EXISTS\r\n'],
  ['messages are gone, and a sequence number could be on its way', false, '6 9', Unsafe],
  ['the order has changed', true, '5 4 6 9', Unsafe],
] as const) {
  test(`a session is taken over when ${name}: ${wanted === Unsafe ? 'it ends' : 'the program’s numbers are right'}`, async () => {
    const tracker = inFolder(idle)
    await using before = await scripted(...(idle ? ['i OK\r\n'] : []), `* SEARCH 5 6 9\r\n${done}`)
    await using next = await scripted(
      `* 9 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n${done}`,
      `* SEARCH ${now}\r\n${done}`,
      '+ idling\r\n',
    )
    const told = takeOver(tracker, before.wire, next.wire)
    if (wanted === Unsafe) await assert.rejects(told, Unsafe)
    else {
      assert.equal(await told, wanted)
      assert.equal(tracker.selected?.exists, now.split(' ').length)
    }
  })
}

test('a folder that was made anew, or whose messages are not those the program counted, is not taken over', async () => {
  for (const [last, validity] of [
    ['5 6 9', 8],
    ['5 6', 7],
  ] as const) {
    await using before = await scripted(`* SEARCH ${last}\r\n${done}`)
    await using next = await scripted(`* OK [UIDVALIDITY ${validity}]\r\n${done}`, `* SEARCH 5 6 9\r\n${done}`)
    await assert.rejects(takeOver(inFolder(false), before.wire, next.wire), Unsafe)
  }
})

test('two hundred sessions of one account outlive their token with one token request', async () => {
  await using at = await world()
  const programs = await Promise.all(Array.from({ length: 200 }, () => loggedIn(at.port)))
  const requests = at.tokenRequests()
  at.clock.advance(3541)
  await at.told('renewed', 200)
  assert.equal(at.tokenRequests(), requests + 1)
  at.clock.advance(100)
  await Promise.all(
    programs.map(async (program) => {
      program.say('z NOOP\r\n')
      await program.hears(/z OK/)
    }),
  )
})
