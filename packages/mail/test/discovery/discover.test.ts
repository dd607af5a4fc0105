import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  discoverMail,
  mailPresets,
  mailScope,
  mailServer,
  readAutoconfig,
  readAutodiscover,
} from '@evergrant/mail/discovery'
import fc from 'fast-check'

const autoconfig = `<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="example.org">
<incomingServer type="imap"><hostname>IMAP.%EMAILDOMAIN%</hostname><port>993</port><socketType>SSL</socketType>
<authentication>OAuth2</authentication><authentication>password-cleartext</authentication></incomingServer>
<incomingServer type="pop3"><hostname>pop.example.org</hostname><port>110</port><socketType>plain</socketType></incomingServer>
<outgoingServer type="smtp"><hostname>smtp.example.org</hostname><port>587</port><socketType>STARTTLS</socketType></outgoingServer>
</emailProvider></clientConfig>`

/** Answers from a list of pages, and remembers what was asked. */
function web(pages: Readonly<Record<string, string>>) {
  const asked: string[] = []
  const answer: typeof fetch = async (input) => {
    const url = String(input)
    asked.push(url)
    const page = pages[url]
    if (page === undefined) throw new TypeError('fetch failed')
    return new Response(page)
  }
  return { asked, fetch: answer }
}

const nobody = { mailExchangers: async () => [] as string[], fetch: web({}).fetch }

test('[#130] every preset names servers with TLS, and scopes where it has OAuth 2.0', async () => {
  const presets = await mailPresets()
  assert.equal(presets.length, 72)
  assert.equal(new Set(presets.map(({ id }) => id)).size, 72)
  const domains = presets.flatMap(({ domains }) => domains)
  assert.equal(new Set(domains).size, domains.length, 'a domain belongs to one preset')
  for (const preset of presets) {
    for (const server of [...(preset.imap ?? []), ...(preset.pop ?? []), ...(preset.smtp ?? [])])
      assert.match(`${server.security} ${server.host} ${server.port}`, /^(?:tls|starttls) [a-z0-9.-]+ \d+$/, preset.id)
    assert.equal(preset.auth.includes('oauth2'), (mailScope(preset) ?? '') !== '', preset.id)
    assert.equal(preset.auth.includes('oauth2'), preset.sasl.includes('XOAUTH2'), preset.id)
  }
})

test('[#131] an address of Google or Microsoft has its servers and exact scopes', async () => {
  const google = await discoverMail('Alice@GMail.com', nobody)
  assert.equal(google.by, 'preset')
  assert.deepEqual([google.imap?.host, google.imap?.port, google.smtp?.host], ['imap.gmail.com', 993, 'smtp.gmail.com'])
  assert.equal(mailScope(google.preset ?? {}), 'https://mail.google.com/')
  const microsoft = await discoverMail('bob@hotmail.com', nobody)
  assert.equal(
    mailScope(microsoft.preset ?? {}, ['imap', 'pop', 'smtp']),
    'https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/POP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access',
  )
})

test('a provider without OAuth 2.0 is told as it is', async () => {
  const { auth, advice } = await discoverMail('a@icloud.com', nobody)
  assert.deepEqual(auth, ['app-password'])
  assert.match(advice ?? '', /no OAuth 2\.0\. Make an app password/)
  assert.match((await discoverMail('a@gmx.de', nobody)).advice ?? '', /mailbox's own password, or an app password/)
  for (const address of ['a@t-online.de', 'a@sky.com'])
    assert.match((await discoverMail(address, nobody)).advice ?? '', /Make an app password/)
  const proton = await discoverMail('a@proton.me', nobody)
  assert.deepEqual([proton.auth, proton.imap, proton.smtp], [['bridge'], undefined, undefined])
  assert.match(
    proton.advice ?? '',
    /^Proton Mail gives programs no OAuth 2\.0 and has no mail servers for them\. Its own bridge/,
  )
  const own = { ...nobody, mailExchangers: async () => ['mail.protonmail.ch'] }
  assert.equal((await discoverMail('a@example.org', own)).preset?.id, 'proton')
  assert.equal((await discoverMail('a@gmail.com', nobody)).advice, undefined)
})

test('a domain of a customer is known by its mail exchanger, whole labels only', async () => {
  const at = async (exchange: string): Promise<string> =>
    (await discoverMail('a@example.org', { ...nobody, mailExchangers: async () => [exchange] })).preset?.id ?? ''
  assert.equal(await at('aspmx.l.google.com'), 'gmail')
  assert.equal(await at('example-org.mail.protection.outlook.com'), 'microsoft-365')
  await assert.rejects(at('aspmx.l.evilgoogle.com'), { code: 'MAIL_SERVERS_UNKNOWN' })
})

test('any other domain is asked for its own settings, over https, without naming the person to it', async () => {
  const { asked, fetch } = web({ 'https://example.org/.well-known/autoconfig/mail/config-v1.1.xml': autoconfig })
  const found = await discoverMail('alice@example.org', { ...nobody, fetch })
  assert.deepEqual(found.imap, { host: 'imap.example.org', port: 993, security: 'tls' })
  assert.deepEqual(found.smtp, { host: 'smtp.example.org', port: 587, security: 'starttls' })
  assert.deepEqual([found.by, found.pop, found.auth], ['autoconfig', undefined, ['oauth2']])
  assert.ok(asked.every((url) => url.startsWith('https://') && !url.includes('alice')))
})

test('autodiscover is the last to be asked', async () => {
  const xml = `<Autodiscover><Response><Account><Protocol><Type>IMAP</Type><Server>mail.example.org</Server><Port>993</Port><SSL>on</SSL></Protocol>
<Protocol><Type>SMTP</Type><Server>mail.example.org</Server><Port>587</Port><Encryption>Auto</Encryption><SSL>on</SSL></Protocol></Account></Response></Autodiscover>`
  const { asked, fetch } = web({ 'https://autodiscover.example.org/autodiscover/autodiscover.xml': xml })
  const found = await discoverMail('alice@example.org', { ...nobody, fetch })
  assert.deepEqual([found.by, found.imap?.security, found.smtp?.security], ['autodiscover', 'tls', 'starttls'])
  assert.equal(asked.length, 3)
})

test('what is no address is refused before anybody is asked', async () => {
  const { asked, fetch } = web({})
  for (const bad of [
    '',
    'alice',
    '@example.org',
    'a@',
    'a@b',
    'a@exa mple.org',
    'a@example.org/x',
    'a@example.org:80',
    'a\r\n@example.org',
    `a@${'x'.repeat(300)}.org`,
  ])
    await assert.rejects(discoverMail(bad, { ...nobody, fetch }), { code: 'INVALID_ARGUMENT' }, bad)
  assert.deepEqual(asked, [])
})

test('settings that are broken, hostile or without TLS name no server', () => {
  const server = (host: string, port = '993', socket = 'SSL'): string =>
    `<incomingServer type="imap"><hostname>${host}</hostname><port>${port}</port><socketType>${socket}</socketType></incomingServer>`
  assert.ok(readAutoconfig(server('mail.example.org'), 'a@b.org'))
  for (const xml of [
    '',
    '<incomingServer type="imap">',
    server('mail.example.org', '993', 'plain'),
    server('mail.example.org', '0'),
    server('mail.example.org', '99999'),
    server('mail.example.org\r\nEHLO'),
    server('a@b'),
    `<!DOCTYPE x [<!ENTITY a "b">]>${server('mail.example.org')}`,
    `${server('mail.example.org')}${' '.repeat(70_000)}`,
  ])
    assert.equal(readAutoconfig(xml, 'a@b.org'), undefined)
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      readAutoconfig(before + autoconfig.slice(0, 300) + after, 'a@b.org')
      readAutodiscover(`<Protocol>${before}</Protocol>${after}`, 'a@b.org')
    }),
  )
})

test('an endless answer is left, and the next way is tried', async () => {
  let sent = 0
  const endless: typeof fetch = async (url) => {
    if (!String(url).startsWith('https://autoconfig.')) return new Response(autoconfig)
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
      sent += 10_000
      controller.enqueue(new Uint8Array(10_000).fill(32))
    }
    return new Response(new ReadableStream({ pull }))
  }
  const found = await discoverMail('a@example.org', { ...nobody, fetch: endless })
  assert.equal(found.imap?.host, 'imap.example.org')
  assert.ok(sent < 200_000)
})

test('a server is given as a URL; without TLS it must be this machine', () => {
  assert.deepEqual(mailServer('imaps://mail.example.org', 'imap'), {
    host: 'mail.example.org',
    port: 993,
    security: 'tls',
  })
  assert.deepEqual(mailServer('smtp://mail.example.org:25', 'smtp').security, 'starttls')
  assert.equal(mailServer('pop://127.0.0.1:1110?security=none', 'pop').security, 'none')
  assert.throws(() => mailServer('imap://mail.example.org?security=none', 'imap'), { code: 'INSECURE_URL' })
  for (const bad of [
    'mail.example.org',
    'https://mail.example.org',
    'smtp://a',
    'imaps://u:p@mail.example.org',
    'imaps://',
  ])
    assert.throws(() => mailServer(bad, 'imap'), { code: 'INVALID_PARAMETER' })
})
