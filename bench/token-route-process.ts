/** One process of the benchmark of the token route: the server, the bare route, or what asks them. */
import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { startSandbox } from '@evergrant/sandbox'
import { main } from '@evergrant/server/main'
import fastify from 'fastify'

/** Where something is served, and what it answers. */
export interface Served {
  readonly port: number
  readonly path: string
  readonly key: string
  readonly answer: Readonly<Record<string, unknown>>
}

/** What was measured in a block; times in milliseconds. */
export interface Load {
  readonly rate: number
  readonly p50: number
  readonly p99: number
}

interface Block extends Served {
  readonly requests: number
  readonly connections: number
}

/** A server with an account that was connected as a person does it, and an API key. */
async function serve({ folder, database }: { folder: string; database?: string }): Promise<Served> {
  const server = await main(
    {
      EVERGRANT_PORT: '0',
      EVERGRANT_DATA_DIR: folder,
      EVERGRANT_SANDBOX: 'off',
      EVERGRANT_LOG_LEVEL: 'info',
      ...(database === undefined ? {} : { DATABASE_URL: database }),
    },
    { say: () => undefined },
  )
  const sandbox = await startSandbox({ lifetimes: { accessToken: 86_400 } })
  const cookies: string[] = []
  const call = async (path: string, body: object): Promise<Record<string, string>> => {
    const response = await fetch(server.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-evergrant': '1', cookie: cookies.join('; ') },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
    cookies.push(...response.headers.getSetCookie().map((line) => line.split(';')[0] ?? ''))
    return (await response.json()) as Record<string, string>
  }
  const token = new URL(server.setupLink ?? '').hash.slice('#token='.length)
  await call('/v1/setup', { token, name: 'Ada', password: 'correct horse battery' })
  const client = { client_id: 'evergrant', client_secret: 'a-secret-for-the-benchmark' }
  const settings = { name: 'Bench', provider: 'sandbox', issuer: sandbox.issuer, scope: 'mail.read', ...client }
  const connection = await call('/v1/connections', settings)
  sandbox.registerClient({ ...client, redirect_uris: [connection['redirect_uri'] ?? ''] })
  const account = await call('/v1/accounts', { connection: connection['id'] })
  const { url = '' } = await call(`/v1/accounts/${account['id']}/authorize`, {})
  await fetch(await sandbox.approve(url), { headers: { cookie: cookies.join('; ') } })
  const { key = '' } = await call('/v1/api-keys', { name: 'bench', password: 'correct horse battery' })
  const path = `/v1/accounts/${account['id']}/token`
  const response = await fetch(server.url + path, { method: 'POST', headers: { authorization: `Bearer ${key}` } })
  const answer = (await response.json()) as Record<string, unknown>
  if (!response.ok) throw new Error(JSON.stringify(answer))
  return { port: Number(new URL(server.listening).port), path, key, answer }
}

async function serveBare({ answer, path }: Pick<Served, 'answer' | 'path'>): Promise<Served> {
  const app = fastify()
  const properties = Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, { type: typeof value }]))
  const schema = {
    body: { type: 'object', properties: { min_ttl: { type: 'number' } } },
    response: { 200: { type: 'object', properties } },
  }
  app.post(path, { schema }, async () => answer)
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  return { port: Number(new URL(address).port), path, key: 'none', answer }
}

/**
 * So many requests over so many connections, one at a time on each. Written by hand, and sparing: a client that has more
 * to do than the server would be what is measured.
 */
async function load({ port, path, key, answer, requests, connections }: Block): Promise<Load> {
  const body = '{}'
  const request = Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
  const expected = Buffer.from(String(answer['access_token']))
  const sockets = await Promise.all(Array.from({ length: connections }, () => connected(port)))
  const times = new Float64Array(requests)
  let left = requests
  let answered = 0
  const began = performance.now()
  const all = Promise.withResolvers<void>()
  for (const socket of sockets) {
    let sent = 0
    let held = Buffer.alloc(0)
    const next = (): void => {
      if (left-- <= 0) return
      sent = performance.now()
      socket.write(request)
    }
    socket.on('error', all.reject).on('data', (part) => {
      held = held.length === 0 ? part : Buffer.concat([held, part])
      if (!isWhole(held)) return
      if (!held.subarray(0, 12).equals(OK) || !held.includes(expected)) all.reject(new Error(held.toString()))
      held = held.subarray(held.length)
      times[answered++] = performance.now() - sent
      if (answered === requests) all.resolve()
      else next()
    })
    next()
  }
  await all.promise
  const seconds = (performance.now() - began) / 1000
  for (const socket of sockets) socket.destroy()
  times.sort()
  const at = (part: number): number => times[Math.floor(times.length * part)] ?? 0
  return { rate: requests / seconds, p50: at(0.5), p99: at(0.99) }
}

const OK = Buffer.from('HTTP/1.1 200')
const [END, LENGTH] = [Buffer.from('\r\n\r\n'), Buffer.from('content-length: ')]

/** Whether an answer has come with all of its body. */
function isWhole(held: Buffer): boolean {
  const head = held.indexOf(END)
  if (head < 0) return false
  const at = held.indexOf(LENGTH)
  const length = at < 0 ? 0 : Number.parseInt(held.toString('latin1', at + LENGTH.length, at + LENGTH.length + 8), 10)
  return held.length >= head + END.length + length
}

async function connected(port: number): Promise<Socket> {
  const socket = createConnection({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  return socket
}

const [role, order = '{}'] = process.argv.slice(2)
if (role === 'server') process.send?.(await serve(JSON.parse(order)))
if (role === 'bare') process.send?.(await serveBare(JSON.parse(order)))
if (role === 'load') {
  process.on('message', async (block: Block) => process.send?.(await load(block)))
  process.send?.('ready')
}
// User and system time of all threads, in microseconds: calmer than the clock on a machine that does other things too.
if (role !== 'load') {
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.(user + system)
  })
}
process.on('disconnect', () => process.exit())
