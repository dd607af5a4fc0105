import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startSandbox } from '@evergrant/sandbox'
import { consentUrl, home } from './command-line.ts'

const native = { client_id: 'native', redirect_uris: ['http://127.0.0.1/callback'] }

test('grants are listed, shown, refreshed, revoked and deleted, and never show a token', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [native] })
  const empty = await at.run(['grants', 'list'])
  assert.deepEqual([empty.code, empty.stdout], [0, ''])
  assert.match(empty.stderr, /evergrant login/)
  for (const [grant, username] of [
    ['work', 'alice'],
    ['home', 'bob'],
  ] as const) {
    const login = at.start([
      'login',
      '--no-open',
      '--grant',
      grant,
      '--issuer',
      sandbox.issuer,
      '--client-id',
      'native',
      '--scope',
      'openid mail.read',
    ])
    await fetch(await sandbox.approve(await consentUrl(login), { username }))
    assert.equal((await login.ended).code, 0)
  }
  const list = await at.run(['grants', 'list'])
  assert.deepEqual(
    list.stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/ {2,}/).slice(0, 3)),
    [
      ['GRANT', 'STATE', 'ACCOUNT'],
      ['home', 'ok', 'bob'],
      ['work', 'ok', 'alice'],
    ],
  )
  const json = JSON.parse((await at.run(['grants', 'list', '--json'])).stdout)
  assert.deepEqual(
    json.map(({ id }: { id: string }) => id),
    ['home', 'work'],
  )
  assert.ok(json.every((one: object) => !('access' in one) && !('refresh_token' in one)))
  const shown = await at.run(['grants', 'show', 'work'])
  assert.match(shown.stdout, /^scope +openid mail\.read$/m)
  assert.match(shown.stdout, /^renews itself +yes$/m)

  const refreshed = await at.run(['grants', 'refresh', 'work'])
  assert.deepEqual([refreshed.code, refreshed.stdout], [0, ''])
  assert.equal(sandbox.journal.count({ grant_type: 'refresh_token' }), 1)

  const revoked = await at.run(['grants', 'revoke', 'work'])
  assert.equal(revoked.code, 0, revoked.stderr)
  assert.deepEqual(
    sandbox
      .families()
      .map(({ sub, alive }) => [sub, alive])
      .sort(),
    [
      ['alice', false],
      ['bob', true],
    ],
  )
  const ended = await at.run(['token', '--grant', 'work'])
  assert.equal(ended.code, 3)
  assert.match(
    (await at.run(['grants', 'show', '--grant', 'work'])).stdout,
    /^state +needs_consent: Disconnected here\.$/m,
  )

  assert.equal((await at.run(['grants', 'delete', 'work'])).code, 0)
  assert.equal((await at.run(['grants', 'show', 'work'])).code, 3)
  assert.equal((await at.run(['token', '--grant', 'home'])).code, 0)
  assert.equal((await at.run(['grants', 'show', 'work', '--grant', 'home'])).code, 2)
})

test('the doctor finds a sound configuration sound, and changes nothing', async () => {
  await using at = await home()
  const app = { ...native, client_secret: 'secret-of-the-app' }
  await using sandbox = await startSandbox({ clients: [app] })
  const named = ['doctor', '--issuer', sandbox.issuer, '--client-id', 'native', '--store', 'file:./g.json']
  const ran = await at.run([...named, '--client-secret', app.client_secret, '--json'])
  assert.equal(ran.code, 0, ran.stderr)
  const { ok, checks } = JSON.parse(ran.stdout)
  assert.equal(ok, true)
  const results = Object.fromEntries(
    checks.map(({ id, result }: { id: string; result: string }) => [id.split(' ')[0], result]),
  )
  assert.deepEqual(results, {
    settings: 'ok',
    network: 'ok',
    discovery: 'ok',
    client_authentication: 'ok',
    clock: 'ok',
    redirect_uri: 'ok',
    scopes: 'skip',
    'store.read': 'ok',
    'store.write': 'ok',
    grant: 'skip',
  })
  assert.deepEqual(sandbox.families(), [])
  assert.equal((await at.run(['grants', 'list', '--store', 'file:./g.json'])).stdout, '')
})

test('the doctor names the step that fails and who must fix it', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [{ ...native, client_secret: 'secret-of-the-app' }] })
  const wrong = await at.run([
    'doctor',
    '--issuer',
    sandbox.issuer,
    '--client-id',
    'native',
    '--client-secret',
    'another-secret',
  ])
  assert.equal(wrong.code, 1)
  assert.match(wrong.stderr, /✗ Client id and secret: .*invalid_client.*\n +who +whoever registered the client/)
  const gone = await at.run(['doctor', '--token-endpoint', 'http://127.0.0.1:1/token', '--client-id', 'native'])
  assert.equal(gone.code, 1)
  assert.match(gone.stderr, /✗ Network.*ECONNREFUSED/)
  const store = join(at.folder, 'grants.json')
  await (await import('node:fs/promises')).writeFile(store, '{ damaged')
  const damaged = await at.run([
    'doctor',
    '--issuer',
    sandbox.issuer,
    '--client-id',
    'native',
    '--store',
    `file:${store}`,
  ])
  assert.equal(damaged.code, 1)
  assert.match(damaged.stderr, /✗ Store, reading/)
})
