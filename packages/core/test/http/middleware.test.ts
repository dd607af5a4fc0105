import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  compose,
  defaultHeaders,
  type FetchMiddleware,
  hooks,
  isOAuthError,
  minimumDelay,
  type RequestView,
  type ResponseView,
  raiseOnHttpError,
  systemClock,
  timeout,
} from '@evergrant/core'
import { manualClock } from '@evergrant/sandbox'
import { loopbackServer, turns } from './loopback-server.ts'

test('steps run from the outside in and back out again, around the given fetch', async () => {
  await using server = await loopbackServer(turns())
  const order: string[] = []
  const step =
    (name: string): FetchMiddleware =>
    async (request, next) => {
      order.push(`${name} before`)
      const response = await next(request)
      order.push(`${name} after`)
      return response
    }
  const send: typeof fetch = (input, init) => {
    order.push('send')
    return fetch(input, init)
  }
  const composed = compose([step('outer'), undefined, step('inner')], send)
  assert.equal(await (await composed(server.url)).text(), 'ok')
  assert.deepEqual(order, ['outer before', 'inner before', 'send', 'inner after', 'outer after'])
})

test('[#124] requests that come together start at least 200 ms apart', async () => {
  const clock = manualClock()
  const starts: number[] = []
  const fetch = compose([minimumDelay({ clock })], async () => {
    starts.push(clock.monotonic())
    return new Response()
  })
  const all = Promise.all([1, 2, 3].map((n) => fetch(`http://127.0.0.1/${n}`)))
  for (let tick = 0; starts.length < 3 && tick < 100; tick++) {
    await new Promise(setImmediate)
    clock.advance(0.05)
  }
  await all
  assert.equal(starts.length, 3)
  for (const [index, start] of starts.entries())
    assert.ok(start >= index * 0.2 - 1e-9 && start < index * 0.2 + 0.06, `request ${index} started at ${start}`)
})

test('[#124] on the machine’s own clock the spacing holds over a socket', async () => {
  const arrivals: number[] = []
  await using server = await loopbackServer((_, response) => {
    arrivals.push(systemClock.monotonic())
    response.end()
  })
  const starts: number[] = []
  const note: FetchMiddleware = (request, next) => {
    starts.push(systemClock.monotonic())
    return next(request)
  }
  const fetch = compose([minimumDelay({ seconds: 0.03 }), note])
  await Promise.all([1, 2, 3].map((n) => fetch(`${server.url}/${n}`)))
  assert.equal(arrivals.length, 3)
  assert.ok((starts[1] ?? 0) - (starts[0] ?? 0) >= 0.03)
  assert.ok((starts[2] ?? 0) - (starts[1] ?? 0) >= 0.03)
})

test('[#124] an aborted request leaves the queue at once, and those behind it keep their spacing', async () => {
  const clock = manualClock()
  const sent: string[] = []
  const fetch = compose([minimumDelay({ clock })], async (input) => {
    sent.push(`${new URL((input as Request).url).pathname} ${clock.monotonic().toFixed(1)}`)
    return new Response()
  })
  const abort = new AbortController()
  const first = fetch('http://127.0.0.1/1')
  const second = fetch('http://127.0.0.1/2', { signal: abort.signal })
  const third = fetch('http://127.0.0.1/3')
  await first
  abort.abort(new Error('enough'))
  await assert.rejects(second, /enough/)
  await new Promise(setImmediate)
  clock.advance(0.2)
  await third
  assert.deepEqual(sent, ['/1 0.0', '/3 0.2'])
})

test('[#126] a request without an answer in time fails with a TimeoutError, and the caller’s abort still works', async () => {
  await using server = await loopbackServer(() => undefined)
  const fetch = compose([timeout(0.02)])
  await assert.rejects(fetch(server.url), { name: 'TimeoutError' })
  const aborted = AbortSignal.abort(new Error('not needed any more'))
  await assert.rejects(compose([timeout(60)])(server.url, { signal: aborted }), /not needed any more/)
})

test('[#126] an answer whose body stops coming fails in time too', async () => {
  await using server = await loopbackServer((_, response) => void response.writeHead(200).write('half'))
  // Long enough for the beginning of the answer to come on a busy machine.
  const response = await compose([timeout(1)])(server.url)
  await assert.rejects(response.text(), { name: 'TimeoutError' })
})

test('[#126] default headers fill what is absent, and Prefer values are merged without repeating one', async () => {
  await using server = await loopbackServer(turns())
  const fetch = compose([
    defaultHeaders({
      'User-Agent': 'program/1',
      Accept: 'application/json',
      Prefer: 'outlook.timezone="A, B", outlook.body-content-type="text"',
    }),
  ])
  await fetch(server.url, { headers: { accept: 'text/csv', prefer: 'outlook.body-content-type="html"' } })
  const headers = server.seen[0]?.headers
  assert.equal(headers?.['user-agent'], 'program/1')
  assert.equal(headers?.accept, 'text/csv')
  assert.equal(headers?.['prefer'], 'outlook.body-content-type="html", outlook.timezone="A, B"')
  await fetch(server.url)
  assert.equal(server.seen[1]?.headers['prefer'], 'outlook.timezone="A, B", outlook.body-content-type="text"')
})

test('[#127] an API’s refusal is thrown with status and words when asked for, and returned otherwise', async () => {
  const body = JSON.stringify({ error: { code: 'ErrorItemNotFound', message: 'The item was not found.' } })
  await using server = await loopbackServer((_, response) => {
    response.writeHead(404, { 'content-type': 'application/json', 'retry-after': '3' }).end(body)
  })
  const error = await compose([raiseOnHttpError])(`${server.url}/items/7?code=4/0Ab-secret`).catch((e: unknown) => e)
  assert.ok(isOAuthError(error))
  assert.equal(error.code, 'HTTP_ERROR')
  assert.equal(error.status, 404)
  assert.equal(error.error, 'ErrorItemNotFound')
  assert.equal(error.retryAfter, 3)
  assert.match(error.message, /GET http:\S+\/items\/7 was answered 404: The item was not found\./)
  assert.doesNotMatch(error.message, /4\/0Ab-secret/)
  const returned = await compose([])(server.url)
  assert.equal(returned.status, 404)
  assert.equal(await returned.text(), body)
})

test('[#128] hooks see every request and answer, and no token, cookie, code or state', async () => {
  await using server = await loopbackServer(
    turns(
      { status: 302, headers: { location: '/cb?code=planted-code&state=planted-state', 'set-cookie': 'sid=planted' } },
      { status: 200 },
    ),
  )
  const seen: unknown[] = []
  const clock = manualClock()
  const fetch = compose([
    hooks({
      clock,
      before: (request: RequestView) => void seen.push(request),
      after: (response: ResponseView) => void seen.push(response),
    }),
  ])
  const headers = { authorization: 'Bearer planted', cookie: 'planted', 'x-api-key': 'planted', 'x-request-id': 'r1' }
  await fetch(`${server.url}/a?access_token=planted&page=2`, { headers, redirect: 'manual' })
  const told = JSON.stringify(seen)
  assert.doesNotMatch(told, /planted/)
  assert.match(told, /page=2/)
  assert.match(told, /"x-request-id":"r1"/)
  assert.match(told, /"status":302/)
  await assert.rejects(fetch('http://127.0.0.1:1/'), TypeError)
  assert.match(JSON.stringify(seen.at(-1)), /"failure":"TypeError: fetch failed"/)
})
