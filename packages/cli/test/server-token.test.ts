import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { accountAt, connected, PASSWORD, Scene, sandboxOf } from '../../server/test/support/scene.ts'
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
  ]
  for (const [args, variables, code, words] of cases) {
    const ran = await at.run(args, { env: variables })
    assert.equal(ran.code, code, `${args.join(' ')}: ${ran.stderr}`)
    assert.match(ran.stderr, words)
    assert.match(ran.stderr, /^ {2}who +\S/m)
    assert.equal(ran.stdout, '')
    assert.ok(!ran.stderr.includes('not-a-key-that'), ran.stderr)
  }
})

test('[#128] what a server refuses keeps its code, and says who has to act', async () => {
  await using at = await home()
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { account, key, admin, connection } = await connected(scene, sandbox)
  const other = await accountAt(connection, admin)
  const narrow = await admin.post('/v1/api-keys', { name: 'one account only', accounts: [other], password: PASSWORD })
  const asked = async (id: string, apiKey: string) => {
    const args = ['token', '--server', scene.server.url, '--account', id]
    const env = { EVERGRANT_API_KEY: apiKey }
    const [words, json] = [await at.run(args, { env }), await at.run([...args, '--json'], { env })]
    assert.equal(words.stdout + json.stdout, '')
    assert.ok(!words.stderr.includes(apiKey) && !json.stderr.includes(apiKey))
    return { code: words.code, who: /^ {2}who +(.*)$/m.exec(words.stderr)?.[1], json: JSON.parse(json.stderr) }
  }

  const unknown = await asked('nobody', key)
  assert.deepEqual([unknown.code, unknown.json.code, unknown.who], [2, 'NOT_FOUND', 'whoever wrote the command'])
  const wrong = await asked(account, 'eg_not-a-key-that-anybody-made')
  assert.deepEqual([wrong.code, wrong.json.code, wrong.who], [2, 'API_KEY_INVALID', 'whoever wrote the command'])
  assert.ok(wrong.json.request_id)
  const elsewhere = await asked(account, narrow.json.key)
  const administrator = 'an administrator of the Evergrant server'
  assert.deepEqual([elsewhere.code, elsewhere.json.code, elsewhere.who], [2, 'API_KEY_SCOPE', administrator])
  const never = await asked(other, key)
  assert.deepEqual([never.code, never.json.exit_code, never.who], [3, 3, 'the person whose account it is'])

  await admin.patch(`/v1/accounts/${account}`, { paused: true })
  const paused = await asked(account, key)
  assert.deepEqual([paused.code, paused.json.code, paused.who], [1, 'ACCOUNT_PAUSED', administrator])
  assert.match(paused.json.advice, /Resume/)
  await admin.patch(`/v1/accounts/${account}`, { paused: false })

  scene.clock.advance(4000)
  sandbox.fault({ match: { endpoint: 'token' }, retryAfter: 120, times: 9 })
  const busy = await asked(account, key)
  assert.deepEqual([busy.code, busy.json.code, busy.who], [1, 'RATE_LIMITED', 'the provider'])
  assert.ok(busy.json.retryAfter > 0 && busy.json.retryAfter <= 120, JSON.stringify(busy.json))
})

test('token --server tells a proxy that throttles from a place where no Evergrant server is', async () => {
  await using at = await home()
  for (const [status, code, exit] of [
    [429, 'SERVER_UNAVAILABLE', 1],
    [502, 'SERVER_UNAVAILABLE', 1],
    [404, 'NOT_A_SERVER', 2],
    [200, 'NOT_A_SERVER', 2],
  ] as const) {
    const proxy = createServer((_request, response) => {
      response.writeHead(status, { 'retry-after': '30', 'content-type': 'text/html' }).end('<h1>No</h1>')
    }).listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    const env = { EVERGRANT_API_KEY: 'eg_a-key-of-this-test' }
    const ran = await at.run(['token', '--server', url, '--account', 'x', '--json'], { env })
    proxy.close()
    const { code: said, exit_code, who } = JSON.parse(ran.stderr)
    assert.deepEqual([said, exit_code, ran.code], [code, exit, exit])
    assert.ok(who)
    if (status === 429) assert.match(ran.stderr, /in 30 s/)
  }
})
