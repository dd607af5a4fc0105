import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, normalize } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { type MailServers, startMailServers, unable } from '../../mail/test/servers/mail-servers.ts'
import { bin, consentUrl, type Home, home } from './command-line.ts'

const address = 'alice@example.test'
const run = promisify(execFile)

/** Why a program's recipe cannot be tried here, with what would install it. */
const without = (what: string, file: string, debian: string): string | false =>
  unable || (existsSync(file) ? false : `${what} is not here: apt-get install ${debian}`)
const PLUGIN = ['x86_64', 'aarch64']
  .map((machine) => `/usr/lib/${machine}-linux-gnu/sasl2/libkdexoauth2.so`)
  .find((file) => existsSync(file))

let servers: MailServers
before(async () => {
  if (unable) return
  servers = await startMailServers()
  servers.sandbox.registerClient({ client_id: 'native', redirect_uris: ['http://127.0.0.1/callback'] })
})
after(() => servers?.[Symbol.asyncDispose]())

/** A person who has consented once; `token` is the command that their programs ask. */
async function consented(at: Home) {
  const client = ['--issuer', servers.sandbox.issuer, '--client-id', 'native', '--scope', 'mail', '--grant', 'mail']
  const login = at.start(['login', '--no-open', ...client])
  await fetch(await servers.sandbox.approve(await consentUrl(login), { username: 'alice' }))
  assert.equal((await login.ended).code, 0)
  const env = { ...process.env, HOME: at.folder, EVERGRANT_CONFIG_DIR: join(at.folder, 'config') }
  return { env, token: `${process.execPath} ${bin} token --grant mail` }
}

/** A mail in Alice's INBOX, over IMAP as any program would put it there. */
async function delivered(
  at: Home,
  subject: string,
  { token, env }: Awaited<ReturnType<typeof consented>>,
): Promise<void> {
  const python = `
import imaplib,ssl,subprocess,sys
t=subprocess.run(sys.argv[1].split(),capture_output=True,text=True,check=True).stdout.strip()
m=imaplib.IMAP4_SSL('127.0.0.1',${servers.imaps},ssl_context=ssl.create_default_context(cafile=${JSON.stringify(servers.caFile)}))
m.authenticate('XOAUTH2',lambda _: f'user=${address}\\x01auth=Bearer {t}\\x01\\x01'.encode())
m.append('INBOX',None,None,b'From: ${address}\\r\\nSubject: ${subject}\\r\\nMessage-ID: <${subject}@x>\\r\\n\\r\\nhello\\r\\n'); m.logout()`
  await run('python3', ['-c', python, token], { env, cwd: at.folder })
}

test('mbsync with the SASL plug-in for XOAUTH2 fetches with a token of `evergrant token`', {
  skip: without('the plug-in', PLUGIN ?? '/nowhere', 'isync libsasl2-modules-kdexoauth2'),
}, async () => {
  await using at = await home()
  const person = await consented(at)
  await delivered(at, 'by-plugin', person)
  const rc = join(at.folder, 'mbsyncrc')
  await mkdir(join(at.folder, 'mail'))
  await writeFile(
    rc,
    `IMAPAccount a
Host localhost
Port ${servers.imaps}
SSLType IMAPS
CertificateFile ${servers.caFile}
User ${address}
AuthMechs XOAUTH2
PassCmd "${person.token}"

IMAPStore far
Account a

MaildirStore near
Path ${at.folder}/mail/
Inbox ${at.folder}/mail/inbox

Channel c
Far :far:
Near :near:
Create Near
SyncState *
`,
  )
  await run('/usr/bin/mbsync', ['-c', rc, 'c'], { env: person.env })
  const { stdout } = await run('grep', ['-rl', 'Subject: by-plugin', join(at.folder, 'mail')])
  assert.notEqual(stdout, '')
})

test('offlineimap fetches with a token of `evergrant token`', {
  skip: without('offlineimap', '/usr/bin/offlineimap', 'offlineimap3'),
}, async () => {
  await using at = await home()
  const person = await consented(at)
  await delivered(at, 'by-offlineimap', person)
  await writeFile(
    join(at.folder, '.offlineimap.py'),
    `import subprocess\ndef token():\n    return subprocess.run(${JSON.stringify(person.token)}.split(), capture_output=True, text=True, check=True).stdout.strip()\n`,
  )
  await writeFile(
    join(at.folder, '.offlineimaprc'),
    `[general]
accounts = a
pythonfile = ${at.folder}/.offlineimap.py
metadata = ${at.folder}/offlineimap

[Account a]
localrepository = near
remoterepository = far

[Repository near]
type = Maildir
localfolders = ${at.folder}/mail

[Repository far]
type = IMAP
remotehost = localhost
remoteport = ${servers.imaps}
remoteuser = ${address}
ssl = yes
sslcacertfile = ${servers.caFile}
auth_mechanisms = XOAUTH2
oauth2_access_token_eval = token()
readonly = True
`,
  )
  await run('/usr/bin/offlineimap', ['-o', '-1', '-u', 'quiet', '-c', join(at.folder, '.offlineimaprc')], {
    env: person.env,
  })
  const { stdout } = await run('grep', ['-rl', 'Subject: by-offlineimap', join(at.folder, 'mail')])
  assert.notEqual(stdout, '')
})

test('git reads a repository behind a token with a credential helper of one line', { skip: unable }, async () => {
  await using at = await home()
  const { env, token } = await consented(at)
  const git = (...args: string[]) =>
    run('git', args, { cwd: at.folder, env: { ...env, GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_NOSYSTEM: '1' } })
  await git('init', '-q', '-b', 'main', 'work')
  const who = ['-c', 'user.name=Alice', '-c', `user.email=${address}`]
  await git('-C', 'work', ...who, 'commit', '-q', '--allow-empty', '-m', 'first')
  await git('clone', '-q', '--bare', 'work', 'repository.git')
  await git('-C', 'repository.git', 'update-server-info')
  const asked: string[] = []
  // The dumb protocol is files; whoever shows no token of the sandbox's gets none.
  const server = createServer(async ({ headers, url = '' }, response) => {
    const [, shown = ''] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? []
    const [user, ...password] = Buffer.from(shown, 'base64').toString().split(':')
    asked.push(user ?? '')
    if (servers.sandbox.inspect(password.join(':')) === undefined) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
      return
    }
    const file = await readFile(join(at.folder, normalize(new URL(url, 'http://x').pathname))).catch(() => undefined)
    response.writeHead(file === undefined ? 404 : 200).end(file)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const place = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    await assert.rejects(
      git('clone', '-q', `${place}/repository.git`, 'without'),
      /Authentication failed|could not read Username/,
    )
    const helper = `!f() { test "$1" = get && echo username=oauth2 && echo "password=$(${token})"; }; f`
    await git('config', '--global', `credential.${place}.helper`, helper)
    await git('clone', '-q', `${place}/repository.git`, 'with')
    assert.match((await git('-C', 'with', 'log', '--format=%s')).stdout, /^first$/m)
    assert.ok(asked.includes('oauth2'))
  } finally {
    server.close()
  }
})
