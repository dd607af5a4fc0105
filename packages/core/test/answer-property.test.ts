import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readAnswer } from '../src/answer/answer-body.ts'
import { tokenAnswer } from '../src/answer/token-answer.ts'
import { isOAuthError } from '../src/errors.ts'

const limit = 10_000
const provider = { id: 'acme', name: 'Acme' }
const status = fc.constantFrom(200, 201, 302, 400, 401, 404, 408, 429, 500, 503)
const type = fc.constantFrom('application/json', 'text/html', 'text/plain', 'application/x-www-form-urlencoded', '')

async function onlyTypedErrors(body: Uint8Array | string, code: number, contentType: string): Promise<void> {
  const response = new Response(typeof body === 'string' ? body : new Uint8Array(body), {
    status: code,
    headers: contentType === '' ? {} : { 'content-type': contentType },
  })
  try {
    const answer = tokenAnswer(await readAnswer(response, limit, 0), 0, provider)
    assert.equal(typeof answer.access_token, 'string')
    assert.notEqual(answer.access_token, '')
    assert.equal(Object.getPrototypeOf(answer.raw), Object.prototype)
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error
    assert.ok(isOAuthError(error), String(error))
    assert.ok(error.message.length < 2000, `a message of ${error.message.length} characters`)
    assert.ok(JSON.stringify(error).length < 5000)
  }
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
}

test('[#93] any bytes at all give an answer or a typed error', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2 * limit }), status, type, (body, code, contentType) =>
      onlyTypedErrors(body, code, contentType),
    ),
    { numRuns: 300 },
  )
})

const field = fc.constantFrom(
  'access_token', 'refresh_token', 'expires_in', 'expires', 'expires_at', 'expires_on', 'scope', 'token_type',
  'id_token', 'error', 'error_description', 'message', 'ok', '__proto__', 'constructor', 'prototype', 'toString',
) // biome-ignore format: a word list

test('[#93] any JSON under the names that matter gives an answer or a typed error, whole or cut off', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(field, fc.jsonValue({ maxDepth: 3 })), { maxLength: 12 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      status,
      type,
      async (fields, cut, code, contentType) => {
        const members = fields.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
        const text = `{${members.join(',')}}`
        await onlyTypedErrors(text, code, contentType)
        await onlyTypedErrors(text.slice(0, Math.floor(text.length * cut)), code, contentType)
      },
    ),
    { numRuns: 400 },
  )
})

test('a field cannot reach the prototype of anything', async () => {
  const hostile = '{"access_token":"a","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'
  const answer = tokenAnswer(await readAnswer(new Response(hostile), limit, 0), 0, provider)
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
  assert.deepEqual(answer.raw, {})
})

test('an answer nested so deep that it could not be written to a store is refused', async () => {
  const deep = `{"access_token":"a","x":${'['.repeat(400_000)}${']'.repeat(400_000)}}`
  const body = await readAnswer(new Response(deep), 1_000_000, 0)
  assert.throws(() => tokenAnswer(body, 0, provider), { code: 'INVALID_ANSWER' })
})
