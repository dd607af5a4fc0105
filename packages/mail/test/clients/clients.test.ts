import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { after, before, test } from 'node:test'
import { OAuthError } from '@evergrant/core'
import {
  type ImapEvent,
  type ImapMailbox,
  type ImapMailboxOptions,
  imapMailbox,
  renewalAt,
  smtpSender,
} from '@evergrant/mail/clients'
import { mailPresets, sentCopy } from '@evergrant/mail/discovery'
import { type ManualClock, manualClock } from '@evergrant/sandbox'
import type { MailTokens } from '../../src/sign-in/open.ts'
import { type MailServers, startMailServers, unable } from '../servers/mail-servers.ts'

const address = 'alice@example.test'
const host = '127.0.0.1'
const clock: ManualClock = manualClock()
let servers: MailServers
before(async () => {
  if (!unable) servers = await startMailServers(clock)
})
after(() => servers?.[Symbol.asyncDispose]())

/** A mailbox at Dovecot; `events` are what became of its connections. */
function opened(source: MailTokens, mailbox = address, options: ImapMailboxOptions = {}) {
  const events: ImapEvent[] = []
  const imap = { host, port: servers.imaps, security: 'tls' } as const
  const onEvent = (event: ImapEvent): void => void events.push(event)
  const kept: ImapMailbox = imapMailbox(
    source,
    { mailbox, imap },
    { ca: servers.ca, clock, random: () => 0, onEvent, ...options },
  )
  return { ...kept, events, types: () => events.map(({ type }) => type) }
}

const smtp = () => ({ host, port: servers.smtp, security: 'starttls' }) as const

test('a connection is replaced before its token ends, spread over some minutes, at the latest a quarter of a short life before', () => {
  assert.equal(renewalAt({ expires_at: 3600 }, 0, 0), 3540)
  assert.equal(renewalAt({ expires_at: 3600 }, 0, 0.5), 3420)
  assert.equal(renewalAt({ expires_at: 60 }, 0, 0), 45)
  assert.equal(renewalAt({ expires_at: 60 }, 0, 1), 30)
  assert.equal(renewalAt({}, 0, 0), undefined)
})

test('[#142] a mailbox goes on beyond the end of its tokens, with one token request and one new connection', {
  skip: unable,
}, async () => {
  await using mailbox = opened(await servers.source())
  const requests = servers.tokenRequests()
  const first = await mailbox.use(async (client) => client)
  assert.ok((await mailbox.use(async (client) => client)) === first)
  let release: () => void = () => undefined
  const long = mailbox.use(async (client) => {
    await new Promise<void>((resolve) => {
      release = resolve
    })
    return client.status('INBOX', { messages: true })
  })
  clock.advance(3541)
  const both = await Promise.all([mailbox.use(async (client) => client), mailbox.use(async (client) => client)])
  assert.ok(both[0] !== first && both[0] === both[1])
  assert.equal(servers.tokenRequests(), requests + 1)
  release()
  assert.equal((await long) && true, true, 'the work under way kept its connection')
  assert.deepEqual(mailbox.types(), ['connected', 'renewed'])
})

test('a connection that is still good outlives an outage of the provider', { skip: unable }, async () => {
  await using mailbox = opened(await servers.source())
  const first = await mailbox.use(async (client) => client)
  const outage = servers.sandbox.fault({ match: { endpoint: 'token' }, status: 503, times: Number.POSITIVE_INFINITY })
  clock.advance(3541)
  assert.ok((await mailbox.use(async (client) => client)) === first)
  assert.equal(mailbox.types().at(-1), 'kept')
  const asked = outage.hits
  await mailbox.use(async () => undefined)
  assert.equal(outage.hits, asked, 'it is not asked again at once')
  outage.remove()
  clock.advance(31)
  assert.ok((await mailbox.use(async (client) => client)) !== first)
  assert.equal(mailbox.types().at(-1), 'renewed')
})

test('a watched folder tells of mail before and after a renewal', { skip: unable }, async () => {
  const source = await servers.source()
  await using mailbox = opened(source)
  await using sender = smtpSender(source, { mailbox: address, smtp: smtp() }, { ca: servers.ca, clock })
  const stop = new AbortController()
  const changes = mailbox.watch('INBOX', stop.signal)[Symbol.asyncIterator]()
  const { messages = -1 } = (await changes.next()).value ?? {}
  const next = async (wanted: number): Promise<void> => {
    for (;;) {
      const { value, done } = await changes.next()
      assert.ok(!done)
      if (value.messages === wanted) return
    }
  }
  await sender.send({ to: address, subject: 'one', text: 'one' })
  await next(messages + 1)
  clock.advance(3541)
  await next(messages + 1)
  assert.deepEqual(mailbox.types(), ['connected', 'renewed'])
  await sender.send({ to: address, subject: 'two', text: 'two' })
  await next(messages + 2)
  stop.abort()
  assert.equal((await changes.next()).done, true)
})

test('[#144] what was sent is saved once: here, or by the provider where it does so by itself', {
  skip: unable,
}, async () => {
  const source = await servers.source('bob')
  const bob = 'bob@example.test'
  await using mailbox = opened(source, bob)
  const sent = async (): Promise<number> =>
    mailbox.use(async (client) => {
      const status = (await client.list()).some(({ path }) => path === 'Sent')
        ? await client.status('Sent', { messages: true })
        : undefined
      return status ? (status.messages ?? 0) : 0
    })
  const presets = await mailPresets()
  const rule = (domain: string) => sentCopy(presets.find(({ domains }) => domains.includes(domain)))
  assert.deepEqual(['gmail.com', 'outlook.com', 'fastmail.com', 'nobody.example'].map(rule), [
    'server',
    'server',
    'client',
    'client',
  ])
  for (const [by, copies] of [
    ['server', 0],
    ['client', 1],
  ] as const) {
    const account = { mailbox: bob, smtp: smtp() }
    await using sender = smtpSender(source, account, { ca: servers.ca, clock, sent: { by, mailbox } })
    const { copy, info } = await sender.send({ to: address, subject: `saved by the ${by}`, text: 'hello' })
    assert.equal(copy, by === 'client' ? 'Sent' : undefined)
    assert.equal(await sent(), copies)
    if (copy === undefined) continue
    const saved = await mailbox.use(async (client) => {
      await client.mailboxOpen(copy)
      return client.fetchOne('*', { envelope: true, flags: true })
    })
    assert.ok(saved)
    assert.deepEqual([saved.envelope?.messageId, saved.flags?.has('\\Seen')], [info.messageId, true])
    assert.equal(saved.envelope?.from?.[0]?.address, bob)
  }
})

test('[#141] mails before and after the end of a token leave by the same sender, with one token request each hour', {
  skip: unable,
}, async () => {
  const source = await servers.source()
  const requests = servers.tokenRequests()
  await using sender = smtpSender(
    source,
    { mailbox: address, smtp: smtp() },
    { ca: servers.ca, clock, random: () => 0 },
  )
  const mail = { to: address, subject: 'hello', text: 'hello' }
  await Promise.all([sender.send(mail), sender.send(mail), sender.send(mail)])
  assert.equal(servers.tokenRequests(), requests)
  clock.advance(3601)
  const [{ info }] = await Promise.all([sender.send(mail), sender.send(mail)])
  assert.match(info.response ?? '', /^250 /)
  assert.equal(servers.tokenRequests(), requests + 1)
})

test('[#142] a token that the server refuses is replaced once, for reading and for sending', {
  skip: unable,
}, async () => {
  const source = await servers.source()
  const revoke = async (): Promise<void> => {
    const { access_token } = await source.token()
    await fetch(`${servers.sandbox.issuer}/revoke`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from('web:secret-of-web').toString('base64')}` },
      body: new URLSearchParams({ token: access_token }),
    })
  }
  await revoke()
  await using mailbox = opened(source)
  assert.ok(await mailbox.use((client) => client.status('INBOX', { messages: true })))
  await revoke()
  await using sender = smtpSender(source, { mailbox: address, smtp: smtp() }, { ca: servers.ca, clock })
  await sender.send({ to: address, subject: 'hello', text: 'hello' })
})

test('a refusal says whose act it waits for, and never holds a token', { skip: unable }, async () => {
  const bob = await servers.source('bob')
  const { access_token } = await bob.token()
  await using foreign = opened(bob)
  await using sender = smtpSender(bob, { mailbox: address, smtp: smtp() }, { ca: servers.ca, clock })
  const gone: MailTokens = { token: async () => Promise.reject(new OAuthError('CONSENT_REQUIRED', 'gone')) }
  await using ended = opened(gone)
  await using mute = smtpSender(gone, { mailbox: address, smtp: smtp() }, { ca: servers.ca, clock })
  await using nowhere = opened(bob, address, { ca: undefined })
  const mail = { to: address, subject: 'x', text: 'x' }
  const status = (mailbox: ImapMailbox) => mailbox.use((client) => client.status('INBOX', { messages: true }))
  for (const [work, code] of [
    [() => status(foreign), 'MAIL_LOGIN_REFUSED'],
    [() => sender.send(mail), 'MAIL_LOGIN_REFUSED'],
    [() => status(ended), 'CONSENT_REQUIRED'],
    [() => mute.send(mail), 'CONSENT_REQUIRED'],
    [() => status(nowhere), 'MAIL_NOT_SECURED'],
  ] as const) {
    await assert.rejects(work(), (error: OAuthError) => {
      assert.equal(error.code, code, error.message)
      assert.ok(!error.message.includes(access_token))
      return true
    })
  }
  const watched = foreign.watch('INBOX', new AbortController().signal)[Symbol.asyncIterator]()
  await assert.rejects(watched.next(), { code: 'MAIL_LOGIN_REFUSED' }, 'a watch does not go on trying')
})

test('[#143] "authenticated but not connected" is tried again a few times, then told', async () => {
  let signIns = 0
  const server = createServer((socket) => {
    socket.on('error', () => undefined).write('* OK [CAPABILITY IMAP4rev1 SASL-IR NAMESPACE AUTH=XOAUTH2] hi\r\n')
    socket.on('data', (data) => {
      const [tag, command] = data.toString().split(' ')
      if (command === 'AUTHENTICATE') signIns += 1
      const ok = command === 'AUTHENTICATE' || command?.startsWith('CAPABILITY')
      socket.write(ok ? `${tag} OK done\r\n` : `${tag} BAD User is authenticated but not connected.\r\n`)
    })
  })
  server.listen(0, host)
  await once(server, 'listening')
  const slept: number[] = []
  const impatient = { ...clockLike(), sleep: async (seconds: number) => void slept.push(seconds) }
  const imap = { host, port: (server.address() as AddressInfo).port, security: 'none' } as const
  const source = { token: async () => ({ access_token: 't0ken', token_type: 'Bearer', raw: {} }) }
  const mailbox = imapMailbox(source, { mailbox: 'a@b.org', imap }, { clock: impatient })
  await assert.rejects(
    mailbox.use(async () => undefined),
    { code: 'MAIL_COMMAND_REFUSED', message: /authenticated but not connected/ },
  )
  assert.deepEqual(slept, [1, 2])
  assert.equal(signIns, 3)
  await mailbox.close()
  server.close()
})

const clockLike = () => ({ now: () => 0, monotonic: () => 0 })
