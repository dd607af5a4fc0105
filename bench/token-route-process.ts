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
  const { key = '' } = await call('/v1/api-keys', { name: 'bench' })
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

/** So many requests over so many connections, one at a time on each. Written by hand: a client must not be the limit. */
async function load({ port, path, key, answer, requests, connections }: Block): Promise<Load> {
  const body = '{}'
  const request = Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
  const expected = String(answer['access_token'])
  const times: number[] = []
  let left = requests
  const began = performance.now()
  const one = async (): Promise<void> => {
    const socket = createConnection({ port, host: '127.0.0.1', noDelay: true })
    await once(socket, 'connect')
    while (left-- > 0) {
      const sent = performance.now()
      socket.write(request)
      const text = await answered(socket)
      times.push(performance.now() - sent)
      if (!text.startsWith('HTTP/1.1 200') || !text.includes(expected)) throw new Error(text)
    }
    socket.destroy()
  }
  await Promise.all(Array.from({ length: connections }, one))
  const seconds = (performance.now() - began) / 1000
  times.sort((a, b) => a - b)
  const at = (part: number): number => times[Math.floor(times.length * part)] ?? 0
  return { rate: requests / seconds, p50: at(0.5), p99: at(0.99) }
}

function answered(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    let whole = Number.POSITIVE_INFINITY
    const read = (part: Buffer): void => {
      text += part.toString('latin1')
      if (whole === Number.POSITIVE_INFINITY) {
        const head = text.indexOf('\r\n\r\n')
        if (head >= 0) whole = head + 4 + Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
      }
      if (text.length < whole) return
      socket.off('data', read).off('error', reject)
      resolve(text)
    }
    socket.on('data', read).once('error', reject)
  })
}

const [role, order = '{}'] = process.argv.slice(2)
if (role === 'server') process.send?.(await serve(JSON.parse(order)))
if (role === 'bare') process.send?.(await serveBare(JSON.parse(order)))
if (role === 'load') {
  process.on('message', async (block: Block) => process.send?.(await load(block)))
  process.send?.('ready')
}
process.on('disconnect', () => process.exit())
