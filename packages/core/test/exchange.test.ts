import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { test } from 'node:test'
import { inspect } from 'node:util'
import {
  type Client,
  clientCredentialsFlow,
  defineClient,
  type Http,
  isOAuthError,
  memoryStore,
  OAuthError,
  resolveProvider,
  revokeToken,
  tokenSource,
} from '@evergrant/core'
import { manualClock } from '@evergrant/sandbox'

const secret = 'pLaNtEd-s3cr3t'

interface Server extends AsyncDisposable {
  readonly url: string
}

async function serve(listener: RequestListener): Promise<Server> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, [Symbol.asyncDispose]: close }
}

function client(token_endpoint: string, http: Partial<Http> = {}, more: object = {}): Client {
  const provider = resolveProvider({ id: 'acme', name: 'Acme', token_endpoint, ...more })
  return defineClient({ provider, client_id: 'daemon', client_secret: secret, http })
}

/** The error of one token request, which must hold no secret anywhere. */
async function failure(of: Client): Promise<OAuthError> {
  const flow = clientCredentialsFlow({ scope: 'x' })
  try {
    await tokenSource('app', { store: memoryStore(), client: of, flow }).token()
  } catch (error) {
    assert.ok(isOAuthError(error), inspect(error))
    assert.doesNotMatch(inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true }), /pLaNtEd/)
    assert.doesNotMatch(inspect(error, { depth: 20 }), new RegExp(btoa(`daemon:${secret}`)))
    return error
  }
  throw new Error('A token was given')
}

test('a provider that accepts the connection and never answers is given up after the deadline', async () => {
  await using silent = await serve(() => undefined)
  const error = await failure(client(`${silent.url}/token`, { deadline: 0.1 }))
  assert.equal(error.code, 'PROVIDER_TIMEOUT')
  assert.equal(error.outcome, 'unknown')
  assert.match(error.message, /Acme did not answer within 0\.1 seconds/)
})

test('a provider that begins an answer and never ends it is given up after the deadline', async () => {
  await using slow = await serve((_, response) => response.write('{"access_token":'))
  assert.equal((await failure(client(`${slow.url}/token`, { deadline: 0.1 }))).code, 'PROVIDER_TIMEOUT')
})

test('a fetch that ignores its signal is given up after the deadline all the same', async () => {
  const deaf = (): Promise<Response> => new Promise((resolve) => setTimeout(resolve, 5000, new Response()).unref())
  const keepAlive = setTimeout(() => undefined, 5000)
  const error = await failure(client('https://acme.example/token', { deadline: 0.05, fetch: deaf }))
  clearTimeout(keepAlive)
  assert.equal(error.code, 'PROVIDER_TIMEOUT')
})

test('[#67] the answer that came while the process was stopped counts, however late it is', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const clock = manualClock()
  const asked = Promise.withResolvers<void>()
  const coming = Promise.withResolvers<Response>()
  const fetch = (): Promise<Response> => {
    asked.resolve()
    return coming.promise
  }
  const of = client('https://acme.example/token', { fetch, clock, deadline: 20 })
  const token = tokenSource('app', { store: memoryStore(), client: of, flow: clientCredentialsFlow() }).token()
  await asked.promise
  // As if by SIGSTOP: all timers are due at once, and the answer stands behind them.
  clock.advance(600)
  t.mock.timers.tick(20_000)
  coming.resolve(Response.json({ access_token: 'kept', token_type: 'Bearer' }))
  assert.equal((await token).access_token, 'kept')
})

test('a refused connection has sent nothing, and names the operator', async () => {
  const closed = createTcpServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => closed.once('listening', resolve))
  const { port } = closed.address() as AddressInfo
  await new Promise((resolve) => closed.close(resolve))
  const error = await failure(client(`http://127.0.0.1:${port}/token`))
  assert.deepEqual([error.code, error.outcome, error.who], ['PROVIDER_UNREACHABLE', 'not_sent', 'operator'])
})

test('a connection cut after the request has an unknown outcome', async () => {
  await using cut = await serve((request) => request.socket.destroy())
  const error = await failure(client(`${cut.url}/token`))
  assert.deepEqual([error.code, error.outcome], ['PROVIDER_UNREACHABLE', 'unknown'])
})

test('a redirect is not followed, so that no other address gets the credentials', async () => {
  let elsewhere = 0
  await using other = await serve((_, response) => {
    elsewhere += 1
    response.end('{"access_token":"a"}')
  })
  for (const status of [301, 302, 307, 308]) {
    await using first = await serve((_, response) => response.writeHead(status, { location: other.url }).end())
    assert.equal((await failure(client(`${first.url}/token`))).code, 'INVALID_ANSWER')
  }
  assert.equal(elsewhere, 0)
})

test('[#128] a provider that repeats the request’s secrets does not get them into an error', async () => {
  await using echo = await serve((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      const said = `${body} ${request.headers.authorization} secret ${secret}`
      response.writeHead(400).end(JSON.stringify({ error: said, error_description: said, error_uri: said }))
    })
  })
  for (const method of ['client_secret_basic', 'client_secret_post'] as const) {
    const provider = resolveProvider({ id: 'acme', name: 'Acme', token_endpoint: `${echo.url}/token` })
    await failure(defineClient({ provider, client_id: 'daemon', client_secret: secret, client_auth: method }))
  }
})

test('[#128] a fetch that puts the request into what it throws does not get its secrets into an error', async () => {
  const talkative: typeof fetch = async (_, init) => {
    const root = Object.assign(new Error(`ECONNRESET while sending ${init?.body}`), { code: 'ECONNRESET', init })
    throw Object.assign(new TypeError(`fetch failed: ${init?.body}`, { cause: root }), { options: init })
  }
  const error = await failure(client('https://acme.example/token', { fetch: talkative }))
  assert.equal(error.code, 'PROVIDER_UNREACHABLE')
  assert.equal((error.cause as Error | undefined)?.name, 'TypeError')
})

test('[#94] the cause of an unreachable provider is kept', async () => {
  const broken: typeof fetch = () => Promise.reject(new TypeError('no network', { cause: new Error('cable cut') }))
  const error = await failure(client('https://acme.example/token', { fetch: broken }))
  assert.match(error.message, /cable cut/)
  assert.equal(((error.cause as Error).cause as Error).message, 'cable cut')
})

test('metadata without a token endpoint is a matter of settings, and nothing was sent', async () => {
  await using server = await serve((request, response) => {
    response.end(JSON.stringify({ issuer: `http://${request.headers.host}`, jwks_uri: 7 }))
  })
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: server.url })
  const error = await failure(defineClient({ provider, client_id: 'daemon', client_secret: secret }))
  assert.equal(error.code, 'MISSING_ENDPOINT')
  assert.match(error.message, /Acme.*token endpoint/)
  assert.notEqual(error.outcome, 'unknown')
})

test('plain http to another machine is refused before anything is sent', async () => {
  assert.throws(() => client('http://acme.example/token'), { code: 'INSECURE_URL' })
  await using server = await serve((request, response) => {
    const issuer = `http://${request.headers.host}`
    response.end(JSON.stringify({ issuer, token_endpoint: 'http://192.0.2.1/token' }))
  })
  const provider = resolveProvider({ id: 'acme', name: 'Acme', issuer: server.url })
  const error = await failure(defineClient({ provider, client_id: 'daemon', client_secret: secret }))
  assert.equal(error.code, 'INSECURE_URL')
})

test('an answer larger than the limit is refused', async () => {
  await using huge = await serve((_, response) => response.end(`{"access_token":"${'a'.repeat(5000)}"}`))
  const error = await failure(client(`${huge.url}/token`, { maxAnswer: 1000 }))
  assert.match(error.message, /1000 bytes/)
})

test('[#149] revoking where no revocation endpoint is published says so', async () => {
  assert.equal(await revokeToken(client('https://acme.example/token'), 'a'), false)
})

test('[#149] a refused revocation is a typed error that names the provider, without the token', async () => {
  await using server = await serve((_, response) => {
    response.writeHead(503).end(JSON.stringify({ error: 'server_error', error_description: `no ${secret}-token` }))
  })
  const of = client(`${server.url}/token`, {}, { revocation_endpoint: `${server.url}/revoke` })
  await assert.rejects(revokeToken(of, `${secret}-token`, 'refresh_token'), (error) => {
    assert.ok(error instanceof OAuthError)
    assert.doesNotMatch(inspect(error, { depth: 20 }), /pLaNtEd/)
    return error.code === 'PROVIDER_UNAVAILABLE' && error.provider === 'acme'
  })
})
