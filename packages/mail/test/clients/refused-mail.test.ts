import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { after, before, test } from 'node:test'
import type { OAuthError } from '@evergrant/core'
import { smtpSender } from '@evergrant/mail/clients'
import { verifyMail } from '@evergrant/mail/sign-in'
import { type MailServers, startMailServers, unable } from '../servers/mail-servers.ts'

const alice = 'alice@example.test'
const host = '127.0.0.1'
const source = { token: async () => ({ access_token: 't0ken', token_type: 'Bearer', raw: {} }) }
let servers: MailServers
before(async () => {
  if (!unable) servers = await startMailServers()
})
after(() => servers?.[Symbol.asyncDispose]())

test('[#141] a recipient that the server refuses is told as the recipient, and never as the sign-in', {
  skip: unable,
}, async () => {
  const smtp = { host, port: servers.smtp, security: 'starttls' } as const
  await using sender = smtpSender(await servers.source(), { mailbox: alice, smtp }, { ca: servers.ca })
  const refusal = (to: string) =>
    sender.send({ to, text: 'x' }).then(
      () => assert.fail('it was taken'),
      (error: OAuthError) => error,
    )
  const nobody = await refusal('nobody@example.test')
  assert.deepEqual(
    [nobody.code, nobody.class, nobody.who, nobody.error],
    ['MAIL_NOT_ACCEPTED', 'request', 'person', '550 5.1.1'],
  )
  assert.match(nobody.message, /^The mail server takes no mail for nobody@example\.test: 550 5\.1\.1 /)
  assert.match(nobody.advice, /it is the address of the recipient/)
  const full = await refusal('full@example.test')
  assert.match(full.advice, /mailbox of the recipient is full/)
})

test('a mail that some get and others do not says for whom it was not taken', { skip: unable }, async () => {
  const smtp = { host, port: servers.smtp, security: 'starttls' } as const
  await using sender = smtpSender(await servers.source(), { mailbox: alice, smtp }, { ca: servers.ca })
  const { refused, info } = await sender.send({ to: [alice, 'nobody@example.test'], text: 'x' })
  assert.match(info.response ?? '', /^250 /)
  assert.deepEqual(
    refused.map(({ address, error }) => [address, error.code, error.error]),
    [['nobody@example.test', 'MAIL_NOT_ACCEPTED', '550 5.1.1']],
  )
  assert.deepEqual((await sender.send({ to: alice, text: 'x' })).refused, [])
})

type At = 'MAIL' | 'RCPT' | 'DATA' | 'dot'

/** A server that signs everybody in and answers one command with these words. */
async function refusing(at: At, words: string) {
  const server = createServer((socket) => {
    let body = false
    let rest = ''
    socket.on('error', () => undefined).write('220 mail ESMTP\r\n')
    socket.on('data', (data) => {
      rest += data.toString('latin1')
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end)
        rest = rest.slice(end + 2)
        const verb = line.split(' ')[0]?.toUpperCase() ?? ''
        if (body && line !== '.') continue
        const here = body ? 'dot' : verb
        body = !body && verb === 'DATA' && at !== 'DATA'
        if (here === at) socket.write(`${words}\r\n`)
        else if (verb === 'EHLO') socket.write('250-mail\r\n250 AUTH XOAUTH2\r\n')
        else socket.write(`${{ AUTH: '235', DATA: '354', QUIT: '221' }[verb] ?? '250'} ok\r\n`)
      }
    })
  })
  server.listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const smtp = { host, port, security: 'none' } as const
  return { smtp, [Symbol.asyncDispose]: async () => void server.close() }
}

test('what large mail servers answer to a mail is told by whose act it waits for', async () => {
  const table: readonly (readonly [At, string, string, string, RegExp])[] = [
    [
      'RCPT',
      "550-5.1.1 The email account that you tried to reach does not exist. Please try\r\n550 5.1.1 double-checking the recipient's email address",
      'request',
      'person',
      /address of the recipient/,
    ],
    ['RCPT', '550 5.4.1 Recipient address rejected: Access denied.', 'request', 'person', /address of the recipient/],
    [
      'RCPT',
      '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found',
      'request',
      'person',
      /address of the recipient/,
    ],
    ['RCPT', '550 not here', 'request', 'person', /takes no mail for this recipient/],
    [
      'RCPT',
      '452 4.2.2 The email account that you tried to reach is over quota',
      'request',
      'person',
      /mailbox of the recipient is full/,
    ],
    ['RCPT', '452 4.5.3 Your message has too many recipients', 'request', 'person', /too many recipients/],
    ['RCPT', '554 5.7.1 <x@y.test>: Relay access denied', 'request', 'administrator', /rules of the mail server/],
    ['RCPT', '450 4.7.1 Greylisted, please try again', 'transient', 'provider', /send it again later/],
    ['MAIL', '552 5.3.4 Message size exceeds fixed limit', 'request', 'person', /too large/],
    [
      'MAIL',
      '553 5.7.1 <alice@example.test>: Sender address rejected: not owned by user bob',
      'configuration',
      'administrator',
      /may not send with this sender/,
    ],
    [
      'dot',
      "552-5.2.3 Your message exceeded Google's message size limits\r\n552 5.2.3 see the help",
      'request',
      'person',
      /too large/,
    ],
    [
      'dot',
      '554 5.2.252 SendAsDenied; bob@x.test not allowed to send as alice@x.test',
      'configuration',
      'administrator',
      /may not send with this sender/,
    ],
    [
      'dot',
      '550 5.7.60 SMTP; Client does not have permissions to send as this sender',
      'configuration',
      'administrator',
      /may not send with this sender/,
    ],
    ['dot', '550 5.4.5 Daily user sending limit exceeded.', 'transient', 'provider', /limit of how much may be sent/],
    [
      'dot',
      '432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded',
      'transient',
      'provider',
      /send it again later|limit of how much/,
    ],
    [
      'dot',
      '421 4.7.28 Our system has detected an unusual rate of unsolicited mail',
      'transient',
      'provider',
      /limit of how much may be sent/,
    ],
    [
      'dot',
      '550 5.1.8 Access denied, bad outbound sender AS(42004)',
      'configuration',
      'administrator',
      /stopped sending from this mailbox/,
    ],
    ['dot', '550 5.7.1 Message rejected as spam', 'request', 'administrator', /rules of the mail server/],
    ['dot', '554 no', 'request', 'person', /own words/],
  ]
  for (const [at, words, kind, who, advice] of table) {
    await using server = await refusing(at, words)
    await using sender = smtpSender(source, { mailbox: alice, smtp: server.smtp })
    await assert.rejects(sender.send({ to: 'x@y.test', text: 'x' }), (error: OAuthError) => {
      assert.deepEqual(
        [error.code, error.class, error.who],
        ['MAIL_NOT_ACCEPTED', kind, who],
        `${words}: ${error.advice}`,
      )
      assert.match(error.advice, advice, words)
      assert.equal(error.error_description?.slice(0, 3), words.slice(0, 3))
      return true
    })
  }
})

test('a sender that the server does not allow is found by the test of the mailbox already', async () => {
  await using server = await refusing(
    'MAIL',
    '550 5.7.60 SMTP; Client does not have permissions to send as this sender',
  )
  const [check] = await verifyMail(source, { mailbox: alice, smtp: server.smtp })
  assert.deepEqual([check?.error?.code, check?.error?.who], ['MAIL_COMMAND_REFUSED', 'administrator'])
  assert.match(check?.error?.advice ?? '', /may not send with this sender/)
})
