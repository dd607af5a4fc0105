import assert from 'node:assert/strict'
import { test } from 'node:test'
import { firstSuccess, isOAuthError, OAuthError } from '@evergrant/core'

const fails = (name: string, error: unknown) => ({ name, run: () => Promise.reject(error) })
const refusal = (words: string, code: 'INVALID_CLIENT' | 'TOKEN_REQUEST_REFUSED' = 'TOKEN_REQUEST_REFUSED') =>
  new OAuthError(code, words, { error: 'invalid_request' })

test('[#19] the second way is tried once when the first fails, and both errors are told when both do', async () => {
  assert.equal(await firstSuccess([fails('v1', refusal('no v1')), { name: 'v2', run: async () => 'token' }]), 'token')
  const both = firstSuccess([fails('v1', refusal('no v1')), fails('v2', refusal('no v2', 'INVALID_CLIENT'))])
  await assert.rejects(both, (error) => {
    assert.ok(isOAuthError(error))
    assert.equal(error.code, 'INVALID_CLIENT')
    assert.match(error.message, /v1: no v1 \| v2: no v2/)
    assert.ok(error.cause instanceof AggregateError)
    assert.deepEqual(error.cause.errors.map(String), ['OAuthError: no v1', 'OAuthError: no v2'])
    return true
  })
})

test('[#20] what a person declined, what was aborted, and a mistake in the program are not tried in another way', async () => {
  for (const error of [
    new OAuthError('ACCESS_DENIED', 'declined'),
    new OAuthError('ABORTED', 'gave up'),
    new TypeError('a mistake'),
  ]) {
    let second = 0
    const ways = [fails('v1', error), { name: 'v2', run: async () => second++ }]
    await assert.rejects(firstSuccess(ways), (thrown) => thrown === error)
    assert.equal(second, 0)
  }
})
