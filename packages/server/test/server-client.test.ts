/** The example in `examples/server-client`, with the client that was generated from the server's OpenAPI document. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { createClient } from '../../../examples/server-client/generated/client.ts'
import { accountAt, connected, Scene, sandboxOf } from './support/scene.ts'

const PROGRAM = join(import.meta.dirname, '../../../examples/server-client/follow-tokens.ts')

test('the generated client signs in by an API key, lists accounts, and gets tokens and problems with their types', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, connection, account, key } = await connected(scene, sandbox)
  const empty = await accountAt(connection, admin)
  const client = createClient({ baseUrl: scene.server.url, auth: { apiKey: { token: key } } })
  const listed = await client.GET('/v1/accounts')
  assert.deepEqual(listed.data?.accounts.map(({ id }) => id).sort(), [account, empty].sort())
  const params = { path: { id: account } }
  const { data: token } = await client.POST('/v1/accounts/{id}/token', { params, body: { scopes: ['mail.read'] } })
  assert.equal(token?.account, account)
  const known = { 'if-none-match': `"${token?.generation}"` }
  const query = { scope: 'mail.read' }
  const same = await client.GET('/v1/accounts/{id}/token', { params: { ...params, query }, headers: known })
  assert.equal(same.response.status, 304)
  const { data: batch } = await client.POST('/v1/tokens', { body: { requests: [{ account }, { account: empty }] } })
  assert.ok(batch?.results[0]?.token?.access_token)
  assert.equal(batch.results[1]?.problem?.class, 'consent')
  const { error, response } = await client.POST('/v1/accounts/{id}/token', {
    params: { path: { id: empty } },
    body: {},
  })
  assert.equal(response.headers.get('content-type'), 'application/problem+json; charset=utf-8')
  assert.equal(error?.reconnect_url, `${scene.server.url}/accounts/${empty}`)
  const unknown = createClient({ baseUrl: scene.server.url, auth: { apiKey: { token: 'egk_wrong' } } })
  assert.equal((await unknown.GET('/v1/accounts')).error?.code, 'API_KEY_INVALID')
})

test('the example follows the tokens of its accounts, and prints none of them', { timeout: 600_000 }, async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, account, key, program } = await connected(scene, sandbox)
  const env = { PATH: process.env['PATH'], EVERGRANT_URL: scene.server.url, EVERGRANT_API_KEY: key }
  const child = spawn(process.execPath, ['--conditions=source', PROGRAM], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const lines: string[] = []
    const reading = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const until = async (words: string): Promise<void> => {
      for (;;) {
        const { value, done } = await reading.next()
        assert.ok(!done, `the program ended before it said ${words}: ${lines.join('\n')}`)
        lines.push(value)
        if (value.includes(words)) return
      }
    }
    const first = (await program(account)).json
    await until(`(${account}): ok`)
    await until(`${account} token ${first.generation}`)
    assert.equal((await admin.post(`/v1/accounts/${account}/refresh`)).status, 200)
    const second = (await program(account)).json
    assert.notEqual(second.generation, first.generation)
    await until(`${account} token ${second.generation}`)
    for (const { access_token } of [first, second]) assert.ok(!lines.join('\n').includes(access_token))
  } finally {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
})
