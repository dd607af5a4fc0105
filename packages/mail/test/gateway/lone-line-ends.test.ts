import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { hashProgramPassword, startMailGateway } from '@evergrant/mail/gateway'
import fc from 'fast-check'
import { Gate } from '../../src/gateway/gate.ts'
import { SmtpFollower } from '../../src/gateway/smtp-follower.ts'
import { startMailServers, unable } from '../servers/mail-servers.ts'
import { type Program, plain, talk } from './program.ts'
import { alice, host, password } from './world.ts'

/** What one server or another takes for the end of a mail, and none may. */
const SMUGGLING = ['\n.\n', '\n.\r\n', '\r\n.\n', '\n.\r\r\n', '\r.\r', '\r\n.\r', '\r.\r\n', '\r\n.\r\r\n', '\n.\r']
const ENVELOPE = `MAIL FROM:<${alice}>\r\nRCPT TO:<${alice}>\r\nDATA\r\n`
const smuggled = (end: string): string =>
  `Subject: outer\r\n\r\nbody${end}${ENVELOPE}Subject: smuggled\r\n\r\nAUTH PLAIN c2VjcmV0\r\n.\r\n`

/** A session in which DATA was answered, and what of it has reached the mail server since. */
function inMail() {
  let upstream = ''
  const follower = new SmtpFollower()
  const gate = new Gate(follower, {
    toServer: (octets) => {
      upstream += octets.toString('latin1')
    },
    toProgram: () => undefined,
  })
  const hears = (text: string): void => gate.fromServer(Buffer.from(text, 'latin1'))
  gate.fromProgram(Buffer.from(ENVELOPE))
  hears('250 ok\r\n250 ok\r\n354 go on\r\n')
  upstream = ''
  return {
    follower,
    gate,
    hears,
    says: (...pieces: string[]): void => {
      for (const piece of pieces) gate.fromProgram(Buffer.from(piece, 'latin1'))
    },
    upstream: () => upstream,
  }
}

test('[#142] whatever a server may take for the end of a mail does not pass, wherever the octets are cut', () => {
  for (const end of SMUGGLING) {
    const said = smuggled(end)
    for (let cut = 1; cut < said.length; cut++) {
      const at = inMail()
      at.says(said.slice(0, cut), said.slice(cut))
      assert.match(String(at.gate.broken?.message), /^550 5\.6\.11 /, JSON.stringify([end, cut]))
      assert.ok('Subject: outer\r\n\r\nbody\r\n.'.startsWith(at.upstream()), JSON.stringify([end, cut, at.upstream()]))
    }
    const octets = inMail()
    octets.says(...said)
    assert.match(String(octets.gate.broken?.message), /^550 5\.6\.11 /)
    assert.doesNotMatch(octets.upstream(), /\n\.\n|\r(?!\n)|(?<!\r)\n/)
  }
})

test('of a mail only whole lines and text pass; it ends at CR LF . CR LF alone, and commands are looked at again after it', () => {
  const part = fc.constantFrom('\r\n', '\r\n', '.', 'x', '\r\n.\r\n', '\r', '\n', '\r\n..', 'NOOP')
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 9 })
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), sizes, (parts, cut) => {
      const said = `${parts.join('')}x\r\n.\r\n`
      const whole = `\r\n${said}`
      const ends = whole.indexOf('\r\n.\r\n') + 5
      const lone = /\r(?!\n)|(?<!\r)\n/.exec(whole.slice(0, ends))
      const at = inMail()
      // After the mail comes a log-in, which never passes.
      const all = `${whole.slice(2, ends)}AUTH PLAIN c2VjcmV0\r\n`
      for (let from = 0, turn = 0; from < all.length; turn++) {
        const next = from + (cut[turn % cut.length] ?? 1)
        at.says(all.slice(from, next))
        from = next
      }
      if (lone === null) {
        assert.equal(at.gate.broken, undefined)
        assert.equal(`\r\n${at.upstream()}`, whole.slice(0, ends))
        at.hears('250 taken\r\n')
        assert.ok(at.follower.endable)
      } else {
        assert.ok(at.gate.broken)
        assert.ok(whole.slice(2, lone.index).startsWith(at.upstream()))
      }
    }),
    { numRuns: 2000 },
  )
})

test('a lone LF or CR in a chunk whose octets are counted passes; in a command line it ends the session', () => {
  const chunks = inMail()
  chunks.says('\r\n.\r\n')
  chunks.hears('250 taken\r\n')
  const binary = 'a\n.\nb\r.\rc\r\n.\r\n'
  chunks.says(`BDAT ${binary.length} LAST\r\n${binary}NOOP\r\n`)
  assert.equal(chunks.gate.broken, undefined)
  assert.ok(chunks.upstream().endsWith(`${binary}NOOP\r\n`))
  for (const line of ['NOOP\n', 'MAIL FROM:<a@b>\rNOOP\r\n', 'NOOP x\r\r\n']) {
    for (let cut = 1; cut < line.length; cut++) {
      const at = inMail()
      at.says('\r\n.\r\n')
      at.hears('250 taken\r\n')
      const before = at.upstream().length
      at.says(line.slice(0, cut), line.slice(cut))
      assert.match(String(at.gate.broken?.message), /lone CR or LF/)
      assert.doesNotMatch(at.upstream().slice(before), /[\r\n]/)
    }
  }
})

test('a mail server that answers before the mail is over hears nothing more of the session', () => {
  for (const [answer, told] of [
    ['250 taken\r\n', /took a mail before it was over/],
    ['552 5.3.4 too large\r\n', /^552 5\.3\.4 too large$/],
  ] as const) {
    const at = inMail()
    at.says('Subject: x\r\n\r\n')
    const before = at.upstream()
    at.hears(answer)
    at.says('NOOP\r\nAUTH PLAIN c2VjcmV0\r\n')
    assert.match(String(at.gate.broken?.message), told)
    assert.equal(at.upstream(), before)
  }
})

test('[#142] with Postfix: a mail with a lone LF or CR is refused with 550, nothing of it is queued, and nothing after it is heard', {
  skip: unable,
}, async () => {
  await using servers = await startMailServers()
  const source = await servers.source()
  const programs = [{ name: 'test', hash: await hashProgramPassword(password) }]
  const smtp = { host, port: servers.smtp, security: 'starttls' } as const
  await using gateway = await startMailGateway({
    listeners: [{ protocol: 'smtp' }],
    account: () => ({ mailbox: alice, smtp, source, programs }),
    upstream: { ca: servers.ca },
  })
  const begun = async (): Promise<Program> => {
    const program = talk(gateway.ports[0] ?? 0)
    program.say(`EHLO x\r\nAUTH PLAIN ${plain(alice, password)}\r\n`)
    await program.hears(/235[^\r]*\r\n/)
    program.say(ENVELOPE)
    await program.hears(/354[^\r]*\r\n/)
    return program
  }
  for (const end of SMUGGLING) {
    const program = await begun()
    program.say(smuggled(end))
    // First, and without a 250 before it.
    await program.hears(/^550 5\.6\.11 [^\r]*\r\n421 4\.7\.0 [^\r]*\r\n/)
    await program.closed
    assert.equal(program.heard(), '')
  }
  const sound = await begun()
  sound.say('Subject: sound\r\n\r\n..\r')
  sound.say('\n.\r')
  sound.say('\n')
  await sound.hears(/^250[^\r]*queued as[^\r]*\r\n/)
  sound.socket.destroy()
  let delivered: string[] = []
  while (delivered.length === 0) {
    delivered = await servers.delivered(alice)
    await pause(20)
  }
  assert.deepEqual(
    delivered.map((mail) => /^Subject: (.*)$/m.exec(mail)?.[1]),
    ['sound'],
  )
  const queued = async (): Promise<number> =>
    (await servers.log()).match(/postfix\/cleanup\[\d+\]: \w+: message-id=/g)?.length ?? 0
  // The log is written by a process of its own.
  while ((await queued()) === 0) await pause(20)
  assert.equal(await queued(), 1)
})
