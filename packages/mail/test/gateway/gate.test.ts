import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Follower } from '../../src/gateway/follower.ts'
import { Gate } from '../../src/gateway/gate.ts'
import { ImapFollower } from '../../src/gateway/imap-follower.ts'
import { PopFollower } from '../../src/gateway/pop-follower.ts'
import { SmtpFollower } from '../../src/gateway/smtp-follower.ts'

const SECRET = 'the-secret-of-a-program'
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const PLAIN = base64(`\0alice\0${SECRET}`)
const WORD = base64(SECRET)

/** Something a program says, under the tag `@` in IMAP; what of it the mail server hears, and what the program is answered to it. */
interface Said {
  readonly said: string
  readonly upstream: string
  readonly answer: string
}

const passes = (said: string, answer: string): Said => ({ said, upstream: said, answer })
const refused = (said: string, answer: string): Said => ({ said, upstream: '', answer })

/** A mail server that answers what it hears by the rules of its protocol, in no time. */
type MailServer = (heard: (text: string) => void) => { hear(text: string): void }

/** Reads lines; a line's reader may say how many octets, or up to which mark, what follows it is no line. */
function byLines(read: (line: string) => { skip?: number; until?: string } | undefined, done: () => void) {
  let rest = ''
  let skip = 0
  let until: string | undefined
  return {
    hear(text: string): void {
      rest += text
      for (;;) {
        if (skip > 0) {
          if (rest.length < skip) return
          rest = rest.slice(skip)
          skip = 0
          done()
        }
        const end = rest.indexOf(until ?? '\r\n')
        if (end < 0) return
        const line = rest.slice(0, end)
        rest = rest.slice(end + (until ?? '\r\n').length)
        const mark = until
        until = undefined
        if (mark !== undefined) done()
        else ({ skip = 0, until } = { until: undefined, ...read(line) })
      }
    },
  }
}

const smtpServer: MailServer = (say) =>
  byLines(
    (line) => {
      if (line.startsWith('DATA')) {
        say('354 go on\r\n')
        return { until: '\r\n.\r\n' }
      }
      const chunk = /^BDAT (\d+)/.exec(line)?.[1]
      if (chunk !== undefined) return { skip: Number(chunk) }
      say(line.startsWith('EHLO') ? '250-x\r\n250-AUTH XOAUTH2\r\n250 SIZE\r\n' : '250 ok\r\n')
      return undefined
    },
    () => say('250 taken\r\n'),
  )

const popServer: MailServer = (say) =>
  byLines(
    (line) => void say(line.startsWith('RETR') ? '+OK\r\n-ERR in a mail\r\n..\r\n.\r\n' : '+OK\r\n'),
    () => undefined,
  )

const imapServer: MailServer = (say) => {
  let tag = ''
  let inLiteral = false
  return byLines(
    (line) => {
      const [, size, plus] = /\{(\d+)(\+?)\}$/.exec(line) ?? []
      if (!inLiteral && line !== 'DONE') tag = line.split(' ')[0] ?? ''
      inLiteral = size !== undefined
      if (size !== undefined) {
        if (plus === '') say('+ go on\r\n')
        return { skip: Number(size) }
      }
      if (/^\S+ IDLE$/.test(line)) say('+ idling\r\n* 1 EXISTS\r\n')
      else if (/ FETCH /.test(line)) say(`* 1 FETCH (BODY[] {14}\r\nf OK in\r\n+ x\r\n)\r\n${tag} OK\r\n`)
      else say(`${tag} OK\r\n`)
      return undefined
    },
    () => undefined,
  )
}

const mail = 'Subject: x\r\n\r\nAUTH LOGIN\r\n..\r\nx LOGIN a b\r\nPASS x\r\n'
const protocols: readonly [string, () => Follower, MailServer, readonly Said[]][] = [
  [
    'smtp',
    () => new SmtpFollower(),
    smtpServer,
    [
      passes('NOOP\r\n', '250 ok\r\n'),
      passes('mail FROM:<a@b> SIZE=3\r\n', '250 ok\r\n'),
      passes('EHLO x\r\n', '250-x\r\n250 SIZE\r\n'),
      passes(`DATA\r\n${mail}.\r\n`, '354 go on\r\n250 taken\r\n'),
      passes(`BDAT ${mail.length} LAST\r\n${mail}`, '250 taken\r\n'),
      refused(`AUTH PLAIN ${PLAIN}\r\n`, '503 5.5.1 you are logged in\r\n'),
      refused(`AUTH PLAIN\r\n${PLAIN}\r\n`, '503 5.5.1 you are logged in\r\n500 5.5.2 unknown command\r\n'),
      refused(
        `auth login\r\n${base64('alice')}\r\n${WORD}\r\n`,
        '503 5.5.1 you are logged in\r\n500 5.5.2 unknown command\r\n500 5.5.2 unknown command\r\n',
      ),
      refused(`${SECRET}\r\n`, '500 5.5.2 unknown command\r\n'),
      refused(`${base64(SECRET.repeat(100))}\r\n`, '500 5.5.2 unknown command\r\n'),
    ],
  ],
  [
    'pop',
    () => new PopFollower(),
    popServer,
    [
      passes('NOOP\r\n', '+OK\r\n'),
      passes('RETR 1\r\n', '+OK\r\n-ERR in a mail\r\n..\r\n.\r\n'),
      refused(`USER alice\r\nPASS ${SECRET}\r\n`, '-ERR you are logged in\r\n-ERR you are logged in\r\n'),
      refused(`AUTH PLAIN\r\n${PLAIN}\r\n`, '-ERR you are logged in\r\n-ERR unknown command\r\n'),
      refused(`PASS ${SECRET}{4+}\r\n`, '-ERR you are logged in\r\n'),
      refused(`${base64(SECRET.repeat(100))}\r\n`, '-ERR unknown command\r\n'),
    ],
  ],
  [
    'imap',
    () => new ImapFollower(),
    imapServer,
    [
      passes('@ NOOP\r\n', '@ OK\r\n'),
      passes('@ IDLE\r\nDONE\r\n', '+ idling\r\n* 1 EXISTS\r\n@ OK\r\n'),
      passes(`@ APPEND x {${mail.length}+}\r\n${mail}\r\n`, '@ OK\r\n'),
      passes(`@ APPEND x {${mail.length}}\r\n${mail}\r\n`, '+ go on\r\n@ OK\r\n'),
      passes('@ FETCH 1 BODY[]\r\n', '* 1 FETCH (BODY[] {14}\r\nf OK in\r\n+ x\r\n)\r\n@ OK\r\n'),
      refused(`@ LOGIN alice "${SECRET}"\r\n`, '@ BAD you are logged in\r\n'),
      refused(`@ LOGIN {5+}\r\nalice {${SECRET.length}+}\r\n${SECRET}\r\n`, '@ BAD you are logged in\r\n'),
      refused(
        `@ LOGIN {5}\r\nalice {${SECRET.length + 6}}\r\nx UID ${SECRET}\r\n`,
        '+ go on\r\n+ go on\r\n@ BAD you are logged in\r\n',
      ),
      refused(`@ AUTHENTICATE PLAIN\r\n${PLAIN}\r\n`, '@ BAD you are logged in\r\n* BAD unknown command\r\n'),
      refused(`@ AUTHENTICATE PLAIN ${PLAIN}\r\n`, '@ BAD you are logged in\r\n'),
      refused(`${base64(SECRET.repeat(100))}\r\n`, '* BAD unknown command\r\n'),
      refused(`@ ${SECRET} x\r\n`, '@ BAD unknown command\r\n'),
    ],
  ],
]

/** Passes a session through a gate in these pieces; after a piece the mail server may be slow to be heard. */
function through(follower: Follower, mailServer: MailServer, said: string, sizes: readonly number[]) {
  let upstream = ''
  let heard = ''
  let answers = ''
  const server = mailServer((text) => {
    answers += text
  })
  const gate = new Gate(follower, {
    toServer: (octets) => {
      upstream += octets.toString('latin1')
      server.hear(octets.toString('latin1'))
    },
    toProgram: (octets) => {
      heard += octets.toString('latin1')
    },
  })
  let turn = 0
  const size = (): number => sizes[turn++ % sizes.length] ?? 1
  const answer = (): void => {
    const some = answers.slice(0, size())
    answers = answers.slice(some.length)
    gate.fromServer(Buffer.from(some, 'latin1'))
  }
  for (let at = 0; at < said.length; ) {
    const some = said.slice(at, at + size())
    at += some.length
    gate.fromProgram(Buffer.from(some, 'latin1'))
    // Now and then answers come late, and several at once.
    if (size() % 2 === 0) while (answers !== '') answer()
  }
  while (answers !== '') answer()
  return { upstream, heard, broken: gate.broken }
}

for (const [protocol, follower, mailServer, vocabulary] of protocols) {
  test(`${protocol}: however the octets are cut, commands pass, log-ins do not, and all is answered`, () => {
    fc.assert(
      fc.property(
        // Fewer refusals than end a session.
        fc.array(fc.constantFrom(...vocabulary), { minLength: 1, maxLength: 6 }),
        fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 3000 })), {
          minLength: 1,
          maxLength: 30,
        }),
        (script, sizes) => {
          const all = (part: keyof Said): string =>
            script.map((one, at) => one[part].replaceAll('@ ', `t${at} `)).join('')
          const { upstream, heard, broken } = through(follower(), mailServer, all('said'), sizes)
          assert.equal(broken, undefined)
          assert.equal(upstream, all('upstream'))
          for (const secret of [SECRET, WORD, PLAIN]) assert.ok(!upstream.includes(secret))
          // In IMAP answers come in any order: their tags tell what they are for.
          const lines = (text: string): string | string[] => (protocol === 'imap' ? text.split('\r\n').sort() : text)
          assert.deepEqual(lines(heard), lines(all('answer')))
          // What is one literal stays one.
          const literals = (text: string): number => text.split('{14}\r\nf OK in\r\n+ x\r\n)\r\n').length
          assert.equal(literals(heard), literals(all('answer')))
        },
      ),
      { numRuns: 500 },
    )
  })
}

test('whatever a program says, each line that reaches the mail server begins with a command of the protocol', () => {
  const noise = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }).map((text) => Buffer.from(text).toString('latin1')),
    fc.constantFrom(
      'NOOP',
      'a NOOP',
      'AUTH',
      'b LOGIN',
      'c UID',
      '\r\n',
      '\n',
      '\r',
      ' ',
      '\t',
      'DONE',
      'QUIT',
      '{3}',
      'x',
    ),
  )
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 })
  for (const [protocol, follower] of protocols) {
    const command = protocol === 'imap' ? /^[^\s+(){%*"\\]+ [A-Z]+(?: |\r?$)/i : /^[A-Z]{3,}(?:[ \t]|\r?$)/i
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 20 }), sizes, (said, cut) => {
        // What no password has in it would be read as a literal, which is no line.
        const text = `${said.join('').replaceAll('}', '')}\r\n`
        const { upstream } = through(follower(), () => ({ hear: () => undefined }), text, cut)
        for (const line of upstream.split('\n').slice(0, -1)) assert.match(line, command)
      }),
      { numRuns: 100 },
    )
  }
})
