import assert from 'node:assert/strict'
import type { Grant, GrantQuery, GrantStore } from '@evergrant/core'
import { all } from '../src/contract/calls.ts'
import { sampleGrant } from '../src/contract/sample-grant.ts'

/** So many grants, every due date three times, so that pages end inside of equal ones. */
export function manyGrants(count: number): Grant[] {
  return Array.from({ length: count }, (_, n) => {
    const token = { access_token: 'x', token_type: 'Bearer', expires_at: 1000 + Math.floor(n / 3), raw: {} }
    return sampleGrant(`g${String(n).padStart(5, '0')}`, { access: { '': token } })
  })
}

/** Lists of more than one page are whole, in order and without repetition. The store has {@link manyGrants}. */
export async function assertWholeLists(store: GrantStore, count: number): Promise<void> {
  const ids = async (query: GrantQuery): Promise<string[]> => (await all(store.list(query))).map(({ id }) => id)
  const whole = await ids({})
  assert.equal(whole.length, count)
  assert.deepEqual(whole, [...whole].sort())
  assert.deepEqual(await ids({ dueBefore: 9999 }), whole)
  for (const limit of [count - 1, 500])
    assert.deepEqual(await ids({ dueBefore: 9999, limit }), whole.slice(0, limit), `${limit} of them`)
  assert.deepEqual(await ids({ limit: 500 }), whole.slice(0, 500))
}
