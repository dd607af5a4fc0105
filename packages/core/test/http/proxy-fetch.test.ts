import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request as forward } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { test } from 'node:test'
import {
  clientCredentialsFlow,
  compose,
  defineClient,
  memoryStore,
  resolveProvider,
  retry,
  tokenSource,
} from '@evergrant/core'
import { proxyFetch } from '@evergrant/core/node'
import { manualClock, startSandbox } from '@evergrant/sandbox'
import { loopbackServer } from './loopback-server.ts'

/** A real HTTP proxy: tunnels CONNECT, forwards absolute targets, and wants Basic authentication. */
async function proxy(user: string, password: string) {
  const passed: string[] = []
  const refused: string[] = []
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  const sockets = new Set<Socket>()
  const server = createServer((incoming, outgoing) => {
    if (incoming.headers['proxy-authorization'] !== expected) {
      refused.push(incoming.url ?? '')
      return void outgoing.writeHead(407, { 'proxy-authenticate': 'Basic' }).end()
    }
    passed.push(`${incoming.method} ${incoming.url}`)
    const { 'proxy-authorization': _, ...headers } = incoming.headers
    const onward = forward(incoming.url ?? '', { method: incoming.method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(onward)
  })
  server.on('connect', (incoming, socket: Socket) => {
    if (incoming.headers['proxy-authorization'] !== expected) {
      refused.push(incoming.url ?? '')
      return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n')
    }
    passed.push(`CONNECT ${incoming.url}`)
    const [host = '', port = ''] = (incoming.url ?? '').split(':')
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    for (const one of [socket, onward]) {
      sockets.add(one)
      one.on('error', () => undefined)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    refused,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

const password = 'p@ss: wörd/%+'

test('[#123] token requests and API requests go through the proxy’s tunnel with its user and password', async () => {
  await using via = await proxy('me', password)
  const app = { client_id: 'job', client_secret: 's', grant_types: ['client_credentials'] }
  await using sandbox = await startSandbox({ clients: [app] })
  await using send = await proxyFetch({ proxy: via.address, username: 'me', password, noProxy: '', tunnel: true })
  const provider = resolveProvider({ id: 'here', name: 'Here', token_endpoint: `${sandbox.issuer}/token` })
  const client = defineClient({ provider, client_id: 'job', client_secret: 's', http: { fetch: send } })
  const source = tokenSource('job', { client, store: memoryStore(), flow: clientCredentialsFlow() })
  const api = compose([retry(), source.authorize], send)
  const response = await api(`${sandbox.issuer}/api/echo`, { method: 'POST', body: 'hello' })
  assert.equal(response.status, 200)
  assert.equal(sandbox.journal.count({ grant_type: 'client_credentials', status: 200 }), 1)
  const target = `CONNECT ${new URL(sandbox.issuer).host}`
  assert.ok(via.passed.length > 0)
  assert.deepEqual(new Set(via.passed), new Set([target]))
})

test('[#123] plain http is forwarded with its body unless a tunnel is asked for', async () => {
  await using via = await proxy('me', password)
  await using api = await loopbackServer((_, response) => void response.writeHead(201, { 'x-api': 'yes' }).end('made'))
  // Without a scheme the proxy is an http one; the user and password may stand in its address too.
  const proxyAddress = `me:${encodeURIComponent(password)}@${new URL(via.address).host}`
  await using send = await proxyFetch({ proxy: proxyAddress, noProxy: [] })
  const response = await send(
    new Request(`${api.url}/x?y=1`, { method: 'POST', body: 'hello', headers: { 'x-own': '1' } }),
  )
  assert.equal(response.status, 201)
  assert.equal(response.headers.get('x-api'), 'yes')
  assert.equal(await response.text(), 'made')
  assert.equal(api.seen[0]?.body, 'hello')
  assert.equal(api.seen[0]?.headers['x-own'], '1')
  assert.equal(api.seen[0]?.headers['proxy-authorization'], undefined)
  assert.deepEqual(via.passed, [`POST ${api.url}/x?y=1`])
})

test('[#67] a request that gets its connection late, since its process was stopped, is not sent any more', async () => {
  await using api = await loopbackServer((_, response) => void response.end('done'))
  const clock = manualClock()
  let stopped = 11
  await using send = await proxyFetch({
    noProxy: '*',
    clock,
    lookup(_, { all }, answer) {
      clock.advance(stopped)
      if (all) answer(null, [{ address: '127.0.0.1', family: 4 }])
      else answer(null, '127.0.0.1', 4)
    },
  })
  const token_endpoint = api.url.replace('127.0.0.1', 'localhost')
  const provider = resolveProvider({ id: 'here', name: 'Here', token_endpoint })
  const client = defineClient({ provider, client_id: 'job', client_secret: 's', http: { fetch: send } })
  const source = tokenSource('job', { client, store: memoryStore(), flow: clientCredentialsFlow() })
  await assert.rejects(source.token(), { code: 'PROVIDER_UNREACHABLE', outcome: 'not_sent' })
  assert.equal(api.seen.length, 0)
  stopped = 9
  assert.equal(await (await send(token_endpoint, { method: 'POST', body: 'x' })).text(), 'done')
  assert.equal(api.seen.length, 1)
})

test('[#123] hosts under NO_PROXY are reached directly', async () => {
  await using via = await proxy('me', password)
  await using api = await loopbackServer((_, response) => void response.end('direct'))
  await using send = await proxyFetch({ proxy: via.address, noProxy: 'corp.example, 127.0.0.1' })
  assert.equal(await (await send(api.url)).text(), 'direct')
  assert.deepEqual([via.passed, via.refused], [[], []])
})

test('[#123] http-only talks plain http even to a proxy whose address says https', async () => {
  await using via = await proxy('me', password)
  await using api = await loopbackServer((_, response) => void response.end('ok'))
  const address = via.address.replace('http:', 'https:')
  await using send = await proxyFetch({ proxy: address, username: 'me', password, noProxy: '', httpOnly: true })
  assert.equal(await (await send(api.url)).text(), 'ok')
  assert.equal(via.passed.length, 1)
})

test('[#123] a wrong password fails as unreachable, without the password in any message', async () => {
  await using via = await proxy('me', password)
  await using send = await proxyFetch({
    proxy: via.address,
    username: 'me',
    password: 'wrong-password',
    noProxy: '',
    tunnel: true,
  })
  const provider = resolveProvider({ id: 'here', name: 'Here', token_endpoint: 'http://127.0.0.1:8765/token' })
  const client = defineClient({ provider, client_id: 'job', client_secret: 's', http: { fetch: send } })
  const source = tokenSource('job', { client, store: memoryStore(), flow: clientCredentialsFlow() })
  const error = await source.token().catch((e: unknown) => e)
  assert.equal((error as { code: string }).code, 'PROVIDER_UNREACHABLE')
  assert.ok(via.refused.length > 0)
  assert.doesNotMatch(`${error} ${JSON.stringify(error)}`, /wrong-password/)
})

test('[#123] an address that is no proxy is refused before anything is sent', async () => {
  await assert.rejects(proxyFetch({ proxy: 'ftp://proxy.example:21' }), { code: 'INVALID_ARGUMENT' })
  await assert.rejects(proxyFetch({ proxy: 'http://' }), { code: 'INVALID_ARGUMENT' })
})
