import assert from 'node:assert/strict'
import { createServer } from 'node:https'
import { test } from 'node:test'
import {
  type Client,
  type ClientCheckOptions,
  checkClient,
  clientCredentialsFlow,
  defineClient,
  type Finding,
  type ProviderDefinition,
  resolveProvider,
} from '@evergrant/core'
import { manualClock, type RunningSandbox, startSandbox } from '@evergrant/sandbox'
import { fixture } from './fixture.ts'

const redirect_uri = 'http://127.0.0.1/callback'
const web = { client_id: 'web', client_secret: 'right', redirect_uris: [redirect_uri] }

function client(issuer: string, secret = 'right', more: Partial<ProviderDefinition> = {}): Client {
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer, ...more })
  return defineClient({ provider, client_id: 'web', client_secret: secret })
}

async function findings(of: Client, options: ClientCheckOptions = { redirect_uri }): Promise<Map<string, Finding>> {
  const found = new Map<string, Finding>()
  for await (const one of checkClient(of, options)) found.set(one.id, one)
  return found
}

function results(found: ReadonlyMap<string, Finding>): Record<string, string> {
  return Object.fromEntries([...found.values()].map(({ id, result }) => [id, result]))
}

test('a sound client is tried with a code that nobody gave out, and nothing comes of it', async () => {
  await using sandbox = await startSandbox({ clients: [web] })
  assert.deepEqual(results(await findings(client(sandbox.issuer), { redirect_uri, scope: 'openid' })), {
    discovery: 'ok',
    tls: 'ok',
    client_authentication: 'ok',
    clock: 'ok',
    redirect_uri: 'ok',
    scopes: 'ok',
  })
  const [asked, ...more] = sandbox.journal.where({ endpoint: 'token' })
  assert.deepEqual([asked?.grant_type, asked?.outcome?.error, more.length], ['authorization_code', 'invalid_grant', 0])
  assert.deepEqual(
    [asked?.form['redirect_uri'], asked?.form['refresh_token'], /^evergrant-check-/.test(asked?.form['code'] ?? '')],
    [redirect_uri, undefined, true],
  )
  assert.deepEqual(sandbox.families(), [])
})

test('a wrong secret, an unknown client and a client for another flow are told apart', async () => {
  await using sandbox = await startSandbox({ clients: [web] })
  const wrong = (await findings(client(sandbox.issuer, 'wrong'))).get('client_authentication')
  assert.deepEqual([wrong?.result, wrong?.who, wrong?.error?.code], ['fail', 'administrator', 'INVALID_CLIENT'])
  sandbox.registerClient({ ...web, grant_types: ['client_credentials'] })
  const other = (await findings(client(sandbox.issuer))).get('client_authentication')
  assert.deepEqual([other?.result, other?.who], ['warn', 'administrator'])
  assert.match(other?.advice ?? '', /grant type authorization_code/)
  // Where it is known that the same word means a client that is not there, it is no mere warning.
  const advice = {
    rules: [
      { error: 'unauthorized_client', class: 'configuration', who: 'administrator', advice: 'Copy the client ID.' },
    ],
  } as const
  const known = (await findings(client(sandbox.issuer, 'right', { advice }))).get('client_authentication')
  assert.deepEqual([known?.result, known?.advice], ['fail', 'Copy the client ID.'])
})

test('a provider that takes a made-up code is not to be trusted, and one with words of its own leaves it open', async () => {
  await using sandbox = await startSandbox({ clients: [web] })
  const careless = { access_token: 'x', token_type: 'bearer' }
  sandbox.fault({ match: { endpoint: 'token' }, status: 200, body: careless })
  assert.equal((await findings(client(sandbox.issuer))).get('client_authentication')?.result, 'fail')
  sandbox.fault({ match: { endpoint: 'token' }, status: 400, body: { error: 'no_such_code' } })
  const open = (await findings(client(sandbox.issuer))).get('client_authentication')
  assert.equal(open?.result, 'warn')
  assert.match(open?.detail ?? '', /no_such_code.*does not show/)
})

test('a flow that needs no person is tried for real, and no consent page is looked at', async () => {
  await using sandbox = await startSandbox({ clients: [web] })
  const flow = clientCredentialsFlow({ scope: 'read' })
  const good = await findings(client(sandbox.issuer), { flow })
  assert.deepEqual(results(good), { discovery: 'ok', tls: 'ok', client_authentication: 'ok', clock: 'ok' })
  assert.equal(sandbox.journal.last({ endpoint: 'token' })?.form['scope'], 'read')
  const bad = await findings(client(sandbox.issuer, 'wrong'), { flow })
  assert.equal(bad.get('client_authentication')?.result, 'fail')
})

test('a clock that is wrong is told with how far, and the one who runs the machine mends it', async () => {
  const ahead = manualClock(Math.floor(Date.now() / 1000) + 300)
  await using sandbox: RunningSandbox = await startSandbox({ clients: [web], clock: ahead })
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: sandbox.issuer })
  const clock = manualClock(ahead.now() - 300)
  const mine = defineClient({ provider, client_id: 'web', client_secret: 'right', http: { clock } })
  const found = (await findings(mine)).get('clock')
  assert.deepEqual([found?.result, found?.who], ['fail', 'operator'])
  assert.match(found?.detail ?? '', /300 seconds behind/)
})

test('a certificate that nobody vouches for is told as such', async () => {
  const server = createServer({ key: fixture('server.pem'), cert: fixture('server.crt') }).listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  try {
    const { port } = server.address() as { port: number }
    const found = await findings(client(`https://localhost:${port}`))
    assert.deepEqual(results(found), { discovery: 'fail', tls: 'fail' })
  } finally {
    await new Promise((done) => server.close(done))
  }
})

test('a provider that publishes no token endpoint ends the check with what to give', async () => {
  await using sandbox = await startSandbox()
  sandbox.fault({ match: { endpoint: 'discovery' }, drop: ['token_endpoint'] })
  const found = await findings(client(sandbox.issuer))
  assert.deepEqual([...found.keys()], ['discovery'])
  assert.deepEqual([found.get('discovery')?.result, found.get('discovery')?.who], ['fail', 'administrator'])
})
