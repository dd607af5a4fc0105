import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import {
  allOf,
  apiClient,
  basicScheme,
  bearerScheme,
  customScheme,
  keyScheme,
  oauthScheme,
  type Requirement,
} from '@evergrant/core/api'
import { loopbackServer } from '../http/loopback-server.ts'

/** An API that takes everything, and remembers it. */
const open = () => loopbackServer((_, response) => void response.end('ok'))

test('[#85] basic, bearer, keys in header, query and cookie, a scheme of one’s own and none: each is on the wire', async () => {
  await using api = await open()
  const schemes = {
    basic: basicScheme({ username: 'ä user', password: 'p:ä' }),
    bearer: bearerScheme({ value: 'a-token' }),
    header: keyScheme('header', 'X-Api-Key', { value: 'k1' }),
    query: keyScheme('query', 'key', { value: 'a&b=c' }),
    cookie: keyScheme('cookie', 'session', { value: 'k3' }),
    own: customScheme(async (request) => {
      request.headers.set('x-signed', `${request.method} ${new URL(request.url).pathname}`)
      return request
    }),
  }
  const client = apiClient({ baseUrl: `${api.url}/v1/`, schemes })
  const sent = async (security: Requirement | false) => {
    const body = new Blob(['a body']).stream()
    const init = { method: 'POST', body, headers: { cookie: 'a=b' }, duplex: 'half', security } as RequestInit
    await client.fetch('things?x=1', init)
    return api.seen.at(-1) ?? assert.fail('nothing came')
  }
  assert.equal((await sent('basic')).headers.authorization, `Basic ${Buffer.from('ä user:p:ä').toString('base64')}`)
  assert.equal((await sent('bearer')).headers.authorization, 'Bearer a-token')
  assert.equal((await sent('header')).headers['x-api-key'], 'k1')
  assert.equal((await sent('query')).path, '/v1/things?x=1&key=a%26b%3Dc')
  assert.equal((await sent('cookie')).headers.cookie, 'a=b; session=k3')
  assert.equal((await sent('own')).headers['x-signed'], 'POST /v1/things')
  const none = await sent(false)
  assert.equal(none.path, '/v1/things?x=1')
  assert.deepEqual(
    [none.headers.authorization, none.headers.cookie, none.headers['x-api-key']],
    [undefined, 'a=b', undefined],
  )
  assert.ok(api.seen.every(({ method, body }) => method === 'POST' && body === 'a body'))
})

test('credentials go to the API’s origin alone: not over plain http, not elsewhere, not along a redirect', async () => {
  await using elsewhere = await open()
  await using api = await loopbackServer(({ path }, response) => {
    const to = { '/moved': '/new', '/out': `${elsewhere.url}/file`, '/loop': '/loop' }[path.split('?')[0] ?? '']
    response.writeHead(to === undefined ? 200 : 307, to === undefined ? {} : { location: to }).end()
  })
  const schemes = {
    key: keyScheme('header', 'x-key', { value: 'k' }),
    query: keyScheme('query', 'key', { value: 'q' }),
  }
  const client = apiClient({ baseUrl: api.url, schemes, security: allOf('key', 'query') })
  assert.equal((await client.fetch('/moved')).status, 200)
  assert.deepEqual(
    api.seen.map(({ path, headers }) => `${path} ${headers['x-key']}`),
    ['/moved?key=q k', '/new?key=q k'],
  )
  const headers = { authorization: 'Bearer of my own', accept: 'text/x' }
  assert.equal((await client.fetch('/out', { headers })).status, 200)
  const [outside] = elsewhere.seen
  assert.deepEqual(
    [outside?.path, outside?.headers['x-key'], outside?.headers.authorization, outside?.headers.accept],
    ['/file', undefined, undefined, 'text/x'],
  )
  assert.equal((await client.fetch('/out', { method: 'POST', body: 'x' })).status, 307)
  assert.equal((await client.fetch('/loop')).status, 307)
  await assert.rejects(client.fetch(`${elsewhere.url}/x`), { code: 'INVALID_ARGUMENT', outcome: 'not_sent' })
  await assert.rejects(apiClient({ schemes, security: 'key' }).fetch('http://api.example/'), { code: 'INSECURE_URL' })
  await assert.rejects(apiClient({ schemes }).fetch('/relative'), { code: 'INVALID_ARGUMENT' })
  assert.equal(elsewhere.seen.length, 1)
  assert.equal((await client.fetch(`${elsewhere.url}/x`, { security: false })).status, 200)
})

test('headers alone: the same along redirects, and neither the request nor its body is used up by a replay', async () => {
  await using elsewhere = await open()
  await using api = await loopbackServer(({ path, headers }, response) => {
    const to = { '/moved': '/new', '/out': `${elsewhere.url}/file`, '/loop': '/loop' }[path]
    const status = headers.authorization === 'Bearer old' ? 401 : to === undefined ? 200 : 307
    response.writeHead(status, to === undefined ? {} : { location: to }).end()
  })
  const tokens = ['new']
  const oauth = oauthScheme({ token: 'old', provider: () => tokens.pop() })
  const schemes = { key: keyScheme('header', 'x-key', { value: 'k' }), oauth }
  const client = apiClient({ baseUrl: api.url, schemes, security: allOf('key', 'oauth') })
  const headers = new Headers({ accept: 'text/x' })
  const answer = await client.fetch('/things', { method: 'POST', body: 'a body', headers })
  assert.equal(answer.status, 200)
  assert.deepEqual([...headers.keys()], ['accept'])
  assert.deepEqual(
    api.seen.map(({ headers: { authorization, accept }, body }) => [authorization, accept, body]),
    [
      ['Bearer old', 'text/x', 'a body'],
      ['Bearer new', 'text/x', 'a body'],
    ],
  )
  assert.equal((await client.fetch('/moved')).status, 200)
  assert.deepEqual([api.seen.at(-1)?.path, api.seen.at(-1)?.headers.authorization], ['/new', 'Bearer new'])
  assert.equal((await client.fetch('/out', { headers })).status, 200)
  const [outside] = elsewhere.seen
  assert.deepEqual(
    [outside?.path, outside?.headers['x-key'], outside?.headers.authorization, outside?.headers.accept],
    ['/file', undefined, undefined, 'text/x'],
  )
  assert.equal((await client.fetch('/out', { method: 'POST', body: 'x' })).status, 307)
  assert.equal((await client.fetch('/out', { redirect: 'manual' })).status, 307)
  assert.equal((await client.fetch('/loop')).status, 307)
  assert.equal(elsewhere.seen.length, 1)
})

test('[#128] hooks see no credential, whatever its scheme calls it', async () => {
  await using api = await open()
  const told: unknown[] = []
  const schemes = {
    query: keyScheme('query', 'appid', { value: 'pLaNtEd-1' }),
    header: keyScheme('header', 'x-shop', { value: 'pLaNtEd-2' }),
    cookie: keyScheme('cookie', 'c', { value: 'pLaNtEd-3' }),
  }
  const client = apiClient({
    baseUrl: api.url,
    schemes,
    security: allOf('query', 'header', 'cookie'),
    hooks: { before: (view) => void told.push(view), after: (view) => void told.push(view) },
  })
  await client.fetch('/a')
  assert.deepEqual(
    [told.length, api.seen[0]?.path, api.seen[0]?.headers['x-shop']],
    [2, '/a?appid=pLaNtEd-1', 'pLaNtEd-2'],
  )
  assert.doesNotMatch(JSON.stringify(told), /pLaNtEd/)
  assert.doesNotMatch(inspect([client, schemes], { depth: 9, showHidden: true }), /pLaNtEd/)
})
