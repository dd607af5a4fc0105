import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { inspect } from 'node:util'
import {
  bearerFetch,
  bearerMiddleware,
  dpopMiddleware,
  isOAuthError,
  type TokenSource,
  type Want,
} from '@evergrant/core'
import { apiClient, oauthScheme } from '@evergrant/core/api'
import { manualClock } from '@evergrant/sandbox'

interface Resource extends AsyncDisposable {
  readonly url: string
  readonly seen: { readonly authorization: string | undefined; readonly body: string }[]
}

/** A resource server that takes the tokens named `good…`, and challenges all others. */
async function resource(challenge = 'Bearer error="invalid_token"', status = 401): Promise<Resource> {
  const seen: Resource['seen'] = []
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { authorization } = request.headers
    seen.push({ authorization, body })
    if (authorization?.startsWith('Bearer good')) response.end('ok')
    else response.writeHead(status, challenge === '' ? {} : { 'www-authenticate': challenge }).end('who are you?')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, seen, [Symbol.asyncDispose]: close }
}

function source(...tokens: string[]): Pick<TokenSource, 'token'> & { readonly wants: (Want | undefined)[] } {
  const wants: (Want | undefined)[] = []
  return {
    wants,
    async token(want) {
      wants.push(want)
      const access_token = tokens[Math.min(wants.length, tokens.length) - 1]
      if (access_token === undefined) throw new Error('no token')
      return { access_token, token_type: 'Bearer', raw: {} }
    },
  }
}

test('a token that no header can hold is refused without being shown or sent, however it would be attached', async () => {
  await using api = await resource()
  const tokens = source('LEAK\nME')
  const send = (request: Request): Promise<Response> => fetch(request)
  const own = (request: Request, { access_token }: { access_token: string }): Request => {
    request.headers.set('x-token', access_token)
    return request
  }
  const ways = {
    fetch: () => bearerFetch(tokens)(api.url),
    middleware: () => bearerMiddleware(tokens)(new Request(api.url), send),
    setToken: () => bearerMiddleware(tokens, own)(new Request(api.url), send),
    scheme: async () =>
      apiClient({ baseUrl: api.url, schemes: { o: oauthScheme({ token: 'LEAK\nME' }) }, security: 'o' }).fetch('/'),
  }
  for (const [name, way] of Object.entries(ways)) {
    await assert.rejects(way(), (error) => {
      assert.ok(isOAuthError(error), `${name}: ${String(error)}`)
      assert.equal(error.code, 'INVALID_ARGUMENT', name)
      assert.doesNotMatch(inspect(error), /LEAK/, name)
      return true
    })
  }
  assert.deepEqual(api.seen, [])
})

test('a token of a type that needs another proof than DPoP is not sent as Bearer; a type of a provider’s own is', async () => {
  await using api = await resource()
  const typed = (token_type: string) => ({ token: async () => ({ access_token: 'good', token_type, raw: {} }) })
  const send = (request: Request): Promise<Response> => fetch(request)
  for (const type of ['mac', 'MAC', 'pop', 'hawk']) {
    const refusal = { code: 'NOT_SUPPORTED', message: new RegExp(type) }
    await assert.rejects(bearerFetch(typed(type))(api.url), refusal)
    await assert.rejects(bearerMiddleware(typed(type))(new Request(api.url), send), refusal)
    const token = await typed(type).token()
    const schemes = { o: oauthScheme({ token }) }
    await assert.rejects(apiClient({ baseUrl: api.url, schemes, security: 'o' }).fetch('/'), refusal)
  }
  assert.deepEqual(api.seen, [])
  for (const type of ['bearer', 'bot', 'user', 'jwt', 'N_A']) await bearerFetch(typed(type))(api.url)
  assert.deepEqual([...new Set(api.seen.map(({ authorization }) => authorization))], ['Bearer good'])
})

test('the token is attached', async () => {
  await using api = await resource()
  assert.equal(await (await bearerFetch(source('good'))(api.url)).text(), 'ok')
  assert.deepEqual(api.seen, [{ authorization: 'Bearer good', body: '' }])
})

test('[#65] without a token nothing is sent', async () => {
  await using api = await resource()
  await assert.rejects(bearerFetch(source())(api.url), /no token/)
  await assert.rejects(bearerMiddleware(source())(new Request(api.url), fetch), /no token/)
  assert.equal(api.seen.length, 0)
})

const bodies: readonly (readonly [name: string, body: () => BodyInit])[] = [
  ['text', () => 'payload'],
  ['parameters', () => new URLSearchParams({ payload: 'x' })],
  ['bytes', () => new TextEncoder().encode('payload')],
  ['a blob', () => new Blob(['payload'])],
]

for (const [name, body] of bodies) {
  test(`[#64] a request with ${name} goes once more after a 401, with the newer token`, async () => {
    await using api = await resource()
    const tokens = source('stale', 'good')
    const response = await bearerFetch(tokens)(api.url, { method: 'POST', body: body(), headers: { 'x-own': '1' } })
    assert.equal(await response.text(), 'ok')
    assert.equal(api.seen.length, 2)
    assert.equal(api.seen[0]?.body, api.seen[1]?.body)
    assert.match(api.seen[1]?.body ?? '', /payload/)
    assert.equal(tokens.wants[1]?.rejected, 'stale')
  })
}

test('[#64] a Request with a body goes once more, by fetch and by middleware', async () => {
  for (const send of [
    (request: Request) => bearerFetch(source('stale', 'good'))(request),
    (request: Request) => bearerMiddleware(source('stale', 'good'))(request, (one) => fetch(one)),
  ]) {
    await using api = await resource()
    const response = await send(new Request(api.url, { method: 'POST', body: 'payload', headers: { 'x-own': '1' } }))
    assert.equal(await response.text(), 'ok')
    assert.deepEqual(
      api.seen.map(({ body }) => body),
      ['payload', 'payload'],
    )
  }
})

test('[#64] a second 401 is handed to the caller', async () => {
  await using api = await resource()
  const tokens = source('stale', 'staler', 'good')
  assert.equal((await bearerFetch(tokens)(api.url)).status, 401)
  assert.equal(api.seen.length, 2)
})

test('[#64] what is used up by the first sending is not sent twice', async () => {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode('payload')
  }
  for (const body of [() => new Blob(['payload']).stream(), pieces]) {
    await using api = await resource()
    const init = { method: 'POST', body: body() as unknown as BodyInit, duplex: 'half' } as RequestInit
    assert.equal((await bearerFetch(source('stale', 'good'))(api.url, init)).status, 401)
    assert.equal(api.seen.length, 1)
  }
})

for (const [challenge, sends] of [
  ['', 2],
  ['Bearer', 2],
  ['Bearer realm="x", error="invalid_token"', 2],
  ['Bearer error=invalid_token', 2],
  ['Bearer error="insufficient_scope"', 1],
  ['Bearer error="insufficient_claims", claims="e30="', 1],
  ['DPoP error="use_dpop_nonce"', 1],
] as const) {
  test(`[#64] the challenge ${JSON.stringify(challenge)} is ${sends === 2 ? 'answered with a newer token' : 'left to the caller'}`, async () => {
    await using api = await resource(challenge)
    await (await bearerFetch(source('stale', 'good'))(api.url)).text()
    assert.equal(api.seen.length, sends)
  })
}

/** A source whose token ended at second 1000, ends later, or ends nobody knows when; it is second 1000 now. */
function ending(expires_at: number | undefined, newer = 'good'): Pick<TokenSource, 'token' | 'sending'> {
  const clock = manualClock(1000)
  return {
    sending: { clock },
    async token(want) {
      if (want?.rejected === undefined)
        return { access_token: 'stale', token_type: 'Bearer', raw: {}, ...(expires_at && { expires_at }) }
      if (newer === '') throw new Error('consent again')
      return { access_token: newer, token_type: 'Bearer', raw: {} }
    },
  }
}

// A 403 means that the token is good but does not suffice (RFC 6750 §3.1), and a newer one would not help. But some
// APIs answer it for a token that ran out while the request was on its way.
for (const [what, expires_at, challenge, sends] of [
  ['of a token that ended on the way', 1000, '', 2],
  ['of a token that ended, called invalid', 1000, 'Bearer error="invalid_token"', 2],
  ['of a token that ended, for its scope', 1000, 'Bearer error="insufficient_scope"', 1],
  ['of a token that lives', 1001, '', 1],
  ['of a token that lives, called invalid', 1001, 'Bearer error="invalid_token"', 1],
  ['of a token whose end nobody knows, called invalid', undefined, 'Bearer error="invalid_token"', 2],
  ['of a token whose end nobody knows, for its scope', undefined, 'Bearer error="insufficient_scope"', 1],
  ['of a token whose end nobody knows, without a challenge', undefined, '', 1],
] as const) {
  test(`[#64] a 403 ${what} is ${sends === 2 ? 'answered with a newer token' : 'left to the caller'}`, async () => {
    await using api = await resource(challenge, 403)
    const source = ending(expires_at)
    assert.equal((await bearerFetch(source)(api.url)).status, sends === 2 ? 200 : 403)
    assert.equal((await bearerMiddleware(source)(new Request(api.url), fetch)).status, sends === 2 ? 200 : 403)
    assert.equal(api.seen.length, sends * 2)
  })
}

test('[#64] a second 403, and one for which no newer token can be had, are handed to the caller', async () => {
  await using api = await resource('', 403)
  assert.equal((await bearerFetch(ending(1000, 'stale too'))(api.url)).status, 403)
  assert.equal(api.seen.length, 2)
  const response = await bearerFetch(ending(1000, ''))(api.url)
  assert.deepEqual([response.status, await response.text()], [403, 'who are you?'])
  assert.equal(api.seen.length, 3)
})

test('when no newer token can be had, its error is the answer', async () => {
  await using api = await resource()
  const tokens = source('stale')
  const failing: Pick<TokenSource, 'token'> = {
    token: (want) => (want?.rejected === undefined ? tokens.token(want) : Promise.reject(new Error('consent again'))),
  }
  await assert.rejects(bearerFetch(failing)(api.url), /consent again/)
})

test('a caller’s signal reaches the token and the request', async () => {
  await using api = await resource()
  const tokens = source('good')
  const { signal } = new AbortController()
  await bearerFetch(tokens)(api.url, { signal })
  assert.equal(tokens.wants[0]?.signal, signal)
  await assert.rejects(bearerFetch(tokens)(api.url, { signal: AbortSignal.abort() }), { name: 'AbortError' })
})

test('[#65] a token does not go over plain http to another machine, and none is asked for', async () => {
  const disguised = ['http://localhost.evil.example/', 'http://127.0.0.1.evil.example']
  const plain = ['http://api.example/', 'http://192.0.2.1:8080/x', 'HTTP://api.example', 'http://[2001:db8::1]/']
  for (const url of [...plain, ...disguised]) {
    const tokens = source('good')
    const refused = { code: 'INSECURE_URL', outcome: 'not_sent', message: /not this machine/ }
    const never = (): never => assert.fail('a request left')
    await assert.rejects(bearerFetch({ ...tokens, sending: { fetch: never } })(url), refused)
    await assert.rejects(bearerFetch({ ...tokens, sending: { fetch: never } })(new Request(url)), refused)
    await assert.rejects(bearerMiddleware(tokens)(new Request(url), never), refused)
    await assert.rejects(dpopMiddleware(tokens)(new Request(url), never), refused)
    assert.equal(tokens.wants.length, 0)
  }
  await assert.rejects(bearerFetch(source('good'))('http://127.0.0.1:80@evil.example/'), { code: 'INSECURE_URL' })
})

test('a host that is named as insecure gets the token over plain http, and no other', async () => {
  const sent: string[] = []
  const send: typeof fetch = async (input, init) => {
    sent.push(`${String(input)} ${new Headers(init?.headers).get('authorization')}`)
    return new Response('ok')
  }
  const api = bearerFetch({ ...source('good'), sending: { fetch: send, insecureHosts: ['api.lan', 'db.lan:8080'] } })
  await api('http://api.lan/x')
  await api('http://api.lan:81/')
  await api('http://db.lan:8080/')
  for (const other of ['http://db.lan/', 'http://x.api.lan/', 'http://api.lan.evil.example/'])
    await assert.rejects(api(other), { code: 'INSECURE_URL' })
  assert.deepEqual(sent, [
    'http://api.lan/x Bearer good',
    'http://api.lan:81/ Bearer good',
    'http://db.lan:8080/ Bearer good',
  ])
})

test('a redirect to another origin goes without the token, and its 401 renews nothing', async () => {
  await using other = await resource()
  for (const status of [301, 302, 307, 308]) {
    const seen: (string | undefined)[] = []
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization)
      response.writeHead(status, { location: other.url }).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    try {
      const tokens = source('good')
      assert.equal((await bearerFetch(tokens)(url)).status, 401)
      assert.equal((await bearerMiddleware(tokens)(new Request(url), fetch)).status, 401)
      assert.deepEqual(seen, ['Bearer good', 'Bearer good'])
      assert.deepEqual(
        tokens.wants.map((want) => want?.rejected),
        [undefined, undefined],
      )
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }
  assert.deepEqual(new Set(other.seen.map(({ authorization }) => authorization)), new Set([undefined]))
})

test('a token that is sent in a header of its own does not go to another origin either', async () => {
  const seen: (string | undefined)[] = []
  const listening = async (answer: (response: ServerResponse) => void) => {
    const server = createServer(({ headers }, response) => {
      seen.push(headers['x-token'] as string | undefined)
      answer(response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }
  }
  const other = await listening((response) => response.end('other'))
  const api = await listening((response) => response.writeHead(302, { location: other.url }).end())
  const inHeader = (request: Request, { access_token }: { access_token: string }): Request => {
    request.headers.set('x-token', access_token)
    return request
  }
  try {
    const middleware = bearerMiddleware(source('good'), inHeader)
    const send = (request: Request): Promise<Response> => fetch(request)
    assert.equal(await (await middleware(new Request(api.url), send)).text(), 'other')
    assert.deepEqual(seen, ['good', undefined])
    assert.equal((await middleware(new Request(api.url, { method: 'POST', body: 'x' }), send)).status, 302)
    assert.deepEqual(seen, ['good', undefined, 'good'])
  } finally {
    for (const { server } of [other, api]) {
      server.closeAllConnections()
      server.close()
    }
  }
})
