import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ResponseView } from '@evergrant/core'
import { proxyFetch } from '@evergrant/core/node'
import { Connection, type ConnectionOptions, MSGraphProtocol } from '@evergrant/microsoft365'
import { manualClock } from '@evergrant/sandbox'
import { all } from './support/kinds.ts'
import { type Reply, type Server, server } from './support/server.ts'

const TOKEN = 'eyJ.secret-token-of-the-account'

/** A connection to a server that gives these answers in turn, and 200 from then on. */
async function world(replies: readonly Reply[] = [], options: ConnectionOptions = {}, asked: unknown[] = []) {
  const left = [...replies]
  const api: Server = await server(() => left.shift() ?? { body: { ok: true } })
  const clock = manualClock()
  const tokens = [TOKEN, 'second', 'third']
  const source = {
    async token(want: object = {}) {
      asked.push(want)
      const index = asked.filter((one) => 'rejected' in (one as object)).length
      return { access_token: tokens[index] ?? '', token_type: 'Bearer', raw: {} }
    },
  }
  const protocol = options.protocol ?? new MSGraphProtocol({ host: api.url })
  const connection = new Connection(source, { clock, requestsDelay: 0, ...options, protocol })
  return { api, clock, connection, [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() }
}

test('[#122] each verb sends the token and its body, below the protocol’s address; a naive request sends no token', async () => {
  await using w = await world()
  const { connection, api } = w
  await connection.get('me/messages?$top=1')
  await connection.post('/me/sendMail', { subject: 'Hi' })
  await connection.put('me/photo', new Blob(['jpeg']))
  await connection.patch(`${api.url}/v1.0/me`, { jobTitle: 'x' })
  await connection.delete(new URL(`${api.url}/v1.0/me/messages/1`))
  const shown = api.seen.map(({ method, url, body }) => `${method} ${url.pathname}${url.search} ${body}`)
  assert.deepEqual(shown, [
    'GET /v1.0/me/messages?$top=1 ',
    'POST /v1.0/me/sendMail {"subject":"Hi"}',
    'PUT /v1.0/me/photo jpeg',
    'PATCH /v1.0/me {"jobTitle":"x"}',
    'DELETE /v1.0/me/messages/1 ',
  ])
  for (const { headers } of api.seen) assert.equal(headers.authorization, `Bearer ${TOKEN}`)
  await connection.naiveRequest('PUT', `${api.url}/upload`, 'bytes')
  assert.equal(api.seen.at(-1)?.headers.authorization, undefined)
  await connection.getSession().get(`${api.url}/anywhere`)
  assert.equal(api.seen.at(-1)?.headers.authorization, `Bearer ${TOKEN}`)
})

test('[#108] the token goes to the protocol’s origin and those that were named, and to no other', async () => {
  await using w = await world()
  await using other = await server(() => ({ body: {} }))
  const wrong = [
    `${other.url}/v1.0/me`,
    `//${new URL(other.url).host}/me`,
    'https://graph.microsoft.com.evil.example/me',
  ]
  for (const url of wrong)
    await assert.rejects(w.connection.get(url), { code: 'INVALID_ARGUMENT', message: /not sent to/ })
  assert.equal(other.seen.length, 0)
  await using named = await world([], { otherOrigins: [other.url] })
  await named.connection.get(`${other.url}/v1.0/me`)
  assert.equal(other.seen.length, 1)
})

test('[#108] a next page on another origin, or the same page again, is not asked for', async () => {
  await using evil = await server(() => ({ body: { value: ['stolen'] } }))
  await using w = await world([
    { body: { value: ['a', 'b'], '@odata.nextLink': `${evil.url}/v1.0/users?$skiptoken=x` } },
  ])
  const seen: string[] = []
  const reading = async (): Promise<void> => {
    for await (const one of w.connection.items<string>('users')) seen.push(one)
  }
  await assert.rejects(reading(), { code: 'INVALID_ANSWER', message: /where the token does not belong/ })
  assert.deepEqual(seen, ['a', 'b'])
  assert.equal(evil.seen.length, 0)
  await using round = await world()
  const self = `${round.api.url}/v1.0/users`
  await using w2 = await world([{ body: { value: [], '@odata.nextLink': self } }], {
    protocol: round.connection.protocol,
  })
  await assert.rejects(all(w2.connection.items('users')), { code: 'HTTP_ERROR' })
})

test('[#125] a POST that was answered 429 with Retry-After is sent again after so long, and one answered 503 without is not', async () => {
  await using w = await world([{ status: 429, headers: { 'retry-after': '7' } }, {}])
  const sent = w.connection.post('me/sendMail', { subject: 'Hi' })
  const waited = until(w.clock, sent)
  assert.equal((await sent).status, 200)
  assert.ok((await waited) >= 7)
  assert.deepEqual(
    w.api.seen.map(({ body }) => body.toString()),
    ['{"subject":"Hi"}', '{"subject":"Hi"}'],
  )
  await using unclear = await world([{ status: 503 }])
  await assert.rejects(unclear.connection.post('me/sendMail', {}), { code: 'HTTP_ERROR', status: 503 })
  assert.equal(unclear.api.seen.length, 1)
  await using none = await world([{ status: 503 }], { requestRetries: 0 })
  await assert.rejects(none.connection.get('me'), { status: 503 })
})

test('[#124] requests start at least the delay apart, 0.2 s unless said otherwise', async () => {
  for (const [requestsDelay, expected] of [
    [undefined, 0.4],
    [1.5, 3],
    [0, 0],
  ] as const) {
    await using w = await world([], { requestsDelay })
    const sent = Promise.all([1, 2, 3].map(() => w.connection.get('me')))
    const passed = await until(w.clock, sent)
    assert.ok(Math.abs(passed - expected) < 0.11, `${passed} for ${requestsDelay}`)
  }
})

test('[#127] an HTTP error is thrown with Microsoft’s own words, or returned', async () => {
  const body = { error: { code: 'ErrorItemNotFound', message: 'The specified object was not found in the store.' } }
  await using w = await world([{ status: 404, body }])
  await assert.rejects(w.connection.get('me/messages/1'), {
    code: 'HTTP_ERROR',
    status: 404,
    error: 'ErrorItemNotFound',
    message: /not found in the store/,
  })
  await using quiet = await world([{ status: 404, body }], { raiseHttpErrors: false })
  assert.equal((await quiet.connection.get('me/messages/1')).status, 404)
})

test('[#126] [#106] default headers fill what is absent, preferences are joined, and the zone goes by its Windows name', async () => {
  const api = await server(() => ({ body: {} }))
  await using _ = api
  const protocol = new MSGraphProtocol({ host: api.url, timezone: 'Europe/Berlin' })
  const headers = { 'client-request-id': 'r1', prefer: 'IdType="ImmutableId"' }
  await using w = await world([], { protocol, defaultHeaders: headers, encode: (value) => `!${JSON.stringify(value)}` })
  await w.connection.get('me/events', { headers: { prefer: 'odata.maxpagesize=5', 'client-request-id': 'mine' } })
  const [seen] = api.seen
  assert.equal(seen?.headers['client-request-id'], 'mine')
  const preferences = 'odata.maxpagesize=5, IdType="ImmutableId", outlook.timezone="W. Europe Standard Time"'
  assert.equal(seen?.headers['prefer'], preferences)
  await w.connection.post('me/events', { a: 1 })
  assert.equal(api.seen.at(-1)?.body.toString(), '!{"a":1}')
  assert.equal(api.seen.at(-1)?.headers['client-request-id'], 'r1')
})

test('[#126] a time limit ends an attempt', async () => {
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await using api = await server(async () => {
    await held
    return {}
  })
  await using w = await world([], {
    protocol: new MSGraphProtocol({ host: api.url }),
    timeout: 0.05,
    requestRetries: 0,
  })
  await assert.rejects(w.connection.get('me'), { name: 'TimeoutError' })
  release()
})

test('[#123] requests go through the proxy that was given, with its password', async () => {
  await using api = await server(() => ({ body: { from: 'api' } }))
  await using proxy = await server(async ({ url, headers }) => {
    const { authorization } = headers
    const response = await fetch(url, { headers: { ...(authorization === undefined ? {} : { authorization }) } })
    return { status: response.status, body: await response.json() }
  })
  await using viaProxy = await proxyFetch({ proxy: proxy.url, username: 'me', password: 'p@ss', noProxy: '' })
  await using w = await world([], { protocol: new MSGraphProtocol({ host: api.url }), fetch: viaProxy })
  assert.deepEqual(await (await w.connection.get('me')).json(), { from: 'api' })
  const basic = `Basic ${Buffer.from('me:p@ss').toString('base64')}`
  assert.equal(proxy.seen[0]?.headers['proxy-authorization'], basic)
  assert.equal(api.seen[0]?.headers.authorization, `Bearer ${TOKEN}`)
})

test('[#128] hooks hear of every request, and never see the token', async () => {
  const heard: ResponseView[] = []
  await using w = await world([], { hooks: { after: (view) => void heard.push(view) } })
  await w.connection.get('me?code=secret-code')
  assert.equal(heard[0]?.status, 200)
  assert.equal(/secret/.test(JSON.stringify(heard)), false)
})

test('a token that was refused before its end is replaced, once', async () => {
  const refused = { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } }
  await using w = await world([refused])
  assert.equal((await w.connection.post('me/events', { a: 1 })).status, 200)
  assert.deepEqual(
    w.api.seen.map(({ headers }) => headers.authorization),
    [`Bearer ${TOKEN}`, 'Bearer second'],
  )
})

test('refreshToken renews when it must, and always with force', async () => {
  const asked: object[] = []
  await using w = await world([], {}, asked)
  assert.equal(await w.connection.refreshToken(), true)
  assert.equal(await w.connection.refreshToken({ force: true }), true)
  assert.deepEqual(asked, [{ force: false }, { force: true }])
})

/** Lets time pass in steps until the work is done; resolves with the seconds that passed. */
async function until(clock: ReturnType<typeof manualClock>, work: Promise<unknown>): Promise<number> {
  const began = clock.monotonic()
  let over = false
  void work.finally(() => {
    over = true
  })
  while (!over) {
    await new Promise((resolve) => setTimeout(resolve, 2))
    if (!over && clock.sleepers > 0) clock.advance(0.1)
  }
  return clock.monotonic() - began
}
