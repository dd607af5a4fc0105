import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connected, Scene, sandboxOf } from '../../server/test/support/scene.ts'
import { home } from './command-line.ts'

test('[#62] token --server prints the token of an account that a connection server keeps, renewed when it has ended', async () => {
  await using at = await home()
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { account, key } = await connected(scene, sandbox)
  const args = ['token', '--server', scene.server.url, '--account', account]
  const env = { EVERGRANT_API_KEY: key }

  const first = await at.run(args, { env })
  assert.equal(first.code, 0, first.stderr)
  assert.equal(first.stderr, '')
  scene.clock.advance(3600)
  const second = await at.run([...args, '--json'], { env })
  assert.equal(second.code, 0, second.stderr)
  const answer = JSON.parse(second.stdout)
  assert.equal(answer.account, account)
  assert.notEqual(answer.access_token, first.stdout.trim())
  const echo = await fetch(`${sandbox.url}/api/echo`, { headers: { authorization: `Bearer ${answer.access_token}` } })
  assert.equal(echo.status, 200)

  await sandbox.revokeGrant(sandbox.families()[0]?.id ?? '')
  scene.clock.advance(3600)
  const ended = await at.run(args, { env })
  assert.equal(ended.code, 3, ended.stderr)
  assert.equal(ended.stdout, '')
})

test('token --server says what is missing or wrong, and never shows the API key', async () => {
  await using at = await home()
  await using scene = await Scene.begin()
  const server = ['token', '--server', scene.server.url]
  const env = { EVERGRANT_API_KEY: 'eg_not-a-key-that-anybody-made' }
  const cases: [string[], Record<string, string>, number, RegExp][] = [
    [[...server, '--account', 'x'], {}, 2, /EVERGRANT_API_KEY/],
    [server, env, 2, /--account/],
    [['token', '--account', 'x'], env, 2, /--server/],
    [[...server, '--account', 'x', '--store', 'file:./g.json'], env, 2, /--store/],
    [['token', '--server', 'http://evergrant.example', '--account', 'x'], env, 2, /plain http/],
    [['token', '--server', 'http://127.0.0.1:9', '--account', 'x'], env, 1, /could not be reached/],
    [[...server, '--account', 'x', '--verbose'], env, 2, /API key/],
  ]
  for (const [args, variables, code, words] of cases) {
    const ran = await at.run(args, { env: variables })
    assert.equal(ran.code, code, `${args.join(' ')}: ${ran.stderr}`)
    assert.match(ran.stderr, words)
    assert.equal(ran.stdout, '')
    assert.ok(!ran.stderr.includes('not-a-key-that'), ran.stderr)
  }
})
