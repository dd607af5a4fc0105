import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { grant } from '@evergrant/core'
import { envStore } from '@evergrant/stores/env'
import { sampleGrant } from '../src/contract/sample-grant.ts'

const seed = { id: 'alice', provider: 'acme', client: 'my-program' }

test('[#111] a bare refresh token becomes the grant that the seed names', async () => {
  const store = envStore({ name: 'TOKEN', env: { TOKEN: ' r1\n' }, seed: { ...seed, requested_scope: 'mail' } })
  const found = await store.get('alice')
  assert.deepEqual(JSON.parse(JSON.stringify(found)), {
    ...seed,
    refresh_token: 'r1',
    requested_scope: 'mail',
    access: {},
    standing: { state: 'active', since: 0 },
    updated_at: 0,
    version: 1,
  })
  assert.doesNotMatch(inspect(found), /r1/)
  assert.equal(await store.get('bob'), undefined)
  assert.equal(store.traits.durable, false)
})

test('[#111] a grant as JSON is taken as it is, and the least that it needs is little', async () => {
  const whole = sampleGrant('bob', { refresh_token: 'r1', granted_scope: 'mail', version: 7 })
  const full = envStore({ name: 'GRANT', env: { GRANT: JSON.stringify(whole) } })
  assert.deepEqual(JSON.parse(JSON.stringify(await full.get('bob'))), {
    ...JSON.parse(JSON.stringify(whole)),
    version: 1,
  })
  const least = envStore({ name: 'GRANT', env: { GRANT: JSON.stringify({ ...seed, refresh_token: 'r1' }) } })
  assert.equal((await least.get('alice'))?.refresh_token, 'r1')
  const filled = envStore({ name: 'GRANT', env: { GRANT: '{"refresh_token":"r1"}' }, seed })
  assert.equal((await filled.get('alice'))?.provider, 'acme')
})

test('an unset or empty variable is an empty store', async () => {
  for (const env of [{}, { TOKEN: '' }, { TOKEN: undefined }, { OTHER: 'x' }]) {
    assert.equal(await envStore({ name: 'TOKEN', env, seed }).get('alice'), undefined)
  }
})

test('what cannot be read is named, and never shown', async () => {
  for (const [value, code, words] of [
    ['{"refresh_token": "very-secret', 'STORE_CORRUPT', /MY_GRANT/],
    ['{"refresh_token": "very-secret"}', 'STORE_CORRUPT', /MY_GRANT has no id/],
    ['{"id": "alice", "refresh_token": "very-secret"}', 'STORE_CORRUPT', /MY_GRANT has no provider/],
    ['very-secret', 'INVALID_ARGUMENT', /MY_GRANT.*bare refresh token/],
  ] as const) {
    const store = envStore({ name: 'MY_GRANT', env: { MY_GRANT: value } })
    for (let tries = 0; tries < 2; tries++) {
      await assert.rejects(store.get('alice'), (error: Error & { code?: string }) => {
        assert.equal(error.code, code)
        assert.match(error.message, words)
        assert.doesNotMatch(inspect(error, { depth: 9 }), /very-secret/)
        return true
      })
    }
  }
})

test('a refresh token that the provider replaced is kept in memory, with one warning', async () => {
  const warnings: string[] = []
  const env = { TOKEN: 'very-secret-1' }
  const store = envStore({ name: 'TOKEN', env, seed, onWarning: (message) => warnings.push(message) })
  let now = await store.get('alice')
  for (const refresh_token of ['very-secret-1', 'very-secret-2', 'very-secret-3']) {
    assert.ok(now)
    const stored = await store.put(grant({ ...now, refresh_token }), now.version)
    now = stored.ok ? stored.grant : undefined
  }
  assert.equal((await store.get('alice'))?.refresh_token, 'very-secret-3')
  assert.equal(env.TOKEN, 'very-secret-1')
  assert.equal(warnings.length, 1)
  assert.match(warnings[0] ?? '', /alice.*TOKEN/)
  assert.doesNotMatch(warnings.join(), /very-secret/)
})

test('other grants live beside the one from the variable, without a warning', async () => {
  const store = envStore({ name: 'TOKEN', env: { TOKEN: 'r1' }, seed, onWarning: () => assert.fail() })
  assert.ok((await store.put(sampleGrant('bob', { refresh_token: 'r9' }), 0)).ok)
  assert.equal((await store.get('alice'))?.refresh_token, 'r1')
})
