import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plain } from './program.ts'
import { imap, pop, smtp } from './tapped.ts'
import { alice, password } from './world.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')
/** What of a log-in must reach no mail server. */
const secrets = [password, base64(password), plain(alice, password), base64(alice)]

function keepsItsSecrets(upstream: string): void {
  for (const secret of secrets) assert.ok(!upstream.includes(secret), upstream)
}

test('SMTP: a log-in that is sent on without waiting for the prompts is answered line by line, and the mail server hears none of it', async () => {
  await using at = await smtp()
  const { program, upstream } = at
  program.say(`AUTH LOGIN\r\n${base64(alice)}\r\n${base64(password)}\r\nNOOP\r\n`)
  await program.hears(/^503 [^\r]*\r\n500 5\.5\.2 [^\r]*\r\n500 5\.5\.2 [^\r]*\r\n250[^\r]*\r\n/)
  program.say(`AUTH PLAIN\r\n${plain(alice, password)}\r\n*\r\n\r\nRSET\r\n`)
  await program.hears(/^503 [^\r]*\r\n(?:500 [^\r]*\r\n){3}250[^\r]*\r\n/)
  for (const octet of `AUTH PLAIN\r\n${plain(alice, password)}\r\nNOOP\r\n`) program.say(octet)
  await program.hears(/^503 [^\r]*\r\n500 [^\r]*\r\n250[^\r]*\r\n/)
  // A message of SASL may have 12,288 octets (RFC 4954 §4).
  program.say(`${base64(`\0${alice}\0${password}`.repeat(200))}\r\nXUNKNOWN ${password}\r\n ${password}\r\nNOOP\r\n`)
  await program.hears(/^(?:500 [^\r]*\r\n){3}250[^\r]*\r\n/)
  assert.equal(upstream(), 'NOOP\r\nRSET\r\nNOOP\r\nNOOP\r\n')
  keepsItsSecrets(upstream())
})

test('POP3: a log-in that is sent on without waiting for the prompts is answered line by line, and the mail server hears none of it', async () => {
  await using at = await pop()
  const { program, upstream } = at
  program.say(`AUTH PLAIN\r\n${plain(alice, password)}\r\nNOOP\r\n`)
  await program.hears(/^-ERR you are logged in\r\n-ERR unknown command\r\n\+OK[^\r]*\r\n/)
  program.say(`AUTH LOGIN\r\n${base64(alice)}\r\n${base64(password)}\r\n*\r\n${password} {9}\r\nNOOP\r\n`)
  await program.hears(/^-ERR you[^\r]*\r\n(?:-ERR unknown command\r\n){4}\+OK[^\r]*\r\n/)
  // What ends like a literal of IMAP is none here.
  program.say(`PASS ${password}{5+}\r\nNOOP\r\n`)
  await program.hears(/^-ERR you[^\r]*\r\n\+OK[^\r]*\r\n/)
  assert.equal(upstream(), 'NOOP\r\nNOOP\r\nNOOP\r\n')
  keepsItsSecrets(upstream())
})

test('IMAP: a log-in that is sent on without waiting for the prompts is answered, and the mail server hears none of it', async () => {
  await using at = await imap()
  const { program, upstream } = at
  program.say(`b AUTHENTICATE PLAIN\r\n${plain(alice, password)}\r\nc NOOP\r\n`)
  await program.hears(/^b BAD [^\r]*\r\n\* BAD [^\r]*\r\n[\s\S]*c OK[^\r]*\r\n/)
  program.say(`d AUTHENTICATE LOGIN\r\n${base64(alice)}\r\n${base64(password)}\r\n*\r\n\r\ne NOOP\r\n`)
  await program.hears(/^d BAD [^\r]*\r\n(?:\* BAD [^\r]*\r\n){4}[\s\S]*e OK[^\r]*\r\n/)
  // Neither does it wait for its literals, and what is in them looks like commands.
  const name = 'x NOOP'
  const word = `y CREATE "${password}"`
  program.say(`f LOGIN {${name.length}}\r\n${name} {${word.length}}\r\n${word}\r\ng NOOP\r\n`)
  await program.hears(/^\+ [^\r]*\r\n\+ [^\r]*\r\nf BAD [^\r]*\r\n[\s\S]*g OK[^\r]*\r\n/)
  program.say(`h ${password} x\r\n${password}\r\nDONE\r\n(\r\ni NOOP\r\n`)
  await program.hears(/^h BAD unknown command\r\n(?:\* BAD [^\r]*\r\n){3}[\s\S]*i OK[^\r]*\r\n/)
  assert.equal(upstream(), 'c NOOP\r\ne NOOP\r\ng NOOP\r\ni NOOP\r\n')
  keepsItsSecrets(upstream())
})

test('IMAP: in IDLE nothing but DONE reaches the mail server', async () => {
  await using at = await imap()
  const { program, upstream } = at
  program.say('b SELECT INBOX\r\nc IDLE\r\n')
  await program.hears(/\+ idling\r\n/)
  // Its literal would be taken for the one that a prompt asks for.
  program.say(`d APPEND INBOX {200}\r\n${' '.repeat(200)}\r\n${plain(alice, password)}\r\nDON`)
  await program.hears(/^\+ [^\r]*\r\nd BAD not here\r\n\* BAD [^\r]*\r\n/)
  program.say('E\r\ne NOOP\r\n')
  await program.hears(/^c OK[^\r]*\r\n[\s\S]*e OK[^\r]*\r\n/)
  program.say('f IDLE\r\nDONE\r\ng NOOP\r\n')
  await program.hears(/f OK[^\r]*\r\n[\s\S]*g OK[^\r]*\r\n/)
  assert.equal(upstream(), 'b SELECT INBOX\r\nc IDLE\r\nDONE\r\ne NOOP\r\nf IDLE\r\nDONE\r\ng NOOP\r\n')
})

test('IMAP: a literal that no password has ends the session, and what is in it is not looked at', async () => {
  for (const literal of ['{90000}', '{99999999999999999999+}', `{${'9'.repeat(60)}}`]) {
    await using at = await imap()
    at.program.say(`b LOGIN ${literal}\r\nc NOOP\r\nd NOOP\r\n`)
    await at.program.hears(/^\* BYE \[CLIENTBUG\] /)
    await at.program.closed
    assert.equal(at.upstream(), '')
  }
})

test('after more than twenty lines that are no commands a session ends in words, before and after the log-in', async () => {
  const noise = (tagged: string): string => Array.from({ length: 25 }, () => `${tagged}nonsense\r\n`).join('')
  for (const [session, tagged, wanted] of [
    [smtp, '', /^(?:500 [^\r]*\r\n){21}421 4\.7\.0 [^\r]*\r\n$/],
    [pop, '', /^(?:-ERR unknown command\r\n){21}-ERR too many [^\r]*\r\n$/],
    [imap, 'n ', /^(?:n BAD [^\r]*\r\n){21}\* BYE \[CLIENTBUG\] too many [^\r]*\r\n$/],
  ] as const) {
    await using at = await session()
    at.program.say(noise(tagged))
    await at.program.closed
    assert.match(at.program.heard(), wanted)
    assert.equal(at.upstream(), '')
  }
})
