import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorizeAxios, kyHooks, openapiFetchMiddleware, undiciInterceptor } from '@evergrant/core/adapters'
import axios from 'axios'
import ky from 'ky'
import createClient from 'openapi-fetch'
import { Agent, request, fetch as undiciFetch } from 'undici'
import { type World, world } from './world.ts'

interface Answer {
  readonly method: string
  readonly body: string
}
type Post = (w: World) => Promise<{ readonly status: number; readonly answer: Answer | undefined }>

interface Paths {
  '/things': {
    post: {
      requestBody: { content: { 'application/json': { a: number } } }
      responses: { 200: { content: { 'application/json': Answer } } }
    }
  }
}

/** How a program posts {"a":1} with each library. */
const libraries: Record<string, Post> = {
  axios: async (w) => {
    const instance = axios.create({ validateStatus: (status) => status < 400 })
    authorizeAxios(instance, w.source)
    try {
      const { status, data } = await instance.post<Answer>(`${w.api.url}/things`, { a: 1 })
      return { status, answer: data }
    } catch (error) {
      if (!axios.isAxiosError(error) || error.response === undefined) throw error
      return { status: error.response.status, answer: undefined }
    }
  },
  ky: async (w) => {
    const client = ky.create({ hooks: kyHooks(w.source), throwHttpErrors: false })
    const response = await client.post(`${w.api.url}/things`, { json: { a: 1 } })
    return { status: response.status, answer: response.ok ? await response.json<Answer>() : undefined }
  },
  'undici request': async (w) => {
    const dispatcher = new Agent().compose(undiciInterceptor(w.source))
    const headers = { 'content-type': 'application/json' }
    const { statusCode, body } = await request(`${w.api.url}/things`, {
      method: 'POST',
      body: '{"a":1}',
      headers,
      dispatcher,
    })
    const text = await body.text()
    return { status: statusCode, answer: statusCode === 200 ? (JSON.parse(text) as Answer) : undefined }
  },
  'openapi-fetch': async (w) => {
    const client = createClient<Paths>({ baseUrl: w.api.url })
    client.use(openapiFetchMiddleware(w.source))
    const { data, response } = await client.POST('/things', { body: { a: 1 } })
    return { status: response.status, answer: data }
  },
}

for (const [name, post] of Object.entries(libraries)) {
  test(`${name} sends the token, and asks for none while it is good`, async () => {
    await using w = await world()
    for (let n = 0; n < 3; n++)
      assert.deepEqual(await post(w), { status: 200, answer: { method: 'POST', body: '{"a":1}' } })
    assert.equal(w.issued(), 1)
    assert.equal(w.api.seen.length, 3)
  })

  test(`[#64] ${name} replays a refused request once with a newer token and the same body`, async () => {
    await using w = await world()
    await w.takeBack()
    assert.deepEqual(await post(w), { status: 200, answer: { method: 'POST', body: '{"a":1}' } })
    assert.equal(w.issued(), 2)
    assert.equal(w.api.seen.length, 2)
    const [first, second] = w.tokens()
    assert.notEqual(first, second)
  })

  test(`[#65] ${name} sends nothing without a token`, async () => {
    await using w = await world()
    w.sandbox.fault({ match: { grant_type: 'client_credentials' }, status: 503, times: Number.POSITIVE_INFINITY })
    await assert.rejects(post(w))
    assert.equal(w.api.seen.length, 0)
  })

  test(`[#64] ${name} gives up after one replay`, async () => {
    await using w = await world()
    w.refuseAll()
    const { status } = await post(w)
    assert.equal(status, 401)
    assert.equal(w.api.seen.length, 2)
  })
}

test('[#64] the undici interceptor serves undici’s fetch too, and a streamed body is not replayed', async () => {
  await using w = await world()
  const dispatcher = new Agent().compose(undiciInterceptor(w.source))
  const good = await undiciFetch(`${w.api.url}/a`, { dispatcher, headers: { 'x-own': '1' } })
  assert.equal(good.status, 200)
  assert.equal(w.api.seen[0]?.headers['x-own'], '1')
  await w.takeBack()
  const body = new Blob(['streamed']).stream()
  const refused = await undiciFetch(`${w.api.url}/a`, { method: 'PUT', body, duplex: 'half', dispatcher })
  assert.equal(refused.status, 401)
  assert.equal(w.api.seen.length, 2)
})

test('axios is left as it was when the adapter is taken back', async () => {
  await using w = await world()
  const instance = axios.create({ validateStatus: () => true })
  authorizeAxios(instance, w.source)()
  assert.equal((await instance.get(w.api.url)).status, 401)
  assert.deepEqual(w.tokens(), [undefined])
})
