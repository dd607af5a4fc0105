import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LookFacts, nextLook } from '../src/jobs/next-look.ts'
import { lookAgain, takeDue } from '../src/jobs/plan.ts'
import { accountAt, connect, connectionTo, Scene, sandboxOf } from './support/scene.ts'

const now = 1_000_000
const grant = { state: 'active', refreshable: true, due: now + 500, nextAttempt: null, updated: now - 100 } as const
const facts: LookFacts = { paused: false, lastUsed: now - 60, grant, idle: 400_000 }

test('when an account is looked at again follows from its use, its standing and its provider', () => {
  const cases: readonly (readonly [string, Partial<LookFacts>, number | null])[] = [
    ['in use: when its token is due', {}, now + 500],
    ['never used: a quarter of what the provider allows', { lastUsed: null }, now - 100 + 100_000],
    ['not used for long: the same', { lastUsed: now - 7 * 3600 }, now - 100 + 100_000],
    ['not used, and the provider does not mind', { lastUsed: null, idle: undefined }, null],
    ['paused', { paused: true }, null],
    ['never connected', { grant: undefined }, null],
    ['ended', { grant: { ...grant, state: 'revoked' } }, null],
    ['cannot renew itself', { grant: { ...grant, refreshable: false } }, null],
    ['in trouble: at its next attempt', { grant: { ...grant, state: 'failing', nextAttempt: now + 30 } }, now + 30],
    ['in use, with a token that does not end', { grant: { ...grant, due: null } }, null],
  ]
  for (const [name, change, expected] of cases) assert.equal(nextLook({ ...facts, ...change }, now), expected, name)
})

test('what one server took to renew another does not take, until the first had time enough for it', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const admin = await scene.admin()
  const connection = await connectionTo(sandbox, admin)
  const ids: string[] = []
  for (const username of ['a', 'b', 'c', 'd', 'e']) {
    const id = await accountAt(connection, admin)
    await connect(id, sandbox, admin, `${username}@example.test`)
    ids.push(id)
  }
  const [one, other] = [await scene.tables(), await scene.tables()]
  try {
    const at = scene.clock.now()
    await lookAgain(one, new Map(ids.map((id, index) => [id, at - 10 + index])))
    const first = await takeDue(one, at, 2)
    assert.deepEqual(new Set(first.map(({ id }) => id)), new Set(ids.slice(0, 2)), 'the earliest')
    assert.deepEqual([first[0]?.grant?.state, first[0]?.grant?.refreshable], ['active', true])
    const rest = await Promise.all([takeDue(one, at, 2), takeDue(other, at, 2)])
    const taken = rest.flat().map(({ id }) => id)
    assert.deepEqual(new Set(taken), new Set(ids.slice(2)))
    assert.equal(taken.length, 3, 'each by one')
    assert.deepEqual(await takeDue(other, at + 60, 9), [])
    assert.equal((await takeDue(other, at + 120, 9)).length, 5)
    await lookAgain(one, new Map(ids.map((id, index) => [id, index === 0 ? 0 : null])))
    assert.deepEqual(
      (await takeDue(other, at + 9000, 9)).map(({ id }) => id),
      ids.slice(0, 1),
    )
  } finally {
    await one.destroy()
    await other.destroy()
  }
})
