import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createConnection, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as later } from 'node:timers/promises'
import type { MailServers } from '../packages/mail/test/servers/mail-servers.ts'

/** Where `emailproxy.py` of https://github.com/simonrob/email-oauth2-proxy lies. Without it the peer is left out. */
const script = process.env['EMAIL_OAUTH2_PROXY']

/** A peer: another OAuth mail proxy, before the same IMAP server, for alice, who has this password there. */
export async function emailOauth2Proxy(
  { sandbox, imaps, caFile }: MailServers,
  password: string,
): Promise<(AsyncDisposable & { readonly port: number }) | undefined> {
  if (script === undefined) return undefined
  const email = 'alice@example.test'
  // It gets its token by the password: of its flows the one that needs no browser.
  sandbox.addUser({ sub: 'alice', username: 'alice', email, name: 'Alice Example', password })
  const folder = await mkdtemp(join(tmpdir(), 'evergrant-peer-'))
  const port = await freePort()
  const config = join(folder, 'emailproxy.config')
  await writeFile(
    config,
    `[Server setup]
[IMAP-${port}]
server_address = localhost
server_port = ${imaps}
local_address = 127.0.0.1
[Account setup]
[${email}]
token_url = ${sandbox.issuer}/token
oauth2_scope = mail
oauth2_flow = password
client_id = web
client_secret = secret-of-web
`,
  )
  const child = spawn('python3', [script, '--no-gui', '--config-file', config, '--log-file', join(folder, 'log')], {
    env: { ...process.env, SSL_CERT_FILE: caFile },
    stdio: 'ignore',
  })
  const ended = once(child, 'exit')
  while (!(await listens(port))) if (child.exitCode !== null) throw new Error('emailproxy.py did not start')
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function listens(port: number): Promise<boolean> {
  const socket = createConnection({ port, host: '127.0.0.1' })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    await later(100)
    return false
  } finally {
    socket.destroy()
  }
}
