import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { test } from 'node:test'
import { connectionTo, Scene, SECRET, sandboxOf } from './support/scene.ts'

const settings = { name: 'x', provider: 'generic', client_id: 'c', client_secret: SECRET }
const elsewhere = { EVERGRANT_PUBLIC_URL: 'https://connect.example.com', EVERGRANT_HOST: '127.0.0.1' }

const inside = [
  'https://10.0.0.5',
  'https://192.168.1.1:8443/realms/x',
  'https://172.31.255.255',
  'https://169.254.169.254/latest/meta-data',
  'https://100.64.0.1',
  'https://0.0.0.0',
  'https://2130706433',
  'https://0x7f.1',
  'https://127.0.0.1',
  'https://localhost',
  'https://idp.localhost',
  'https://[::1]',
  'https://[::ffff:10.0.0.5]',
  'https://[64:ff9b::a00:5]',
  'https://[::10.0.0.5]',
  'https://[::a9fe:a9fe]',
  'https://[64:ff9b::7f00:1]',
  'https://[64:ff9b::5]',
  'https://[2002:a00:5::]',
  'https://[2002:7f00:1::8.8.8.8]',
  'https://[::]',
  'https://[fd00::1]',
  'https://[fe80::1]',
  'http://127.0.0.1:9000',
]

test('a connection to an address inside of the own network is refused, however it is written, and nothing is stored', async () => {
  await using scene = await Scene.begin({ env: elsewhere })
  const admin = await scene.admin()
  for (const address of inside) {
    for (const given of [
      { issuer: address },
      { authorization_endpoint: 'https://login.example.com/authorize', token_endpoint: `${address}/token` },
    ]) {
      const { status, json } = await admin.post('/v1/connections', { ...settings, ...given })
      assert.deepEqual([status, json.code, json.who], [400, 'PRIVATE_ADDRESS', 'operator'], address)
      assert.equal(json.field, 'issuer' in given ? 'issuer' : 'token_endpoint', address)
      assert.match(json.advice, /EVERGRANT_PRIVATE_ADDRESSES/)
    }
  }
  const keycloak = { ...settings, provider: 'keycloak', parameters: { domain: '10.0.0.5', realm: 'main' } }
  assert.equal((await admin.post('/v1/connections', keycloak)).json.code, 'PRIVATE_ADDRESS')
  assert.deepEqual((await admin.get('/v1/connections')).json.connections, [])
})

test('a public address is taken, and one that is written like a private one is not mistaken for it', async () => {
  await using scene = await Scene.begin({ env: elsewhere })
  const admin = await scene.admin()
  for (const issuer of [
    'https://login.example.com',
    'https://10.example.com',
    'https://8.8.8.8',
    'https://[2606:4700::1]',
    'https://[2002:808:808::1]',
    'https://[64:ff9b::808:808]',
  ]) {
    assert.equal((await admin.post('/v1/connections', { ...settings, issuer })).status, 201, issuer)
  }
})

test('a name that resolves to a private address is not asked, whichever of its addresses it is', async () => {
  const asked: string[] = []
  const surroundings = {
    resolve: async () => ['93.184.216.34', '10.0.0.5'],
    fetch: async (input: Parameters<typeof fetch>[0]) => {
      asked.push(String(input))
      return new Response('{}')
    },
  }
  await using scene = await Scene.begin({ env: elsewhere, surroundings })
  const admin = await scene.admin()
  const made = await admin.post('/v1/connections', { ...settings, issuer: 'https://rebind.example.com' })
  assert.equal(made.status, 201)
  const { ok, checks } = (await admin.post(`/v1/connections/${made.json.id}/check`, {})).json
  assert.equal(ok, false)
  const { detail } = checks.find(({ id }: { id: string }) => id === 'discovery')
  assert.match(detail, /rebind\.example\.com \(10\.0\.0\.5\) is inside of the server's own network/)
  assert.deepEqual(asked, [])
})

test('a name that resolves to another address when it is connected to than when it was looked up is not connected to', async () => {
  let connections = 0
  const neighbour = createTcpServer((socket) => {
    connections += 1
    socket.destroy()
  })
  await new Promise<void>((done) => neighbour.listen(0, '127.0.0.1', done))
  const { port } = neighbour.address() as AddressInfo
  try {
    const answers: string[] = []
    const resolve = async (): Promise<readonly string[]> => {
      answers.push(answers.length % 2 === 0 ? '93.184.216.34' : '127.0.0.1')
      return answers.slice(-1)
    }
    await using scene = await Scene.begin({ env: elsewhere, surroundings: { resolve } })
    const admin = await scene.admin()
    const made = await admin.post('/v1/connections', { ...settings, issuer: `https://rebind.example.com:${port}` })
    assert.equal(made.status, 201)
    const { checks } = (await admin.post(`/v1/connections/${made.json.id}/check`, {})).json
    assert.match(JSON.stringify(checks), /rebind\.example\.com \(127\.0\.0\.1\) is inside of the server's own network/)
    assert.deepEqual([answers, connections], [['93.184.216.34', '127.0.0.1'], 0])
  } finally {
    await new Promise((done) => neighbour.close(done))
  }
})

test('requests go through the proxy that the environment names, and to this machine without it', async () => {
  const asked: string[] = []
  const proxy = createServer()
  proxy.on('connect', (request, socket) => {
    asked.push(request.url ?? '')
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
  })
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const before = process.env['HTTPS_PROXY']
  process.env['HTTPS_PROXY'] = address
  try {
    const resolve = async (): Promise<readonly string[]> => ['93.184.216.34']
    await using scene = await Scene.begin({ surroundings: { resolve } })
    await using sandbox = await sandboxOf(scene)
    const admin = await scene.admin()
    const made = await admin.post('/v1/connections', { ...settings, issuer: 'https://login.example.com' })
    assert.equal((await admin.post(`/v1/connections/${made.json.id}/check`, {})).json.ok, false)
    assert.ok(asked.length > 0 && asked.every((target) => target === 'login.example.com:443'), asked.join())
    const here = await connectionTo(sandbox, admin)
    assert.equal((await admin.post(`/v1/connections/${here}/check`, {})).json.ok, true)
  } finally {
    if (before === undefined) delete process.env['HTTPS_PROXY']
    else process.env['HTTPS_PROXY'] = before
    proxy.closeAllConnections()
    await new Promise((done) => proxy.close(done))
  }
})

test('an endpoint that metadata name is held to it as well', async () => {
  const asked: string[] = []
  const surroundings = {
    resolve: async (host: string) => (host === 'inner.example.com' ? ['192.168.0.9'] : ['93.184.216.34']),
    fetch: async (input: Parameters<typeof fetch>[0]) => {
      asked.push(String(input))
      const issuer = 'https://login.example.com'
      const token_endpoint = 'https://inner.example.com/token'
      return Response.json({ issuer, token_endpoint, authorization_endpoint: `${issuer}/authorize` })
    },
  }
  await using scene = await Scene.begin({ env: elsewhere, surroundings })
  const admin = await scene.admin()
  const made = await admin.post('/v1/connections', { ...settings, issuer: 'https://login.example.com' })
  const { checks } = (await admin.post(`/v1/connections/${made.json.id}/check`, {})).json
  assert.match(JSON.stringify(checks), /inner\.example\.com \(192\.168\.0\.9\) is inside/)
  assert.ok(asked.length > 0 && asked.every((url) => new URL(url).host === 'login.example.com'), asked.join())
})

test('the operator allows ranges and names inside of the own network, and those alone', async () => {
  const env = { ...elsewhere, EVERGRANT_PRIVATE_ADDRESSES: '10.1.0.0/16, fd00:1::/32, idp.corp.example' }
  await using scene = await Scene.begin({ env })
  const admin = await scene.admin()
  const code = async (issuer: string): Promise<string | undefined> =>
    (await admin.post('/v1/connections', { ...settings, issuer })).json.code
  assert.equal(await code('https://10.1.2.3'), undefined)
  assert.equal(await code('https://[fd00:1::5]'), undefined)
  assert.equal(await code('https://idp.corp.example'), undefined)
  assert.equal(await code('https://10.2.0.1'), 'PRIVATE_ADDRESS')
  assert.equal(await code('https://127.0.0.1'), 'PRIVATE_ADDRESS')
})

test('with all allowed nothing is refused; a list that is none ends the start with words', async () => {
  await using scene = await Scene.begin({ env: { ...elsewhere, EVERGRANT_PRIVATE_ADDRESSES: 'on' } })
  const admin = await scene.admin()
  assert.equal((await admin.post('/v1/connections', { ...settings, issuer: 'https://10.2.0.1' })).status, 201)
  for (const wrong of ['10.0.0.0/33', '10.0.0', 'https://idp.corp', '10.0.0.0/8;x'])
    await assert.rejects(Scene.begin({ env: { EVERGRANT_PRIVATE_ADDRESSES: wrong } }), {
      code: 'INVALID_SETTING',
      message: /EVERGRANT_PRIVATE_ADDRESSES .*10\.1\.0\.0\/16/,
    })
})

test('a server that only this machine reaches may use a provider on this machine, as the practice one', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const id = await connectionTo(sandbox, admin)
  assert.equal((await admin.post(`/v1/connections/${id}/check`, {})).json.ok, true)
  const private_ = await admin.post('/v1/connections', { ...settings, issuer: 'https://192.168.0.1' })
  assert.equal(private_.json.code, 'PRIVATE_ADDRESS')
})

test('a provider that redirects is not followed, and one that does not stop talking is cut', async () => {
  const asked: string[] = []
  await using redirecting = await provider((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(302, { location: '/elsewhere' }).end()
  })
  await using endless = await provider((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const more = (): void => {
      while (response.write('x'.repeat(65_536)));
      response.once('drain', more)
    }
    response.on('close', () => response.removeAllListeners('drain'))
    more()
  })
  await using scene = await Scene.begin()
  const admin = await scene.admin()
  const check = async (issuer: string): Promise<string> => {
    const { id } = (await admin.post('/v1/connections', { ...settings, issuer })).json
    return JSON.stringify((await admin.post(`/v1/connections/${id}/check`, {})).json.checks)
  }
  assert.match(await check(redirecting.url), /HTTP 302/)
  assert.ok(asked.length > 0 && !asked.includes('/elsewhere'))
  assert.match(await check(endless.url), /larger than \d+ bytes/)
})

async function provider(answer: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(answer)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, [Symbol.asyncDispose]: close }
}
