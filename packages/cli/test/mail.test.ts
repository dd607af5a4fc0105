import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { startSandbox, startSandboxMail } from '@evergrant/sandbox'
import { type MailServers, startMailServers, unable } from '../../mail/test/servers/mail-servers.ts'
import { bin, consentUrl, type Home, home } from './command-line.ts'

const address = 'alice@example.test'
let servers: MailServers
before(async () => {
  if (unable) return
  servers = await startMailServers()
  servers.sandbox.registerClient({ client_id: 'native', redirect_uris: ['http://127.0.0.1/callback'] })
})
after(() => servers?.[Symbol.asyncDispose]())

async function loggedIn(at: Home): Promise<void> {
  const args = ['login', '--no-open', '--issuer', servers.sandbox.issuer, '--client-id', 'native', '--scope', 'mail']
  const login = at.start([...args, '--grant', 'mail'])
  await fetch(await servers.sandbox.approve(await consentUrl(login), { username: 'alice' }))
  assert.equal((await login.ended).code, 0)
}

const at = (): string[] => [
  '--imap',
  `imaps://127.0.0.1:${servers.imaps}`,
  '--pop',
  `pops://127.0.0.1:${servers.pops}`,
  '--smtp',
  `smtp://127.0.0.1:${servers.smtp}`,
]

test('`mail test` opens the mailbox over each protocol, and says what fails and who must act', {
  skip: unable,
}, async () => {
  await using person = await home()
  await loggedIn(person)
  const ca = ['--ca-file', servers.caFile, '--grant', 'mail']
  const good = await person.run(['mail', 'test', address, ...at(), ...ca])
  assert.equal(good.code, 0, good.stderr)
  assert.match(good.stdout, /✓ IMAP .* Messages in INBOX: 0\n✓ POP .*: Messages: 0\n✓ SMTP .*: takes mail/)
  const bad = await person.run(['mail', 'test', address, '--mailbox', 'bob@example.test', ...at(), ...ca, '--json'])
  assert.equal(bad.code, 1)
  const { ok, checks } = JSON.parse(bad.stdout)
  assert.equal(ok, false)
  assert.deepEqual(
    checks.map((check: { error: { code: string } }) => check.error.code),
    ['MAIL_LOGIN_REFUSED', 'MAIL_LOGIN_REFUSED', 'MAIL_LOGIN_REFUSED'],
  )
  const wrong = ['--imap', `imaps://127.0.0.1:${servers.imap}`]
  const pair = await person.run(['mail', 'test', address, ...wrong, ...ca])
  assert.equal(pair.code, 1)
  assert.match(
    pair.stdout,
    /✗ IMAP .* does not begin with TLS\.\n {4}who {5}person\n {4}advice {2}Set STARTTLS .*\n {4}details .*wrong.version/i,
  )
})

test('`mail password` and `mail gateway` let a program in, which has no OAuth', { skip: unable }, async () => {
  await using person = await home()
  await loggedIn(person)
  const made = await person.run(['mail', 'password', address, '--program', 'curl', '--grant', 'mail', ...at()])
  assert.equal(made.code, 0, made.stderr)
  const password = made.stdout.trim()
  assert.match(password, /^(?:[a-z2-9]{4}-){5}[a-z2-9]{4}$/)
  const ports = ['--imap-port', '0', '--pop-port', '0', '--smtp-port', '0']
  const gateway = person.start(['mail', 'gateway', ...ports, '--ca-file', servers.caFile, '--json'])
  const [, imap = ''] = await gateway.seen(/"imap": (\d+)/)
  const netrc = join(person.folder, 'netrc')
  await writeFile(netrc, `machine 127.0.0.1 login ${address} password ${password}\n`)
  const list = ['-sS', '--netrc-file', netrc, `imap://127.0.0.1:${imap}`, '-X', 'STATUS INBOX (MESSAGES)']
  const { stdout } = await promisify(execFile)('curl', list)
  assert.match(stdout, /MESSAGES 0/)
  await writeFile(netrc, `machine 127.0.0.1 login ${address} password wrong\n`)
  await assert.rejects(promisify(execFile)('curl', list), /Login denied/)
  gateway.kill('SIGTERM')
  const ended = await gateway.ended
  assert.match(ended.stderr, /imap wrong alice@example\.test from 127\.0\.0\.1/)
  assert.ok(!ended.stderr.includes(password))
})

test('the recipes: msmtp asks `evergrant token` itself, fetchmail and neomutt work', { skip: unable }, async () => {
  await using person = await home()
  await loggedIn(person)
  const run = promisify(execFile)
  const env = { ...process.env, HOME: person.folder, EVERGRANT_CONFIG_DIR: join(person.folder, 'config') }
  const token = `${process.execPath} ${bin} token --grant mail`
  const msmtprc = join(person.folder, '.msmtprc')
  await writeFile(
    msmtprc,
    `account a\nhost 127.0.0.1\nport ${servers.smtp}\ntls on\ntls_trust_file ${servers.caFile}\nauth xoauth2\nuser ${address}\nfrom ${address}\npasswordeval ${token}\n`,
    { mode: 0o600 },
  )
  const sending = run('/usr/bin/msmtp', ['-C', msmtprc, '-a', 'a', address], { env })
  sending.child.stdin?.end(`From: ${address}\nTo: ${address}\nSubject: by-recipe\n\nhello\n`)
  await sending
  const muttrc = join(person.folder, 'muttrc')
  await writeFile(
    muttrc,
    `set imap_user = "${address}"\nset imap_authenticators = "xoauth2"\nset imap_oauth_refresh_command = "${token}"\nset folder = "imaps://127.0.0.1:${servers.imaps}/"\nset ssl_ca_certificates_file = "${servers.caFile}"\nset certificate_file = "${servers.caFile}"\nset from = "${address}"\nset sendmail = "/usr/bin/msmtp -C ${msmtprc} -a a"\nset copy = no\n`,
  )
  const mutt = run('/usr/bin/neomutt', ['-F', muttrc, '-s', 'by-neomutt', address], { env })
  mutt.child.stdin?.end('hello\n')
  await mutt
  const made = await person.run(['mail', 'password', address, '--program', 'fetchmail', '--grant', 'mail', ...at()])
  const ports = ['--imap-port', '0', '--pop-port', '0', '--smtp-port', '0']
  const gateway = person.start(['mail', 'gateway', ...ports, '--ca-file', servers.caFile, '--json'])
  const [, imap = ''] = await gateway.seen(/"imap": (\d+)/)
  const fetchmailrc = join(person.folder, '.fetchmailrc')
  await writeFile(
    fetchmailrc,
    `poll 127.0.0.1 protocol imap port ${imap} auth password\n  user "${address}" password "${made.stdout.trim()}" sslproto '' keep fetchall mda "cat >> ${person.folder}/fetched"\n`,
    { mode: 0o600 },
  )
  const fetched = async (): Promise<string> => {
    // 1: no mail yet. Postfix delivers when it is ready.
    await run('/usr/bin/fetchmail', ['-f', fetchmailrc], { env }).catch(() => undefined)
    return readFile(join(person.folder, 'fetched'), 'utf8').catch(() => '')
  }
  let mails = await fetched()
  while (!mails.includes('by-recipe') || !mails.includes('by-neomutt')) mails = await fetched()
  gateway.kill('SIGTERM')
  await gateway.ended
})

test('what cannot be is told before anything is asked', async () => {
  await using person = await home()
  for (const [args, words] of [
    [['mail', 'gateway'], /No program has a password yet/],
    [['mail', 'test', 'nobody'], /must look like name@example\.org/],
    [['mail', 'test', 'a@proton.me'], /There are no mail servers for a@proton\.me[\s\S]*Its own bridge/],
    [['mail', 'test', address, '--imap', 'imap://mail.example.org?security=none'], /for this machine only/],
    [['mail', 'test', address, '--imap', 'https://x'], /imaps:\/\/host:port/],
    [['mail', 'gateway', '--imap-port', 'x'], /x is no port/],
  ] as const) {
    const ran = await person.run(args)
    assert.equal(ran.code, 2, ran.stderr)
    assert.match(ran.stderr, words)
    assert.equal(ran.stdout, '')
  }
})

test('`mail app-only` prints the PowerShell, and with --verify says which step is missing', async () => {
  await using person = await home()
  const appId = '11111111-1111-4111-8111-111111111111'
  const objectId = '22222222-2222-4222-8222-222222222222'
  const ids = ['--organization', 'contoso.example', '--client-id', appId, '--object-id', objectId]
  const printed = await person.run(['mail', 'app-only', address, ...ids])
  assert.equal(printed.code, 0, printed.stderr)
  assert.match(printed.stdout, new RegExp(`New-ServicePrincipal -AppId '${appId}' -ObjectId '${objectId}'`))
  const twice = await person.run(['mail', 'app-only', address, ...ids.slice(0, -1), appId])
  assert.match(twice.stderr, /object id of the enterprise application/)
  const app = { client_id: appId, client_secret: 'a secret of the app', grant_types: ['client_credentials'] }
  await using sandbox = await startSandbox({ clients: [app] })
  await using mail = await startSandboxMail(sandbox)
  const { imap, smtp } = mail.ports
  const at = (scope: string): string[] => [
    '--issuer',
    sandbox.issuer,
    '--client-secret',
    app.client_secret,
    '--imap',
    `imap://127.0.0.1:${imap}?security=none`,
    '--smtp',
    `smtp://127.0.0.1:${smtp}?security=none`,
    '--scope',
    scope,
  ]
  const good = await person.run(['mail', 'app-only', address, ...ids, '--verify', ...at('mail')])
  assert.equal(good.code, 0, good.stderr + good.stdout)
  assert.match(good.stdout, /✓ IMAP .*\n✓ SMTP/)
  const bad = await person.run(['mail', 'app-only', address, ...ids, '--verify', ...at('calendar')])
  assert.equal(bad.code, 1)
  assert.match(bad.stdout, /→ step 3, Make the application known to Exchange.*IMAP/)
})
