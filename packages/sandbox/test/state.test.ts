import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SandboxState } from '@evergrant/sandbox'
import { codeFor, consented, echo, redeem, refresh, sandboxAt } from './support.ts'

/** Keeps the state as text, as a file would. */
function keeper() {
  let text: string | undefined
  let saves = 0
  return {
    load: (): SandboxState | undefined => (text === undefined ? undefined : JSON.parse(text)),
    save: (state: SandboxState): void => {
      text = JSON.stringify(state)
      saves += 1
    },
    get saves() {
      return saves
    },
  }
}

test('a sandbox that keeps its state honours grants, tokens and signatures after a restart', async () => {
  const state = keeper()
  await using first = await sandboxAt({ state })
  const before = await consented(first, { scope: 'openid mail.read', login_hint: 'carol@example.test' })
  const rotated = await refresh(first, before.refresh)
  const keys = await (await fetch(`${first.url}/jwks`)).json()
  await first.close()

  await using second = await sandboxAt({ state })
  assert.deepEqual(await (await fetch(`${second.url}/jwks`)).json(), keys)
  assert.equal((await echo(second, before.access)).json.username, 'carol@example.test')
  const next = await refresh(second, rotated.json.refresh_token ?? '')
  assert.equal(next.status, 200)
  assert.equal(second.families()[0]?.generation, 3)
  assert.equal((await refresh(second, before.refresh)).json.error, 'invalid_grant')
  assert.equal(second.families()[0]?.alive, false)

  await second.close()
  await using third = await sandboxAt({ state })
  assert.equal(third.families()[0]?.alive, false)
  assert.equal((await echo(third, next.json.access_token ?? '')).status, 401)
})

test('a grant that the person took back, and a new signing key, are kept as well', async () => {
  const state = keeper()
  await using first = await sandboxAt({ state })
  const { refresh: token } = await consented(first, { scope: 'openid' })
  await first.rotateKeys()
  await first.revokeGrant('alice')
  await using second = await sandboxAt({ state })
  assert.equal((await refresh(second, token)).json.error, 'invalid_grant')
  const { keys } = (await (await fetch(`${second.url}/jwks`)).json()) as { keys: unknown[] }
  assert.equal(keys.length, 2)
})

test('the state is kept before the answer leaves', async () => {
  const state = keeper()
  await using sandbox = await sandboxAt({ state })
  const { refresh: token } = await consented(sandbox)
  const held = sandbox.hold({ match: { grant_type: 'refresh_token' } })
  const pending = refresh(sandbox, token)
  await held.arrived
  assert.equal(state.saves, 2)
  assert.equal(state.load()?.refresh.families[0]?.generation, 2)
  held.release()
  await pending
})

test('a state that cannot be kept is a server_error, not a token that would be forgotten', async () => {
  const save = (): never => {
    throw new Error('disk full')
  }
  await using sandbox = await sandboxAt({ state: { load: () => undefined, save } })
  const { status, json } = await redeem(sandbox, await codeFor(sandbox))
  assert.deepEqual([status, json.error, json.access_token], [500, 'server_error', undefined])
})
