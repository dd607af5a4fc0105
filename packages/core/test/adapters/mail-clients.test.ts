import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { imapflowAuth, nodemailerAuth } from '@evergrant/core/adapters'
import { ImapFlow } from 'imapflow'
import nodemailer from 'nodemailer'
import { SMTPServer } from 'smtp-server'
import { world } from './world.ts'

async function smtp(accepts: (token: string) => boolean) {
  const offered: string[] = []
  const mails: string[] = []
  const server = new SMTPServer({
    authMethods: ['XOAUTH2'],
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth(auth, _, done) {
      const token = auth.accessToken ?? ''
      offered.push(`${auth.username} ${token}`)
      if (accepts(token)) return done(null, { user: auth.username })
      done(null, { data: { status: '401', schemes: 'bearer', scope: 'mail' } })
    },
    onData(stream, _, done) {
      stream.resume().on('end', () => {
        mails.push('one')
        done()
      })
    },
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  return {
    offered,
    mails,
    port: (server.server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

const mail = { from: 'alice@example.org', to: 'bob@example.org', subject: 'hello', text: 'hello' }

test('nodemailer signs in with the source’s token, and takes a newer one when the server refused the first', async () => {
  await using w = await world()
  const { access_token: stale } = await w.source.token()
  await using server = await smtp((token) => token !== stale)
  const auth = nodemailerAuth(w.source, 'alice@example.org', { clock: w.clock })
  const transport = nodemailer.createTransport({ host: '127.0.0.1', port: server.port, secure: false, auth })
  await transport.sendMail(mail)
  await transport.sendMail(mail)
  transport.close()
  const { access_token: fresh } = await w.source.token()
  assert.notEqual(stale, fresh)
  assert.deepEqual(
    server.offered,
    [stale, fresh, fresh].map((token) => `alice@example.org ${token}`),
  )
  assert.equal(server.mails.length, 2)
})

test('nodemailer offers no dead token after a long pause', async () => {
  await using w = await world()
  const auth = nodemailerAuth(w.source, 'alice@example.org', { clock: w.clock })
  let expires = 0
  const before = await new Promise((resolve, reject) => {
    auth.provisionCallback('alice', false, (error, token, end) => {
      expires = end ?? 0
      if (error) reject(error)
      else resolve(token)
    })
  })
  const held = await w.source.token()
  assert.equal(before, held.access_token)
  assert.equal(expires, (held.refresh_at ?? 0) * 1000)
})

test('a failed acquisition reaches nodemailer’s caller', async () => {
  await using w = await world()
  await using server = await smtp(() => true)
  w.sandbox.fault({ match: { grant_type: 'client_credentials' }, status: 503, times: Number.POSITIVE_INFINITY })
  const auth = nodemailerAuth(w.source, 'alice@example.org')
  const transport = nodemailer.createTransport({ host: '127.0.0.1', port: server.port, secure: false, auth })
  await assert.rejects(transport.sendMail(mail), /503/)
  transport.close()
  assert.deepEqual(server.offered, [])
})

test('a bound token, which no mail server can check, stops nodemailer before it is offered', async () => {
  await using server = await smtp(() => true)
  const bound = { access_token: 'bound', token_type: 'DPoP', dpop_key: { kty: 'EC' }, raw: {} }
  const auth = nodemailerAuth({ token: async () => bound }, 'alice@example.org')
  const transport = nodemailer.createTransport({ host: '127.0.0.1', port: server.port, secure: false, auth })
  await assert.rejects(transport.sendMail(mail), /bound to a key.*SASL/)
  transport.close()
  assert.deepEqual(server.offered, [])
})

/** As much of an IMAP server as signing in takes. */
async function imap(accepts: (line: string) => boolean) {
  const offered: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined))
    socket.write('* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] ready\r\n')
    let waiting: string | undefined
    let rest = ''
    socket.on('data', (data) => {
      rest += data
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end)
        rest = rest.slice(end + 2)
        const [tag = '', command = '', , initial = ''] = line.split(' ')
        if (waiting !== undefined) {
          socket.write(`${waiting} NO [AUTHENTICATIONFAILED] Invalid credentials\r\n`)
          waiting = undefined
        } else if (command.toUpperCase() === 'AUTHENTICATE') {
          const plain = Buffer.from(initial, 'base64').toString()
          offered.push(plain)
          if (accepts(plain)) socket.write(`${tag} OK [CAPABILITY IMAP4rev1] signed in\r\n`)
          else {
            waiting = tag
            socket.write(`+ ${Buffer.from('{"status":"401"}').toString('base64')}\r\n`)
          }
        } else if (command.toUpperCase() === 'LOGOUT') socket.end(`* BYE\r\n${tag} OK\r\n`)
        else if (command.toUpperCase() === 'LIST') socket.write(`* LIST (\\Noselect) "/" ""\r\n${tag} OK\r\n`)
        else socket.write(`${tag} OK\r\n`)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    offered,
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await once(server.close(), 'close')
    },
  }
}

test('imapflow signs in with the source’s token, and with a newer one after the server refused it', async () => {
  await using w = await world()
  const { access_token: stale } = await w.source.token()
  await using server = await imap((line) => !line.includes(stale))
  const options = { host: '127.0.0.1', port: server.port, secure: false, logger: false, disableAutoIdle: true } as const
  const first = await imapflowAuth(w.source, 'alice@example.org')
  const refused = new ImapFlow({ ...options, auth: first })
  refused.on('error', () => undefined)
  await assert.rejects(refused.connect(), (error) => Reflect.get(error as object, 'authenticationFailed') === true)
  const auth = await imapflowAuth(w.source, 'alice@example.org', first.accessToken)
  const client = new ImapFlow({ ...options, auth })
  await client.connect()
  assert.ok(client.usable)
  await client.logout()
  const { access_token: fresh } = await w.source.token()
  assert.deepEqual(
    server.offered,
    [stale, fresh].map((token) => `user=alice@example.org\u0001auth=Bearer ${token}\u0001\u0001`),
  )
})
