import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { isOAuthError, type OAuthError } from '@evergrant/core'
import { person } from '@evergrant/sandbox'
import { main } from '@evergrant/server/main'
import { connected, consentUrl, Scene, sandboxOf } from './support/scene.ts'

test('health, readiness and the description are there for everybody, metrics for this machine, and none tells a secret', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { account, program, admin } = await connected(scene, sandbox)
  await program(account)
  scene.clock.advance(4000)
  await program(account)
  await program('nobody')
  await new Promise((done) => setTimeout(done, 10))
  const stranger = scene.browser()
  assert.equal((await stranger.get('/healthz')).status, 200)
  assert.equal((await stranger.get('/readyz')).status, 200)
  const { text } = await stranger.get('/metrics')
  assert.match(text, /evergrant_refreshes_total\{outcome="ok",code=""\} 1/)
  assert.match(text, /evergrant_token_requests_total\{outcome="ok",code=""\} 2/)
  assert.match(text, /evergrant_token_requests_total\{outcome="refused",code="NOT_FOUND"\} 1/)
  assert.match(text, /evergrant_accounts\{state="ok"\} 1/)
  assert.ok(!text.includes(account) && !text.includes('alice'))
  const { json } = await stranger.get('/openapi.json')
  assert.equal(json.openapi, '3.1.0')
  assert.ok(json.paths['/v1/accounts/{id}/token'].post.requestBody)
  assert.ok(admin)
})

test('the embedded sandbox is ready to connect on the first start, and its accounts outlive a restart', async () => {
  await using scene = await Scene.begin({ env: { EVERGRANT_SANDBOX: 'on' }, surroundings: { clock: undefined } })
  const admin = await scene.admin()
  assert.equal((await admin.get('/v1/session')).json.sandbox, true)
  const [connection] = (await admin.get('/v1/connections')).json.connections
  assert.equal(connection.name, 'Sandbox')
  assert.equal((await admin.post(`/v1/connections/${connection.id}/check`)).json.ok, true)
  const account = (await admin.post('/v1/accounts', { connection: connection.id })).json.id
  const callback = await person.approve(await consentUrl(account, admin), { username: 'bob' })
  assert.equal((await admin.visit(callback)).status, 200)
  assert.equal((await admin.post(`/v1/accounts/${account}/test`)).json.ok, true)
  await scene.stop()
  await scene.start()
  const refreshed = await admin.post(`/v1/accounts/${account}/refresh`)
  assert.equal(refreshed.json.state, 'ok', refreshed.text)
  assert.equal((await admin.get('/v1/connections')).json.connections.length, 1, 'it is not made again')
})

test('the sandbox stays off at an address that others reach', async () => {
  const env = { EVERGRANT_PUBLIC_URL: 'https://example.com', EVERGRANT_HOST: '127.0.0.1', EVERGRANT_SANDBOX: 'on' }
  await using scene = await Scene.begin({ env })
  assert.ok(scene.said.some((line) => line.includes('sandbox stays off')))
  assert.equal((await fetch(`${scene.server.listening}/sandbox/.well-known/openid-configuration`)).status, 404)
})

test('the built page is served for every navigation under a strict policy, its files with their names for ever', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'evergrant-page-'))
  try {
    await mkdir(join(folder, 'assets'))
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>The page</title>')
    await writeFile(join(folder, 'assets/main-abc.js'), 'export {}')
    await using scene = await Scene.begin({ surroundings: { page: folder } })
    const browser = scene.browser()
    for (const path of ['/', '/accounts/x/connect', '/setup']) {
      const { status, text, headers } = await browser.visit(scene.server.url + path)
      assert.equal(status, 200, path)
      assert.match(text, /The page/)
      assert.equal(headers.get('cache-control'), 'no-cache')
      const policy = headers.get('content-security-policy') ?? ''
      assert.match(policy, /default-src 'none'; script-src 'self';/)
      assert.match(policy, /frame-ancestors 'none'/)
    }
    await writeFile(join(folder, '../evergrant-secret.txt'), 'outside')
    for (const path of [
      '/../evergrant-secret.txt',
      '/..%2fevergrant-secret.txt',
      '/assets/..%5c..%5cevergrant-secret.txt',
    ])
      assert.ok(!(await browser.get(path)).text.includes('outside'), path)
    const script = await browser.get('/assets/main-abc.js')
    assert.match(script.headers.get('cache-control') ?? '', /immutable/)
    for (const path of ['/assets/gone.js', '/v1/nothing', '/sandbox/x']) {
      assert.equal((await browser.visit(scene.server.url + path)).status, 404, path)
    }
  } finally {
    await rm(folder, { recursive: true })
    await rm(join(folder, '../evergrant-secret.txt'), { force: true })
  }
})

test('without a page the server works and says how to build one', async () => {
  await using scene = await Scene.begin({ surroundings: { page: '/nowhere' } })
  const { status, text } = await scene.browser().visit(`${scene.server.url}/`)
  assert.equal(status, 503)
  assert.match(text, /npm run build:web/)
})

test('settings that cannot be are refused with the name of the variable, and are the operator’s to mend', async () => {
  for (const [env, words] of [
    [{ EVERGRANT_PORT: 'many' }, /EVERGRANT_PORT is "many"/],
    [{ EVERGRANT_PUBLIC_URL: 'http://example.com' }, /plain http/],
    [{ EVERGRANT_PUBLIC_URL: 'example.com' }, /EVERGRANT_PUBLIC_URL/],
    [{ EVERGRANT_SANDBOX: 'perhaps' }, /EVERGRANT_SANDBOX/],
    [{ EVERGRANT_KEY: 'a passphrase' }, /EVERGRANT_KEY must be 32 random bytes/],
    [{ EVERGRANT_KEY_FILE: '/nowhere/key' }, /EVERGRANT_KEY_FILE: There is no sealing key at \/nowhere\/key/],
    [{ DATABASE_URL: 'mysql://ada:secret@x/y' }, /^DATABASE_URL cannot be used: it should be like postgresql:/],
    [{ EVERGRANT_SANDBOX_TOKEN_LIFETIME: '5' }, /EVERGRANT_SANDBOX_TOKEN_LIFETIME is "5".* seconds from 10/],
    [{ EVERGRANT_METRICS_TOKEN: 'short' }, /EVERGRANT_METRICS_TOKEN cannot be used: it should be 16 or more/],
    [{ EVERGRANT_SHUTDOWN_DELAY: 'long' }, /EVERGRANT_SHUTDOWN_DELAY is "long".* seconds from 0 to 300/],
    [{ EVERGRANT_PORT: ' ' }, /EVERGRANT_PORT is " "/],
    [{ EVERGRANT_PORT: '0x50' }, /EVERGRANT_PORT is "0x50"/],
    [{ EVERGRANT_PORT: '70000' }, /EVERGRANT_PORT is "70000"/],
    [{ EVERGRANT_HOST: '127.0.0.1:8080' }, /EVERGRANT_HOST is .*without a port/],
    [{ EVERGRANT_HOST: '999.1.1.1' }, /EVERGRANT_HOST is "999\.1\.1\.1"/],
    [{ EVERGRANT_HOST: ' ' }, /EVERGRANT_HOST is " "/],
    // RFC 5737 §3: an address for documentation, which no machine has.
    [{ EVERGRANT_HOST: '192.0.2.1' }, /EVERGRANT_HOST: .* this machine has no such address/],
    [{ EVERGRANT_TRUST_PROXY: 'my-proxy' }, /EVERGRANT_TRUST_PROXY is "my-proxy".* such as 10\.0\.0\.0\/8/],
    [{ EVERGRANT_TRUST_PROXY: '10.0.0.0/64' }, /EVERGRANT_TRUST_PROXY/],
    [{ EVERGRANT_TRUST_PROXY: 'true' }, /EVERGRANT_TRUST_PROXY/],
    [{ EVERGRANT_DATA_DIR: ' ' }, /EVERGRANT_DATA_DIR is " "/],
    [{ EVERGRANT_DATA_DIR: import.meta.filename }, /EVERGRANT_DATA_DIR.* a file is in the way/],
    [{ EVERGRANT_DATA_DIR: join(import.meta.filename, 'data') }, /EVERGRANT_DATA_DIR.* a file is in the way/],
  ] as const) {
    const folder = await mkdtemp(join(tmpdir(), 'evergrant-settings-'))
    const all = { EVERGRANT_PORT: '0', EVERGRANT_DATA_DIR: folder, EVERGRANT_LOG_LEVEL: 'silent', ...env }
    await assert.rejects(main(all, { signals: false, say: () => {} }), (error: OAuthError) => {
      assert.match(error.message, words)
      assert.deepEqual([error.code, error.who], ['INVALID_SETTING', 'operator'])
      return true
    })
    await rm(folder, { recursive: true })
  }
})

test('a data folder where nothing can be made is said so at once', { skip: !existsSync('/proc/self') }, async () => {
  for (const folder of ['/proc/foo', '/proc/foo/bar', '/proc', '/sys/data']) {
    const env = { EVERGRANT_PORT: '0', EVERGRANT_DATA_DIR: folder, EVERGRANT_LOG_LEVEL: 'silent' }
    await assert.rejects(main(env, { signals: false, say: () => {} }), (error) => {
      assert.ok(isOAuthError(error))
      assert.equal(error.code, 'INVALID_SETTING')
      assert.ok(error.message.startsWith(`EVERGRANT_DATA_DIR is "${folder}"`), error.message)
      return true
    })
  }
})

test('proxies that can be trusted are named by address, network or kind', async () => {
  const list = '10.0.0.0/8, 192.0.2.7,fd00::/8 ,loopback,linklocal, uniquelocal'
  await using scene = await Scene.begin({ env: { EVERGRANT_TRUST_PROXY: list } })
  assert.equal((await scene.browser().get('/healthz')).status, 200)
})

test('a server that is stopping says so before it refuses anybody', async () => {
  await using scene = await Scene.begin({ env: { EVERGRANT_SHUTDOWN_DELAY: '5' } })
  const { url } = scene.server
  assert.equal((await fetch(`${url}/readyz`)).status, 200)
  const stopped = scene.stop()
  const answer = await fetch(`${url}/readyz`)
  assert.deepEqual([answer.status, await answer.json()], [503, { status: 'stopping' }])
  assert.equal((await fetch(`${url}/healthz`)).status, 200, 'it still answers')
  scene.clock.advance(6)
  await stopped
  await assert.rejects(fetch(`${url}/healthz`))
})

test('a port that is taken is said so, and nothing stays open', async () => {
  await using scene = await Scene.begin()
  const { port } = new URL(scene.server.url)
  const env = { EVERGRANT_PORT: port, EVERGRANT_DATA_DIR: join(scene.dir, 'second'), EVERGRANT_LOG_LEVEL: 'silent' }
  await assert.rejects(main(env, { signals: false, say: () => {} }), /something else listens there/)
})

test('a password in an address that cannot be used is not repeated', async () => {
  const env = { EVERGRANT_PUBLIC_URL: 'https://ada:very-secret@evergrant.example', EVERGRANT_LOG_LEVEL: 'silent' }
  await assert.rejects(main(env, { signals: false, say: () => {} }), (error: OAuthError) => {
    assert.match(error.message, /EVERGRANT_PUBLIC_URL is "https:\/\/…@evergrant\.example"/)
    assert.doesNotMatch(String(error), /very-secret/)
    return true
  })
})

test('a sealing key that got lost is said so, and no new one takes its place', async () => {
  await using scene = await Scene.begin()
  await scene.stop()
  const key = join(scene.dir, 'data', 'key')
  await rm(key)
  const env = { EVERGRANT_PORT: '0', EVERGRANT_DATA_DIR: join(scene.dir, 'data'), EVERGRANT_LOG_LEVEL: 'silent' }
  const words = /There is no sealing key.* Bring the file back from a backup/
  await assert.rejects(main(env, { signals: false, say: () => {} }), words)
  assert.equal(existsSync(key), false)
})

test('the wrong sealing key is an error about the key, and destroys nothing', async () => {
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { account, key } = await connected(scene, sandbox)
  await scene.stop()
  const env = {
    EVERGRANT_PORT: '0',
    EVERGRANT_DATA_DIR: join(scene.dir, 'data'),
    EVERGRANT_KEY: Buffer.alloc(32, 7).toString('base64'),
    EVERGRANT_LOG_LEVEL: 'silent',
    EVERGRANT_SANDBOX: 'off',
  }
  await assert.rejects(main(env, { clock: scene.clock, signals: false, say: () => {} }), (error: Error) => {
    assert.match(error.message, /not the one that the data was sealed with/)
    return 'code' in error && error.code === 'UNSEAL_FAILED'
  })
  await scene.start()
  const init = {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: '{}',
  }
  assert.equal((await fetch(`${scene.server.url}/v1/accounts/${account}/token`, init)).status, 200)
})

test('SIGTERM lets the request under way end, then the process ends by itself', { timeout: 600_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'evergrant-signal-'))
  const code = `import('@evergrant/server/main').then(({ main }) => main())`
  const child = spawn(process.execPath, ['--conditions=source', '-e', code], {
    cwd: import.meta.dirname,
    env: { ...process.env, EVERGRANT_PORT: '0', EVERGRANT_DATA_DIR: folder },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    let url = ''
    for await (const line of createInterface({ input: child.stdout })) {
      url = /runs at (\S+)/.exec(line)?.[1] ?? ''
      if (url !== '') break
    }
    const body = JSON.stringify({ name: 'nobody', password: 'nothing at all' })
    const slow = request(`${url}/v1/session`, {
      method: 'POST',
      headers: {
        'x-evergrant': '1',
        'content-type': 'application/json',
        'content-length': body.length,
        origin: url,
        expect: '100-continue',
      },
    })
    const answered = once(slow, 'response')
    slow.flushHeaders()
    // The server has the request in its hands, and its body comes after the signal.
    await once(slow, 'continue')
    child.kill('SIGTERM')
    slow.end(body)
    const [answer] = (await answered) as [IncomingMessage]
    assert.equal(answer.resume().statusCode, 401, 'answered, not cut')
    const [status] = await once(child, 'exit')
    assert.equal(status, 0)
    await assert.rejects(fetch(url))
  } finally {
    child.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
})

test('an address that cannot be read is a problem like any other, and is not repeated', async () => {
  await using scene = await Scene.begin()
  for (const path of ['/%ff%fe?code=top-secret', `/v1/accounts/${'x'.repeat(500)}`]) {
    const { status, json, text } = await scene.browser().get(path)
    assert.equal(status, 400)
    assert.equal(json.code, 'INVALID_REQUEST')
    assert.ok(!text.includes('top-secret') && !text.includes('xxx'))
  }
  assert.ok(!scene.log.join('').includes('top-secret'))
})
