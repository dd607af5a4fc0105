import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startSandbox } from '@evergrant/sandbox'
import { main } from '@evergrant/server/main'
import { connected, Scene } from './support/scene.ts'

test('[#119] two servers on one database spend a refresh token once between them', async () => {
  await using scene = await Scene.begin({ surroundings: { clock: undefined } })
  await using sandbox = await startSandbox()
  const { account, key, program } = await connected(scene, sandbox)
  const env = { EVERGRANT_PORT: '0', EVERGRANT_DATA_DIR: join(scene.dir, 'data'), EVERGRANT_SANDBOX: 'off' }
  await using second = await main({ ...env, EVERGRANT_LOG_LEVEL: 'silent' }, { signals: false, say: () => {} })
  const ask = async (url: string, rejected: string) => {
    const response = await fetch(`${url}/v1/accounts/${account}/token`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ rejected }),
    })
    assert.equal(response.status, 200)
    return ((await response.json()) as { access_token: string }).access_token
  }
  for (let round = 1; round <= 5; round++) {
    const { access_token } = (await program(account)).json
    const urls = Array.from({ length: 20 }, (_, index) => (index % 2 ? scene.server.url : second.url))
    const answers = await Promise.all(urls.map((url) => ask(url, access_token)))
    assert.equal(new Set(answers).size, 1)
    assert.equal(sandbox.journal.count({ grant_type: 'refresh_token' }), round)
  }
  assert.ok(sandbox.families().every(({ alive }) => alive))
})

test('two servers that start at the same moment on a new folder share one key and one schema', async () => {
  await using scene = await Scene.begin()
  const dir = join(scene.dir, 'fresh')
  const env = { EVERGRANT_PORT: '0', EVERGRANT_DATA_DIR: dir, EVERGRANT_SANDBOX: 'off', EVERGRANT_LOG_LEVEL: 'silent' }
  const begun = await Promise.all([1, 2, 3].map(() => main(env, { signals: false, say: () => {} })))
  for (const server of begun) assert.equal((await fetch(`${server.url}/readyz`)).status, 200)
  await Promise.all(begun.map((server) => server.close()))
  const again = await main(env, { signals: false, say: () => {} })
  await again.close()
})
