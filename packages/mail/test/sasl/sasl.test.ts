import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chooseMechanism, oauthBearer, readChallenge, saslExchange, saslLines, xoauth2 } from '@evergrant/mail/sasl'
import fc from 'fast-check'

const plain = (base64: string): string => Buffer.from(base64, 'base64').toString()
const coded = (text: string): string => Buffer.from(text).toString('base64')
const visible = (from = 0x21): fc.Arbitrary<string> =>
  fc.string({ unit: fc.integer({ min: from, max: 0x7e }).map((code) => String.fromCharCode(code)), minLength: 1 })
const name = fc.oneof(
  fc.emailAddress(),
  visible(),
  fc.string({ unit: 'grapheme-composite', minLength: 1, maxLength: 40 }),
)
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/

test('[#140] XOAUTH2 and OAUTHBEARER say what the vendor and RFC 7628 show', () => {
  // The example of Google's page, and that of RFC 7628 §4.1.
  assert.equal(
    xoauth2('someuser@example.com', 'ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg'),
    'dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==',
  )
  assert.equal(
    oauthBearer('user@example.com', 'vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==', {
      host: 'server.example.com',
      port: 143,
    }),
    'bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB',
  )
  assert.equal(plain(oauthBearer(undefined, 't')), 'n,,\u0001auth=Bearer t\u0001\u0001')
})

test('a message has exactly the fields it was made of, whatever stands in the name', () => {
  fc.assert(
    fc.property(name, visible(), (user, token) => {
      fc.pre(!control.test(user) && user.length <= 320)
      assert.deepEqual(plain(xoauth2(user, token)).split('\u0001'), [`user=${user}`, `auth=Bearer ${token}`, '', ''])
      const [header = '', ...fields] = plain(oauthBearer(user, token, { host: 'h', port: 993 })).split('\u0001')
      assert.deepEqual(fields, ['host=h', 'port=993', `auth=Bearer ${token}`, '', ''])
      // RFC 5801 §4: exactly three parts, and the name in the middle comes back.
      const [flag, authzid = '', rest, more] = header.split(',')
      assert.deepEqual([flag, rest, more], ['n', '', undefined])
      assert.equal(authzid.slice(2).replaceAll('=2C', ',').replaceAll('=3D', '='), user)
    }),
  )
})

test('a control character in a name or token is refused, wherever it stands', () => {
  const bad = fc.constantFrom('\r', '\n', '\u0000', '\u0001', '\t', '\u007f', '\u0085', '\u2028')
  fc.assert(
    fc.property(visible(), bad, visible(), (before, at, after) => {
      const injected = `${before}${at}${after}`
      for (const made of [
        () => xoauth2(injected, 't'),
        () => xoauth2('a', injected),
        () => oauthBearer(injected, 't'),
        () => oauthBearer('a', injected),
        () => oauthBearer('a', 't', { host: injected }),
      ])
        assert.throws(made, { code: 'INVALID_ARGUMENT' })
    }),
  )
  assert.throws(() => xoauth2('', 't'), { code: 'INVALID_ARGUMENT' })
  assert.throws(() => xoauth2('a'.repeat(321), 't'), { code: 'INVALID_ARGUMENT' })
  assert.throws(() => xoauth2('a', ''), { code: 'INVALID_ARGUMENT' })
  assert.throws(() => oauthBearer('a', 't', { port: 0 }), { code: 'INVALID_ARGUMENT' })
})

test('[#140] an error challenge is read, and answered as its mechanism wants', () => {
  const google = coded('{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}')
  const { status, schemes, scope } = readChallenge(google) ?? {}
  assert.deepEqual([status, schemes, scope], ['400', 'Bearer', 'https://mail.google.com/'])
  const rfc = coded('{"status":"invalid_token","openid-configuration":"https://example.com/.well-known/x"}')
  assert.equal(readChallenge(rfc)?.openid_configuration, 'https://example.com/.well-known/x')
  const login = { mailbox: 'a', token: 't' }
  assert.equal(saslExchange('XOAUTH2', login).acknowledge, '')
  assert.equal(plain(saslExchange('OAUTHBEARER', login).acknowledge), '\u0001')
})

test('no challenge, however broken, does more than lose the reason', () => {
  for (const broken of ['', '!', 'AAA', coded('[]'), coded('null'), coded('{}'), coded('{"status":{}}'), '/w=='])
    assert.equal(readChallenge(broken), undefined)
  assert.equal(readChallenge(coded(JSON.stringify({ status: 'x'.repeat(9000) }))), undefined)
  assert.equal(readChallenge(coded('{"__proto__":{"status":"401"}}')), undefined)
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json().map(coded)), (text) => {
      const read = readChallenge(text)
      assert.ok(read === undefined || !control.test(read.status))
    }),
  )
})

test('a server’s words in a challenge cannot forge a log line or repeat a token', () => {
  const read = readChallenge(coded(JSON.stringify({ status: '401\r\nfake', scope: 'Bearer abcdefghijkl' })))
  assert.equal(read?.status, '401 fake')
  assert.doesNotMatch(read?.scope ?? '', /abcdefghijkl/)
})

test('a long token goes in two steps, a short one on the command’s line where the server takes it there', () => {
  const short = saslExchange('XOAUTH2', { mailbox: 'a@b', token: 't' })
  const long = saslExchange('XOAUTH2', { mailbox: 'a@b', token: 't'.repeat(3000) })
  assert.deepEqual(saslLines('smtp', 'AUTH XOAUTH2', short), [`AUTH XOAUTH2 ${short.initial}`])
  assert.deepEqual(saslLines('smtp', 'AUTH XOAUTH2', long), ['AUTH XOAUTH2', long.initial])
  assert.deepEqual(saslLines('pop', 'AUTH XOAUTH2', short), ['AUTH XOAUTH2', short.initial])
  assert.equal(saslLines('imap', 'a AUTHENTICATE XOAUTH2', short).length, 2)
  assert.equal(saslLines('imap', 'a AUTHENTICATE XOAUTH2', long, { inline: true }).length, 1)
  const huge = saslExchange('XOAUTH2', { mailbox: 'a@b', token: 't'.repeat(9300) })
  assert.throws(() => saslLines('smtp', 'AUTH XOAUTH2', huge), { code: 'INVALID_ARGUMENT' })
  assert.equal(saslLines('imap', 'a AUTHENTICATE XOAUTH2', huge, { inline: true }).length, 2)
})

test('no line is ever longer than its protocol allows', () => {
  const longest = { smtp: [510, 12_286], pop: [253, 12_286], imap: [8190, 65_534] } as const
  fc.assert(
    fc.property(
      fc.constantFrom('smtp', 'pop', 'imap'),
      fc.integer({ min: 1, max: 9000 }),
      fc.boolean(),
      (protocol, size, inline) => {
        const exchange = saslExchange('XOAUTH2', { mailbox: 'a@b', token: 't'.repeat(size) })
        const [first, second = ''] = saslLines(protocol, 'AUTH XOAUTH2', exchange, { inline })
        assert.ok(first.length <= longest[protocol][0] && second.length <= longest[protocol][1])
      },
    ),
  )
})

test('the mechanism is one that the server offers', () => {
  assert.equal(chooseMechanism(['plain', 'oauthbearer', 'xoauth2']), 'XOAUTH2')
  assert.equal(chooseMechanism(['PLAIN', 'OAUTHBEARER']), 'OAUTHBEARER')
  assert.equal(chooseMechanism(['PLAIN', 'LOGIN']), undefined)
})
