import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import {
  beginAuthorization,
  type Client,
  callbackParameters,
  clientCredentialsFlow,
  defineClient,
  finishAuthorization,
  isOAuthError,
  memoryStore,
  resolveProvider,
  tokenSource,
} from '@evergrant/core'
import { startSandbox } from '@evergrant/sandbox'
import fc from 'fast-check'

const maxAnswer = 20_000
const secret = 'pLaNtEd-s3cr3t'

/** A token endpoint that answers as it is told, over a real socket. */
async function endpoint() {
  let answer: (response: ServerResponse) => void = (response) => response.end()
  const server = createServer((request, response) => {
    request.resume()
    response.on('error', () => undefined)
    answer(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const token_endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`
  const provider = resolveProvider({ id: 'acme', name: 'Acme', token_endpoint })
  const client = defineClient({ provider, client_id: 'job', client_secret: secret, http: { maxAnswer } })
  return {
    client,
    tell(next: typeof answer) {
      answer = next
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

/** A token, or a typed error that is short and holds no secret; whatever the provider said. */
async function tokenOrTypedError(client: Client): Promise<'token' | string> {
  try {
    const token = await tokenSource('job', { client, store: memoryStore(), flow: clientCredentialsFlow() }).token()
    assert.ok(token.access_token.length > 0)
    // It can be kept: JSON gives it back.
    assert.deepEqual(JSON.parse(JSON.stringify(token)), { ...token })
    return 'token'
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error
    assert.ok(isOAuthError(error), inspect(error))
    assert.ok(JSON.stringify(error).length < 6000, 'an error as long as the answer')
    assert.doesNotMatch(inspect(error, { depth: 9 }), /pLaNtEd/)
    return error.code
  } finally {
    assert.equal(Reflect.get({}, 'polluted'), undefined)
  }
}

const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le')
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')
const withBom = (text: string): Buffer => Buffer.from(`\ufeff${text}`)
const name = fc.constantFrom(
  'access_token', 'refresh_token', 'expires_in', 'expires_at', 'scope', 'token_type', 'id_token', 'error',
  'error_description', 'ok', '__proto__', 'constructor', 'polluted',
) // biome-ignore format: a word list
const pairs = fc.array(fc.tuple(name, fc.string({ unit: 'grapheme' })), { maxLength: 8 })

/** Answers with names that stand there several times, as JSON and as a form. */
const repeated = fc.oneof(
  pairs.map((all) => `{${all.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`),
  pairs.map((all) => all.map(([key, value]) => `${key}=${encodeURIComponent(value.toWellFormed())}`).join('&')),
  pairs.map((all) => all.map(([key, value]) => `${key}=${value}%`).join('&')),
)
const encoding = fc.constantFrom(utf16, latin1, withBom, (text: string) => Buffer.from(text))
const contentType = fc.constantFrom(
  'application/json', 'application/json; charset=utf-16', 'application/json;charset=iso-8859-1', 'text/html', '',
  'application/x-www-form-urlencoded; charset="nonsense', 'multipart/form-data', 'a/b; c', 'application/jwt',
) // biome-ignore format: a word list
const compression = fc.constantFrom('', 'gzip', 'wrongly gzip', 'br', 'identity', 'nonsense')

test('[#93] names that repeat, mixed encodings and broken compression give a token or a typed error, over a socket', async () => {
  await using it = await endpoint()
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.tuple(repeated, encoding).map(([text, as]) => as(text)),
        fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
      ),
      fc.constantFrom(200, 201, 204, 302, 400, 401, 429, 500, 503),
      contentType,
      compression,
      async (body, status, type, coding) => {
        it.tell((response) => {
          const named = coding === 'wrongly gzip' ? 'gzip' : coding
          const headers = { ...(type && { 'content-type': type }), ...(named && { 'content-encoding': named }) }
          response.writeHead(status, headers).end(coding === 'gzip' ? gzipSync(body) : body)
        })
        await tokenOrTypedError(it.client)
      },
    ),
    { numRuns: 300 },
  )
})

test('[#93] of an answer without end no more is read than allowed, also when it is compressed to almost nothing', async () => {
  await using it = await endpoint()
  let written = 0
  const closed: Promise<unknown>[] = []
  it.tell((response) => {
    closed.push(once(response, 'close'))
    response.writeHead(200, { 'content-type': 'application/json' })
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(16_384))) written += 16_384
      if (!response.destroyed) response.once('drain', more)
    }
    response.write('{"access_token":"')
    more()
  })
  assert.equal(await tokenOrTypedError(it.client), 'INVALID_ANSWER')
  // The connection is given up, so the endless writer comes to its end.
  await Promise.all(closed)
  assert.ok(written < 64 * 1_048_576, `${written} bytes were taken`)

  const bomb = gzipSync(`{"access_token":"${'a'.repeat(5_000_000)}"}`)
  assert.ok(bomb.length < maxAnswer)
  it.tell((response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb))
  assert.equal(await tokenOrTypedError(it.client), 'INVALID_ANSWER')
})

test('[#93] an answer of exactly the allowed size is read, of one byte more it is not', async () => {
  await using it = await endpoint()
  const sized = (size: number): string => `{"access_token":"a","x":"${'x'.repeat(size - 27)}"}`.padEnd(size)
  for (const [size, expected] of [
    [maxAnswer, 'token'],
    [maxAnswer + 1, 'INVALID_ANSWER'],
  ] as const) {
    it.tell((response) => response.end(sized(size)))
    assert.equal(await tokenOrTypedError(it.client), expected)
  }
})

test('[#35] callbacks with any parameters, repeated and wrongly encoded, end in a typed error and store nothing', async () => {
  const redirect_uri = 'https://app.example/cb'
  const app = { client_id: 'web', client_secret: secret, redirect_uris: [redirect_uri] }
  await using sandbox = await startSandbox({ clients: [app] })
  const provider = resolveProvider({ id: 'here', name: 'Here', issuer: sandbox.issuer })
  const client = defineClient({ provider, client_id: 'web', client_secret: secret })
  const store = memoryStore()
  const value = fc.oneof(
    fc.constantFrom(
      '',
      '%',
      '%zz',
      '%E9',
      '%ED%A0%80',
      '%00',
      '+',
      'a%2',
      '%F0%9F%98%80',
      '\u{1f600}',
      'STATE',
      'ISSUER',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
  )
  const parameter = fc.constantFrom(
    'code', 'state', 'iss', 'error', 'error_description', 'response', 'id_token', 'access_token', '__proto__',
    'constructor', 'session_state',
  ) // biome-ignore format: a word list
  const shape = fc.constantFrom('?', '#', 'form', 'pasted')
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(parameter, value), { maxLength: 6 }), shape, async (all, as) => {
      const { pending } = await beginAuthorization(client, { grant: 'alice', redirect_uri, scope: 'openid' })
      const known: Record<string, string> = { STATE: pending.state, ISSUER: encodeURIComponent(sandbox.issuer) }
      const query = all.map(([key, given]) => `${key}=${known[given] ?? given}`).join('&')
      const callback =
        as === 'form' ? new URLSearchParams(query) : as === 'pasted' ? `  "${query}"\n` : `${redirect_uri}${as}${query}`
      await assert.rejects(finishAuthorization(client, { callback, pending, store }), (error) => {
        assert.ok(isOAuthError(error), inspect(error))
        assert.ok(error.message.length < 3000)
        assert.doesNotMatch(inspect(error, { depth: 9 }), /pLaNtEd/)
        return true
      })
      assert.equal(await store.get('alice'), undefined)
      assert.equal(Reflect.get({}, 'code'), undefined)
    }),
    { numRuns: 400 },
  )
})

test('[#35] whichever parameter that decides stands there twice, in whatever place and form, the callback is refused', () => {
  const noise = fc.array(fc.tuple(fc.constantFrom('x', 'scope', 'session_state'), fc.string()), { maxLength: 4 })
  fc.assert(
    fc.property(
      fc.constantFrom('code', 'state', 'iss', 'error'),
      noise,
      fc.nat(6),
      fc.constantFrom('?', '#', ''),
      (doubled, others, at, mark) => {
        const all: [string, string][] = [['code', 'a'], ['state', 's'], ['iss', 'i'], ['error', 'e'], ...others]
        all.splice(at, 0, [doubled, 'again'])
        const query = new URLSearchParams(all).toString()
        assert.throws(() => callbackParameters(mark === '' ? query : `https://app.example/cb${mark}${query}`), {
          code: 'CALLBACK_INVALID',
        })
      },
    ),
  )
})

test('[#38] a callback of a megabyte, whatever fills it, is read or refused', () => {
  // Work that grows with the square of this would run into the test's time limit.
  for (const filler of ['a', '%41', '&x=', '?', '#', '"', ' ', '=']) {
    const long = filler.repeat(1_000_000 / filler.length)
    for (const callback of [`https://app.example/cb?code=a&state=s&x=${long}`, `code=a&state=s&x=${long}`, long]) {
      try {
        callbackParameters(callback)
      } catch (error) {
        assert.ok(isOAuthError(error) && error.code === 'CALLBACK_INVALID')
      }
    }
  }
})
