// Long because: the configuration of Dovecot and Postfix stands here whole, as the two read it.
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  beginAuthorization,
  defineClient,
  finishAuthorization,
  memoryStore,
  resolveProvider,
  type TokenSource,
  tokenSource,
} from '@evergrant/core'
import { type ManualClock, type RunningSandbox, startSandbox } from '@evergrant/sandbox'

const fixtures = join(import.meta.dirname, '../../../core/test/fixtures')
const redirect_uri = 'http://127.0.0.1/callback'
const web = { client_id: 'web', client_secret: 'secret-of-web', redirect_uris: [redirect_uri] }
const asking = { client_id: 'rs', client_secret: 'secret-of-rs' }

/** Why these servers cannot be started here; false when they can. For `skip` of a test. */
export const unable: string | false = process.getuid?.() === 0 ? false : 'Dovecot and Postfix are started as root'

/** Dovecot and Postfix that take the sandbox's tokens, for any address of example.test. */
export interface MailServers extends AsyncDisposable {
  readonly sandbox: RunningSandbox
  /** The certificate authority of both servers. */
  readonly ca: string
  readonly caFile: string
  readonly imaps: number
  readonly imap: number
  readonly pops: number
  readonly smtp: number
  /** SMTP that takes mail for this domain from this machine without a sign-in and without TLS, as a server for programs does. */
  readonly relay: number
  /** What was delivered to a mailbox, as it lies there. */
  delivered(address: string): Promise<string[]>
  /** A person consents; the tokens are good for that person's mailbox. */
  source(username?: 'alice' | 'bob', scope?: string): Promise<TokenSource>
  /** How often a token was asked for. */
  tokenRequests(): number
  log(): Promise<string>
}

/** With a clock, the sandbox and the sources go by it. */
export async function startMailServers(clock?: ManualClock): Promise<MailServers> {
  const sandbox = await startSandbox({ clients: [web, asking], clock })
  const folder = await mkdtemp(join(tmpdir(), 'evergrant-mail-'))
  const [imap, imaps, pop, pops, smtp, relay] = await freePorts(6)
  const ports = { imap, imaps, pop, pops, smtp, relay }
  await configure(folder, sandbox, ports)
  const dovecot = spawn('/usr/sbin/dovecot', ['-F', '-c', join(folder, 'dovecot.conf')], {
    ...ids('dovecot'),
    stdio: 'ignore',
  })
  const postfix = spawn('/usr/sbin/postfix', ['-c', join(folder, 'pf'), 'start-fg'], { stdio: 'ignore' })
  const log = async (): Promise<string> => {
    const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8').catch(() => '')
    return (await read('dovecot.log')) + (await read('postfix.log'))
  }
  let grants = 0
  const servers: MailServers = {
    sandbox,
    ca: await readFile(join(fixtures, 'ca.crt'), 'utf8'),
    caFile: join(fixtures, 'ca.crt'),
    imap,
    imaps,
    pops,
    smtp,
    relay,
    async delivered(address) {
      const inbox = join(folder, 'mail', address, 'Maildir/new')
      const names = await readdir(inbox).catch(() => [])
      return Promise.all(names.map((name) => readFile(join(inbox, name), 'utf8')))
    },
    log,
    tokenRequests: () => sandbox.journal.count({ endpoint: 'token' }),
    async source(username = 'alice', scope = 'mail') {
      const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: sandbox.issuer })
      const client = defineClient({ provider, ...web, ...(clock === undefined ? {} : { http: { clock } }) })
      const store = memoryStore()
      const grant = `${username}-${grants++}`
      const { url, pending } = await beginAuthorization(client, { grant, redirect_uri, scope })
      await finishAuthorization(client, { callback: await sandbox.approve(url, { username }), pending, store })
      return tokenSource(grant, { store, client, ...(clock === undefined ? {} : { clock }) })
    },
    async [Symbol.asyncDispose]() {
      for (const child of [dovecot, postfix]) {
        if (child.exitCode !== null || child.signalCode !== null) continue
        const gone = new Promise((resolve) => child.once('exit', resolve))
        child.kill('SIGTERM')
        await gone
      }
      // `postfix start-fg` is a script that does not pass its signal on.
      await endProcess(await readFile(join(folder, 'q/pid/master.pid'), 'utf8').catch(() => ''))
      await sandbox.close()
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
  try {
    for (const port of [imaps, pops, smtp]) await listening(port)
  } catch (error) {
    const said = await log()
    await servers[Symbol.asyncDispose]()
    throw new Error(`The mail servers did not start: ${said}`, { cause: error })
  }
  return servers
}

interface Ports {
  readonly imap: number
  readonly imaps: number
  readonly pop: number
  readonly pops: number
  readonly smtp: number
  readonly relay: number
}

async function configure(folder: string, sandbox: RunningSandbox, ports: Ports): Promise<void> {
  const dovecot = ids('dovecot')
  const postfix = ids('postfix')
  for (const name of ['', 'run', 'state', 'mail', 'pf', 'q', 'pfdata'])
    mkdirSync(join(folder, name), { recursive: true })
  for (const name of ['', 'run', 'state', 'mail']) chownSync(join(folder, name), dovecot.uid, dovecot.gid)
  chownSync(join(folder, 'pfdata'), postfix.uid, postfix.gid)
  chmodSync(folder, 0o755)
  for (const name of ['server.crt', 'server.pem'])
    writeFileSync(join(folder, name), await readFile(join(fixtures, name)), { mode: 0o644 })
  const address = new URL(sandbox.issuer)
  writeFileSync(
    join(folder, 'oauth2.conf.ext'),
    `introspection_mode = post
introspection_url = http://${asking.client_id}:${asking.client_secret}@${address.host}/introspect
username_attribute = email
active_attribute = active
active_value = true
scope = mail
`,
  )
  writeFileSync(join(folder, 'dovecot.conf'), dovecotConfiguration(folder, ports))
  writeFileSync(join(folder, 'pf/main.cf'), postfixConfiguration(folder))
  writeFileSync(join(folder, 'pf/master.cf'), postfixServices(ports))
}

function dovecotConfiguration(folder: string, ports: Ports): string {
  const listener = (protocol: string, plain: number, secure: number): string => `service ${protocol}-login {
  chroot =
  process_limit = 1200
  service_count = 0
  client_limit = 2400
  inet_listener ${protocol} {
    port = ${plain}
  }
  inet_listener ${protocol}s {
    port = ${secure}
  }
}
service ${protocol} {
  process_limit = 2000
}
`
  return `base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/dovecot.log
protocols = imap pop3 lmtp
listen = 127.0.0.1
default_internal_user = dovecot
default_internal_group = dovecot
default_login_user = dovecot
first_valid_uid = 1
default_client_limit = 10000
mail_max_userip_connections = 5000
mail_location = maildir:~/Maildir
ssl = yes
ssl_cert = <${folder}/server.crt
ssl_key = <${folder}/server.pem
disable_plaintext_auth = no
auth_mechanisms = xoauth2 oauthbearer
auth_cache_size = 0
auth_failure_delay = 0
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = ${folder}/oauth2.conf.ext
}
userdb {
  driver = static
  args = uid=dovecot gid=dovecot home=${folder}/mail/%u allow_all_users=yes
}
namespace inbox {
  inbox = yes
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  chroot =
}
${listener('imap', ports.imap, ports.imaps)}${listener('pop3', ports.pop, ports.pops)}service lmtp {
  unix_listener lmtp {
    mode = 0666
  }
}
service auth {
  unix_listener auth-smtp {
    mode = 0666
  }
}
`
}

function postfixConfiguration(folder: string): string {
  return `compatibility_level = 3.6
queue_directory = ${folder}/q
data_directory = ${folder}/pfdata
maillog_file = ${folder}/postfix.log
maillog_file_prefixes = ${folder}
mail_owner = postfix
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.test
mydestination =
mynetworks = 127.0.0.0/8
message_size_limit = 52428800
local_recipient_maps =
alias_maps =
alias_database =
virtual_mailbox_domains = example.test
smtpd_recipient_restrictions = check_recipient_access inline:{{nobody@example.test=550 5.1.1 User unknown in virtual mailbox table}, {full@example.test=552 5.2.2 Mailbox full}}
virtual_transport = lmtp:unix:${folder}/run/lmtp
lmtp_tls_security_level = none
smtpd_sasl_type = dovecot
smtpd_sasl_path = ${folder}/run/auth-smtp
smtpd_sasl_security_options = noanonymous
smtpd_tls_cert_file = ${folder}/server.crt
smtpd_tls_key_file = ${folder}/server.pem
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
`
}

function postfixServices({ smtp, relay }: Ports): string {
  return `127.0.0.1:${relay} inet n - n - - smtpd
  -o smtpd_tls_security_level=none
127.0.0.1:${smtp} inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
tlsmgr unix - - n 1000? 1 tlsmgr
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
`
}

async function endProcess(text: string): Promise<void> {
  const pid = Number(text.trim())
  if (!Number.isInteger(pid) || pid <= 1) return
  try {
    process.kill(pid, 'SIGTERM')
    for (;;) {
      process.kill(pid, 0)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  } catch {
    // It is gone.
  }
}

function ids(user: string): { readonly uid: number; readonly gid: number } {
  const id = (flag: string): number => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** Ports that nobody listens on at the moment: all are held until the last is found. */
async function freePorts(count: number): Promise<[number, number, number, number, number, number]> {
  const servers = Array.from({ length: count }, () => createServer())
  const ports: number[] = []
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    ports.push(address === null || typeof address === 'string' ? 0 : address.port)
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = ports
  return [a, b, c, d, e, f]
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; ; tries++) {
    const socket = connect({ host: '127.0.0.1', port })
    const up = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    if (up) return
    if (tries > 2400) throw new Error(`nothing listens on port ${port}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
