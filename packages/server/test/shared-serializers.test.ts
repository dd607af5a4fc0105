import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sharedSerializers } from '../src/shared-serializers.ts'

test('a schema that many routes answer with is compiled once, and says what Fastify says by itself', async () => {
  const compile = await sharedSerializers()
  const problem = { type: 'object', properties: { code: { type: 'string' } }, required: ['code'] }
  const route = { method: 'GET', url: '/a', httpStatus: '404', schema: problem }
  const first = compile(route)
  assert.equal(compile({ ...route, url: '/b', httpStatus: '409' }), first)
  assert.equal(first({ code: 'X', secret: 'not in the schema' }), '{"code":"X"}')
  assert.throws(() => first({}), /"code" is required/)

  const other = compile({ ...route, schema: { type: 'string' } })
  assert.equal(other('text'), '"text"')
  assert.notEqual(other, first)
  // Each server has its own.
  assert.notEqual((await sharedSerializers())(route), first)
})
