import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { plain, talk } from './program.ts'
import { alice, password, world } from './world.ts'

const run = promisify(execFile)
const fixtures = join(import.meta.dirname, '../../../core/test/fixtures')
const read = (name: string): Promise<string> => readFile(join(fixtures, name), 'utf8')
const server = async () => ({ cert: await read('server.crt'), key: await read('server.pem') })

test('a gateway that stops lets each session come to its end: IMAP with a BYE, SMTP after the mail under way, POP3 when nothing is marked as deleted', async () => {
  await using at = await world()
  const [idle, busy, sending] = [talk(at.port), talk(at.port), talk(at.smtp)]
  const [popping, deleting] = [talk(at.pop), talk(at.pop)]
  idle.say(`a LOGIN ${alice} ${password}\r\nb SELECT INBOX\r\nc IDLE\r\n`)
  await idle.hears(/\+ idling\r\n/)
  busy.say(`a LOGIN ${alice} ${password}\r\n`)
  await busy.hears(/a OK[^\r]*\r\n/)
  busy.say('b APPEND INBOX {20}\r\n')
  await busy.hears(/\+ /)
  sending.say(`EHLO x\r\nAUTH PLAIN ${plain(alice, password)}\r\n`)
  await sending.hears(/235[^\r]*\r\n/)
  sending.say(`MAIL FROM:<${alice}>\r\nRCPT TO:<${alice}>\r\nDATA\r\n`)
  await sending.hears(/354[^\r]*\r\n/)
  popping.say(`USER ${alice}\r\nPASS ${password}\r\n`)
  await popping.hears(/logged in\r\n/)
  deleting.say(`USER ${alice}\r\nPASS ${password}\r\nDELE 1\r\n`)
  await deleting.hears(/logged in\r\n\+OK[^\r]*\r\n/)
  assert.equal(at.gateway.listening, true)
  const drained = at.gateway.drain(10)
  await idle.hears(/^\* BYE \[UNAVAILABLE\] the mail gateway is stopping, connect again\r\n/)
  await popping.hears(/^-ERR \[SYS\/TEMP\] the mail gateway is stopping, connect again\r\n/)
  await Promise.all([idle.closed, popping.closed])
  assert.equal(at.gateway.listening, false)
  await assert.rejects(talk(at.port).hears(/OK/), /closed without/)
  busy.say('Subject: x\r\n\r\nhello!\r\n')
  await busy.hears(/b OK[^\r]*\r\n\* BYE/)
  sending.say('Subject: last\r\n\r\nx\r\n.\r\n')
  await sending.hears(/^250[^\r]*\r\n421 4\.3\.2 the mail gateway is stopping/)
  deleting.say('STAT\r\nQUIT\r\n')
  await deleting.hears(/\+OK \d+ \d+\r\n\+OK/)
  await drained
  assert.equal(at.gateway.sessions, 0)
})

test('a program that is about to begin TLS when the gateway stops is told nothing in the clear', async () => {
  await using at = await world({ certificate: await server() })
  const [starting, immediate] = [talk(at.smtp), talk(at.pop)]
  starting.say('STARTTLS\r\n')
  await starting.hears(/220 2\.0\.0 [^\r]*\r\n/)
  immediate.say('STLS\r\n')
  await immediate.hears(/\+OK begin TLS\r\n/)
  await at.gateway.drain(10)
  assert.deepEqual([starting.heard(), immediate.heard()], ['', ''])
})

test('what does not end by itself is cut when the time is over', async () => {
  await using at = await world()
  const lazy = talk(at.pop)
  lazy.say(`USER ${alice}\r\nPASS ${password}\r\nDELE 1\r\n`)
  await lazy.hears(/logged in\r\n\+OK/)
  const drained = at.gateway.drain(10)
  at.clock.advance(10)
  await Promise.all([drained, lazy.closed])
})

test('a renewed certificate is for new connections without a restart; one that cannot be used leaves the former', async () => {
  const first = await server()
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const made = await run('openssl', ['req', '-x509', '-key', join(fixtures, 'server.pem'), '-days', '2', ...names])
  const second = { cert: made.stdout, key: first.key }
  let now: { cert: string; key: string } | Error = first
  const heard: (string | undefined)[] = []
  let look = (): void => undefined
  await using at = await world({
    listeners: [{ protocol: 'imap', tls: true }, { protocol: 'smtp' }],
    certificate: async () => {
      if (now instanceof Error) throw now
      return now
    },
    onCertificate: (error) => {
      heard.push(error?.message)
      look()
    },
  })
  const told = (count: number): Promise<void> =>
    new Promise((resolve) => {
      look = () => {
        if (heard.length >= count) resolve()
      }
      look()
    })
  const ca = await read('ca.crt')
  /** The certificate that a new connection is shown. */
  const shown = async (trusted = ca): Promise<string | undefined> => {
    const program = talk(at.port, trusted)
    const socket = program.socket as TLSSocket
    await program.hears(/\* OK/)
    const { fingerprint256 } = socket.getPeerCertificate()
    program.say(`a LOGIN ${alice} ${password}\r\n`)
    await program.hears(/a OK/)
    socket.destroy()
    return fingerprint256
  }
  const before = await shown()
  now = new Error('being written')
  at.clock.advance(60)
  await told(1)
  assert.equal(await shown(), before)
  now = { cert: second.cert, key: await read('rsa.pkcs8.pem') }
  at.clock.advance(60)
  await told(2)
  assert.equal(await shown(), before, 'a key that does not fit')
  now = second
  at.clock.advance(60)
  await told(3)
  assert.deepEqual(
    heard.map((message) => message?.replace(/.*(being|fit).*/, '$1')),
    ['being', 'fit', undefined],
  )
  assert.notEqual(await shown(second.cert), before)
})

test('traffic is counted by protocol, while sessions last and after them, with TLS and without', async () => {
  await using at = await world({
    certificate: await server(),
    listeners: [{ protocol: 'imap', tls: true }, { protocol: 'smtp' }],
  })
  const program = talk(at.port, await read('ca.crt'))
  program.say(`a LOGIN ${alice} ${password}\r\nb SELECT INBOX\r\n`)
  await program.hears(/b OK[^\r]*\r\n/)
  const during = at.gateway.traffic.imap
  assert.equal(during.sessions, 1)
  assert.ok(during.received > 60 && during.sent > 200, JSON.stringify(during))
  program.say('c LOGOUT\r\n')
  await program.closed
  while (at.gateway.sessions > 0) await new Promise((resolve) => setImmediate(resolve))
  const { sessions, received, sent } = at.gateway.traffic.imap
  assert.equal(sessions, 0)
  assert.ok(received > during.received && sent > during.sent)
  assert.deepEqual(at.gateway.traffic.smtp, { sessions: 0, received: 0, sent: 0 })
})
