import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer as createPlainServer, request as forward } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { OAuthProviderError } from '@evergrant/core'
import { certificateFetch, dotenv, proxyFetch } from '@evergrant/core/node'
import { manualClock, startSandbox } from '@evergrant/sandbox'
import {
  type Auth,
  createClient,
  type DirectManager,
  type ImplicitManager,
  type OAuthToken,
  optionsFromEnvironment,
} from '@evergrant/sdk'
import { generated } from './generated.ts'
import { redirectUri, world } from './world.ts'

const app = { clientId: 'OAuthClientId', clientSecret: 'OAuthClientSecret' }

/** A document of one OAuth scheme with one flow, whose API is at the address. */
const documentOf = (url: string, flows: object, more: object = {}) => ({
  openapi: '3.1.0',
  info: { title: 'One flow', version: '1' },
  servers: [{ url }],
  security: [{ oauth: [] }],
  paths: { '/things': { get: { responses: { '200': { description: 'OK' } } } } },
  components: { securitySchemes: { oauth: { type: 'oauth2', flows }, ...more } },
})

test('[#5 #61 #62] password: the first call signs in, an ended token is refreshed, and a wrong password is the server’s word', async () => {
  const clock = manualClock()
  const clients = [
    { client_id: 'OAuthClientId', client_secret: 'OAuthClientSecret', grant_types: ['password', 'refresh_token'] },
  ]
  const alice = { sub: 'alice', username: 'alice', email: 'a@example.test', name: 'Alice', password: 'p+ss %' }
  await using sandbox = await startSandbox({ clock, clients, users: [alice] })
  const flow = { password: { tokenUrl: `${sandbox.issuer}/token`, refreshUrl: `${sandbox.issuer}/token`, scopes: {} } }
  const openapi = documentOf(`${sandbox.issuer}/api`, flow)
  openapi.paths = { '/echo': openapi.paths['/things'] } as never
  const given = { ...app, username: 'alice', password: 'p+ss %', scopes: ['offline_access'] }
  const heard: string[] = []
  const onTokenUpdate = (token: OAuthToken) => void heard.push(token.access_token)
  const auth: Auth = { oauth: { ...given, onTokenUpdate } }
  const client = createClient({ openapi, clock, auth })
  const called = async () => (await client.GET('/echo')).data as { readonly username: string }
  assert.equal((await called()).username, 'alice')
  clock.advance(7200)
  assert.equal((await called()).username, 'alice')
  const forms = sandbox.journal.where({ endpoint: 'token' }).map(({ grant_type }) => grant_type)
  assert.deepEqual(forms, ['password', 'refresh_token'])
  assert.equal(new Set(heard).size, 2)
  const wrong = client.cloneWith({ auth: { oauth: { password: 'hunter2-hunter2', token: undefined } } })
  await assert.rejects((wrong.auth['oauth'] as DirectManager).fetchToken(), (error) => {
    assert.ok(error instanceof OAuthProviderError)
    assert.equal(error.error, 'invalid_grant')
    assert.equal(JSON.stringify(error).includes('hunter2'), false)
    return true
  })
})

test('[#6] implicit: the address asks for a token, which is taken out of the callback’s fragment, with its state compared', async () => {
  await using w = await world()
  const other = createClient({ openapi: w.document(), clock: w.clock, auth: { OAuthCCG: app } })
  const issued = await (other.auth['OAuthCCG'] as DirectManager).fetchToken()
  const server = createPlainServer((request, response) => {
    const asked = new URL(request.url ?? '', 'http://127.0.0.1').searchParams
    const fragment = new URLSearchParams({
      access_token: issued.access_token,
      token_type: 'Bearer',
      expires_in: '3600',
    })
    fragment.set('state', asked.get('state') ?? '')
    const known = asked.get('response_type') === 'token' && asked.get('client_id') === 'OAuthClientId'
    response.writeHead(known ? 302 : 400, { location: `${asked.get('redirect_uri')}#${fragment}` }).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const authorizationUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/authorize`
    const openapi = documentOf(w.api.url, { implicit: { authorizationUrl, scopes: {} } })
    const client = createClient({ openapi, clock: w.clock, auth: { oauth: { clientId: app.clientId, redirectUri } } })
    const manager = client.auth['oauth'] as ImplicitManager
    await assert.rejects(client.GET('/things'), { code: 'TOKEN_MISSING' })
    const answer = await fetch(await manager.getAuthorizationUrl(), { redirect: 'manual' })
    const callback = answer.headers.get('location') ?? ''
    await assert.rejects(manager.fetchToken(callback.replace(/state=[^&]*/, 'state=foreign')), {
      code: 'STATE_MISMATCH',
    })
    await manager.fetchToken(callback)
    assert.equal((await client.GET('/things')).response.status, 200)
    w.clock.advance(7200)
    await assert.rejects(client.GET('/things'), { code: 'TOKEN_EXPIRED', message: /consent anew \(implicit\)/ })
  } finally {
    server.close()
  }
})

test('[#85] mutual TLS: API and token endpoint, which want a certificate, get it; without it nobody is spoken to', async () => {
  const pem = (name: string) => readFileSync(join(import.meta.dirname, '../../core/test/fixtures', name), 'utf8')
  const ca = pem('ca.crt')
  const clients = [
    { client_id: 'OAuthClientId', client_secret: 'OAuthClientSecret', grant_types: ['client_credentials'] },
  ]
  await using sandbox = await startSandbox({ clients })
  const tls = { cert: pem('server.crt'), key: pem('server.pem'), ca, requestCert: true, rejectUnauthorized: true }
  const shown: string[] = []
  const front = createServer(tls, (request, response) => {
    shown.push(request.url ?? '')
    sandbox.handle(request, response, '')
  })
  front.listen(0, '127.0.0.1')
  await once(front, 'listening')
  try {
    const url = `https://127.0.0.1:${(front.address() as AddressInfo).port}`
    const openapi = documentOf(
      `${url}/api`,
      { clientCredentials: { tokenUrl: `${url}/token`, scopes: {} } },
      { certificate: { type: 'mutualTLS' } },
    )
    const given = {
      ...openapi,
      security: [{ certificate: [], oauth: [] }],
      paths: { '/echo': openapi.paths['/things'] },
    }
    const auth: Auth = { oauth: app }
    const client = createClient({ openapi: given, auth })
    await assert.rejects(client.GET('/echo'), {
      code: 'NOT_AUTHENTICATED',
      message: /\[certificate\] is not configured/,
    })
    const unknown = client.cloneWith({ auth: { certificate: { fetch: certificateFetch({ ca }) } } })
    await assert.rejects(unknown.GET('/echo'))
    assert.deepEqual(shown, [])
    const certificate = { fetch: certificateFetch({ cert: pem('client.crt'), key: pem('rsa.pkcs8.pem'), ca }) }
    const known = unknown.cloneWith({ auth: { certificate } })
    assert.equal((await known.GET('/echo')).response.status, 200)
    assert.deepEqual(shown, ['/token', '/api/echo'])
  } finally {
    front.close()
    front.closeAllConnections()
  }
})

test('[#123] a proxy with a password carries token requests and calls alike', async () => {
  await using w = await world()
  const passed: string[] = []
  const expected = `Basic ${Buffer.from('me:secret').toString('base64')}`
  const proxy = createPlainServer((incoming, outgoing) => {
    if (incoming.headers['proxy-authorization'] !== expected) return void outgoing.writeHead(407).end()
    passed.push(new URL(incoming.url ?? '').pathname)
    const { 'proxy-authorization': _, ...headers } = incoming.headers
    const onward = forward(incoming.url ?? '', { method: incoming.method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(onward)
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  try {
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    await using through = await proxyFetch({ proxy: address, username: 'me', password: 'secret', noProxy: '' })
    const client = createClient({ openapi: w.document(), clock: w.clock, fetch: through, auth: { OAuthCCG: app } })
    assert.equal((await client.GET('/jobs')).response.status, 200)
    assert.deepEqual(passed, ['/token', '/jobs'])
  } finally {
    proxy.close()
    proxy.closeAllConnections()
  }
})

test('[#67] several processes, each with a generated client on one store, share one token', async () => {
  const clients = [
    { client_id: 'OAuthClientId', client_secret: 'OAuthClientSecret', grant_types: ['client_credentials'] },
  ]
  await using sandbox = await startSandbox({ clients })
  const flow = { clientCredentials: { tokenUrl: `${sandbox.issuer}/token`, scopes: {} } }
  const document = documentOf(`${sandbox.issuer}/api`, flow)
  const { oauth } = document.components.securitySchemes
  await using at = await generated({
    ...document,
    security: [{ OAuthCCG: [] }],
    paths: { '/echo': document.paths['/things'] },
    components: { securitySchemes: { OAuthCCG: oauth } },
  })
  const args = [join(at.folder, 'client.ts'), join(at.folder, 'grants.json'), sandbox.issuer]
  const program = join(import.meta.dirname, 'calling-process.ts')
  const programs = Array.from({ length: 3 }, () => fork(program, args, { execArgv: ['--conditions=source'] }))
  try {
    await Promise.all(programs.map((one) => once(one, 'message')))
    const answers = programs.map((one) => once(one, 'message'))
    // All are there: now they ask at once, and whoever comes later finds the token of who came first.
    for (const one of programs) one.send('go')
    assert.deepEqual(
      (await Promise.all(answers)).map(([status]) => status),
      [200, 200, 200],
    )
    assert.equal(sandbox.journal.count({ endpoint: 'token', status: 200 }), 1)
  } finally {
    for (const one of programs) one.kill('SIGKILL')
  }
})

test('[#78] a client from a .env file: quotes and comments as people write them; what the process has wins, overrides most', async () => {
  await using w = await world()
  const folder = await mkdtemp(join(tmpdir(), 'sdk-env-'))
  try {
    const file = join(folder, '.env')
    await writeFile(
      file,
      'export O_AUTH_CCG_CLIENT_ID="OAuthClientId" # the job\nO_AUTH_CCG_CLIENT_SECRET=wrong\nO_AUTH_CCG_SCOPES="file:read file:write"\n',
    )
    const variables = [{ O_AUTH_CCG_CLIENT_SECRET: 'also wrong' }, await dotenv(file)]
    const base = { openapi: w.document(), clock: w.clock }
    const refused = createClient(optionsFromEnvironment(base, { variables }))
    await assert.rejects(refused.GET('/jobs'), { error: 'invalid_client' })
    const auth = { OAuthCCG: { clientSecret: 'OAuthClientSecret' } }
    const client = createClient(optionsFromEnvironment(base, { variables, auth }))
    const { data } = await client.GET('/jobs')
    assert.equal((data as { readonly scope: string }).scope, 'file:read file:write')
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('[#76 #80] a clone clears any value, keeps the others and the live token, and the original stays as it was', async () => {
  await using w = await world()
  const options = { openapi: w.document(), clock: w.clock, headers: { 'x-tenant': 'a' }, timeout: 30 }
  const client = createClient({
    ...options,
    auth: { OAuthCCG: { ...app, scopes: ['file:read'], clockSkew: 5 }, key: { value: 'k' } },
  })
  await client.GET('/both')
  const clone = client.cloneWith({
    headers: undefined,
    timeout: undefined,
    auth: { key: undefined, OAuthCCG: { clockSkew: undefined, scopes: undefined } },
  })
  await clone.GET('/jobs')
  const { headers } = w.api.seen.at(-1) ?? assert.fail('nothing came')
  assert.deepEqual([headers['x-tenant'], w.issued()], [undefined, 1])
  const { OAuthCCG } = clone.config.auth as {
    readonly OAuthCCG: { readonly clockSkew?: number; readonly scopes?: unknown }
  }
  assert.deepEqual([OAuthCCG.clockSkew, OAuthCCG.scopes, clone.config.timeout], [undefined, undefined, undefined])
  await assert.rejects(clone.GET('/key'), { message: /\[key\] is not configured/ })
  assert.deepEqual([client.config.timeout, client.config.headers], [30, { 'x-tenant': 'a' }])
  assert.equal((await client.GET('/key')).response.status, 200)
})
