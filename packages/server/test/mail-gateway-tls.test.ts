import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect as connectTo, type Socket } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { person } from '@evergrant/sandbox'
import { consentUrl, PASSWORD, Scene } from './support/scene.ts'

const fixtures = join(import.meta.dirname, '../../core/test/fixtures')
const ca = readFileSync(join(fixtures, 'ca.crt'), 'utf8')
const files = {
  EVERGRANT_MAIL_CERT_FILE: join(fixtures, 'server.crt'),
  EVERGRANT_MAIL_KEY_FILE: join(fixtures, 'server.pem'),
}
const BOB = 'bob@example.test'

/** A program that says lines and waits for what it hears. */
function program(socket: Socket) {
  let heard = ''
  let look = (): void => undefined
  socket.on('error', () => undefined)
  socket.on('data', (data) => {
    heard += data
    look()
  })
  socket.on('close', () => look())
  return {
    socket,
    say: (text: string) => void socket.write(text),
    hears: (pattern: RegExp): Promise<string> =>
      new Promise((resolve, reject) => {
        look = () => {
          const found = pattern.exec(heard)?.[0]
          if (found !== undefined) resolve(found)
          else if (socket.closed) reject(new Error(`closed without ${pattern}: ${heard}`))
        }
        look()
      }),
  }
}

/** A server with its gateway, an account of Bob's and a key for it. */
async function gateway(env: Record<string, string>) {
  const scene = await Scene.begin({
    env: { EVERGRANT_SANDBOX: 'on', EVERGRANT_SANDBOX_TOKEN_LIFETIME: '3600', ...env },
  })
  const admin = await scene.admin()
  const [connection] = (await admin.get('/v1/connections')).json.connections
  const { id } = (await admin.post('/v1/accounts', { connection: connection.id })).json
  const callback = await person.approve(await consentUrl(id, admin), { username: 'bob' })
  assert.equal((await admin.visit(callback)).status, 200)
  assert.equal((await admin.post(`/v1/accounts/${id}/mail/verify`)).json.ok, true)
  const { key } = (await admin.post('/v1/api-keys', { name: 'a mail program', accounts: [id], password: PASSWORD }))
    .json
  return { scene, admin, id, key: key as string, ports: scene.server.mailPorts }
}

test('with a certificate the gateway serves TLS from the start, and STARTTLS on its other ports', async () => {
  const env = { EVERGRANT_MAIL_IMAPS_PORT: '0', EVERGRANT_MAIL_SMTP_PORT: '0', ...files }
  const { scene, admin, id, key, ports } = await gateway(env)
  await using _ = scene
  assert.deepEqual((await admin.get(`/v1/accounts/${id}/mail`)).json.programs, [
    { protocol: 'imap', host: '127.0.0.1', port: ports.imaps, security: 'tls' },
    { protocol: 'smtp', host: '127.0.0.1', port: ports.smtp, security: 'starttls' },
  ])
  const imap = program(connectTls({ port: ports.imaps ?? 0, host: '127.0.0.1', ca, servername: 'localhost' }))
  imap.say(`a LOGIN ${BOB} ${key}\r\nb SELECT INBOX\r\n`)
  await imap.hears(/b OK/)
  imap.socket.destroy()
  const plain = connectTo({ port: ports.smtp ?? 0, host: '127.0.0.1' })
  const before = program(plain)
  before.say('EHLO x\r\n')
  await before.hears(/250-STARTTLS/)
  before.say('STARTTLS\r\n')
  await before.hears(/220 2\.0\.0 begin TLS\r\n/)
  plain.removeAllListeners('data')
  const smtp = program(connectTls({ socket: plain, ca, servername: 'localhost' }))
  smtp.say(`EHLO x\r\nAUTH PLAIN ${Buffer.from(`\0${BOB}\0${key}`).toString('base64')}\r\n`)
  await smtp.hears(/235/)
  smtp.socket.destroy()
})

test('settings with which passwords would cross the network in the clear, or that do not fit together, are refused by name', async () => {
  const wrong = [
    [{ EVERGRANT_MAIL_IMAP_PORT: '0', EVERGRANT_MAIL_HOST: '0.0.0.0' }, /EVERGRANT_MAIL_HOST is "0\.0\.0\.0"/],
    [{ EVERGRANT_MAIL_IMAPS_PORT: '0' }, /EVERGRANT_MAIL_IMAPS_PORT needs EVERGRANT_MAIL_CERT_FILE/],
    [{ EVERGRANT_MAIL_CERT_FILE: '/a' }, /EVERGRANT_MAIL_KEY_FILE go together/],
    [{ EVERGRANT_MAIL_IMAP_PORT: '0', EVERGRANT_MAIL_HOST: 'a b' }, /EVERGRANT_MAIL_HOST is "a b"/],
    [
      { EVERGRANT_MAIL_IMAPS_PORT: '0', ...files, EVERGRANT_MAIL_CERT_FILE: '/nowhere/x.pem' },
      /EVERGRANT_MAIL_CERT_FILE: \/nowhere\/x\.pem cannot be read/,
    ],
    [
      { EVERGRANT_MAIL_IMAPS_PORT: '0', ...files, EVERGRANT_MAIL_KEY_FILE: join(fixtures, 'rsa.pkcs8.pem') },
      /certificate and key do not fit/,
    ],
  ] as const
  for (const [env, message] of wrong) await assert.rejects(Scene.begin({ env }), { code: 'INVALID_SETTING', message })
})

test('metrics count log-ins, sessions and octets of the gateway, and readiness knows whether it listens', async () => {
  const { scene, admin, key, ports } = await gateway({ EVERGRANT_MAIL_IMAP_PORT: '0' })
  await using _ = scene
  const at = { port: ports.imap ?? 0, host: '127.0.0.1' }
  const [right, wrong] = [program(connectTo(at)), program(connectTo(at))]
  right.say(`a LOGIN ${BOB} ${key}\r\n`)
  await right.hears(/a OK/)
  wrong.say(`a LOGIN ${BOB} nope\r\n`)
  await wrong.hears(/a NO/)
  const { text } = await admin.get('/metrics')
  assert.match(text, /^evergrant_mail_gateway_logins_total\{protocol="imap",outcome="opened"\} 1$/m)
  assert.match(text, /^evergrant_mail_gateway_logins_total\{protocol="imap",outcome="wrong"\} 1$/m)
  assert.match(text, /^evergrant_mail_gateway_sessions\{protocol="imap"\} 2$/m)
  assert.match(text, /^evergrant_mail_gateway_bytes_total\{protocol="imap",direction="received"\} [1-9]\d+$/m)
  assert.match(text, /^evergrant_mail_gateway_bytes_total\{protocol="imap",direction="sent"\} [1-9]\d+$/m)
  assert.ok(!text.includes(BOB) && !text.includes(key))
  assert.equal((await admin.get('/readyz')).status, 200)
  for (const { socket } of [right, wrong]) socket.destroy()
})

test('a server that stops ends the sessions of programs with words, after what is under way', async () => {
  const { scene, key, ports } = await gateway({ EVERGRANT_MAIL_IMAP_PORT: '0', EVERGRANT_MAIL_SMTP_PORT: '0' })
  await using _ = scene
  const imap = program(connectTo({ port: ports.imap ?? 0, host: '127.0.0.1' }))
  imap.say(`a LOGIN ${BOB} ${key}\r\nb SELECT INBOX\r\nc IDLE\r\n`)
  await imap.hears(/\+ idling/)
  const smtp = program(connectTo({ port: ports.smtp ?? 0, host: '127.0.0.1' }))
  smtp.say(`EHLO x\r\nAUTH PLAIN ${Buffer.from(`\0${BOB}\0${key}`).toString('base64')}\r\n`)
  await smtp.hears(/235/)
  smtp.say(`MAIL FROM:<${BOB}>\r\nRCPT TO:<${BOB}>\r\nDATA\r\n`)
  await smtp.hears(/354/)
  const left = Promise.all([once(imap.socket, 'close'), once(smtp.socket, 'close')])
  const stopped = scene.stop()
  await imap.hears(/\* BYE \[UNAVAILABLE\] the mail gateway is stopping/)
  smtp.say('Subject: last\r\n\r\nx\r\n.\r\n')
  await smtp.hears(/250 2\.0\.0 delivered\r\n421 4\.3\.2 the mail gateway is stopping/)
  await Promise.all([stopped, left])
})
