import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  clientCredentialsFlow,
  defineClient,
  httpSession,
  memoryStore,
  resolveProvider,
  tokenSource,
} from '@evergrant/core'
import { manualClock, startSandbox } from '@evergrant/sandbox'
import { loopbackServer } from './loopback-server.ts'

async function world() {
  const clock = manualClock()
  const app = { client_id: 'job', client_secret: 'a secret', grant_types: ['client_credentials'] }
  const sandbox = await startSandbox({ clients: [app], clock })
  const provider = resolveProvider({ id: 'here', name: 'Here', token_endpoint: `${sandbox.issuer}/token` })
  const client = defineClient({ provider, client_id: 'job', client_secret: 'a secret', http: { clock } })
  const source = tokenSource('job', { client, store: memoryStore(), flow: clientCredentialsFlow(), clock })
  return { clock, source, sandbox, [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose]() }
}

test('[#122] the session sends every verb with the token, JSON bodies as JSON, and naive requests without a token', async () => {
  await using world1 = await world()
  await using api = await loopbackServer((_, response) => void response.end('{}'))
  const session = httpSession({ source: world1.source, delay: 0 })
  const { access_token } = await world1.source.token()
  await session.get(`${api.url}/1`)
  await session.post(`${api.url}/2`, { a: [1] })
  await session.put(`${api.url}/3`, 'plain')
  await session.patch(`${api.url}/4`, new URLSearchParams({ b: '2' }))
  await session.delete(`${api.url}/5`)
  await session.naiveRequest('POST', `${api.url}/6`, { c: 3 })
  assert.deepEqual(
    api.seen.map(({ method, path, body }) => `${method} ${path} ${body}`),
    ['GET /1 ', 'POST /2 {"a":[1]}', 'PUT /3 plain', 'PATCH /4 b=2', 'DELETE /5 ', 'POST /6 {"c":3}'],
  )
  assert.equal(api.seen[1]?.headers['content-type'], 'application/json')
  for (const { headers } of api.seen.slice(0, 5)) assert.equal(headers.authorization, `Bearer ${access_token}`)
  assert.equal(api.seen[5]?.headers.authorization, undefined)
})

test('[#126 #127] encoder, default headers, and returned errors are the session’s settings', async () => {
  await using world1 = await world()
  await using api = await loopbackServer((_, response) => void response.writeHead(400).end('no'))
  const encode = (value: unknown): string =>
    JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : part))
  const headers = { Prefer: 'return=minimal' }
  const session = httpSession({ source: world1.source, delay: 0, raise: false, encode, headers })
  const response = await session.post(api.url, { big: 12345678901234567890n })
  assert.equal(response.status, 400)
  assert.equal(api.seen[0]?.body, '{"big":"12345678901234567890"}')
  assert.equal(api.seen[0]?.headers['prefer'], 'return=minimal')
  await assert.rejects(httpSession({ source: world1.source, delay: 0 }).get(api.url), {
    code: 'HTTP_ERROR',
    status: 400,
  })
})

test('[#64] a 401 is answered by a newer token and one replay, before the error would be thrown', async () => {
  await using world1 = await world()
  const tokens = new Set<string>()
  await using api = await loopbackServer(({ headers }, response) => {
    tokens.add(String(headers.authorization))
    response.writeHead(tokens.size === 1 ? 401 : 200, { 'www-authenticate': 'Bearer error="invalid_token"' }).end()
  })
  const session = httpSession({ source: world1.source, delay: 0 })
  const response = await session.post(api.url, { a: 1 })
  assert.equal(response.status, 200)
  assert.equal(api.seen.length, 2)
  assert.equal(tokens.size, 2)
  assert.equal(api.seen[1]?.body, '{"a":1}')
})

test('[#65] without a token nothing is sent', async () => {
  await using api = await loopbackServer((_, response) => void response.end())
  const source = { token: () => Promise.reject(new Error('nobody consented')) }
  await assert.rejects(httpSession({ source, delay: 0 }).get(api.url), /nobody consented/)
  assert.equal(api.seen.length, 0)
})
