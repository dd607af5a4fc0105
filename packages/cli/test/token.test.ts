import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { grant } from '@evergrant/core'
import { type RunningSandbox, startSandbox } from '@evergrant/sandbox'
import { openStore } from '@evergrant/stores/open'
import { consentUrl, type Home, home } from './command-line.ts'

const machine = { client_id: 'a', client_secret: 'b-secret-of-a' }
const native = { client_id: 'native', redirect_uris: ['http://127.0.0.1/callback'] }

/** A login as a person would do it, in the default store or the one that `args` name. */
async function loggedIn(at: Home, sandbox: RunningSandbox, args: readonly string[] = []): Promise<void> {
  const login = at.start(['login', '--no-open', '--issuer', sandbox.issuer, '--client-id', 'native', ...args])
  const page = await fetch(await sandbox.approve(await consentUrl(login)))
  assert.equal(page.status, 200)
  assert.equal((await login.ended).code, 0)
}

/** Ends the stored access token, as time would. */
async function expire(url: string, id: string): Promise<string | undefined> {
  const store = await openStore(url)
  const found = await store.get(id)
  assert.ok(found)
  const past = Date.now() / 1000 - 10
  const access = Object.fromEntries(
    Object.entries(found.access).map(([key, token]) => [key, { ...token, expires_at: past, refresh_at: past - 60 }]),
  )
  const stored = await store.put(grant({ ...found, access }), found.version)
  assert.ok(stored.ok)
  await store.close()
  return found.refresh_token
}

test('[#4] client_credentials with a token endpoint alone prints one JSON object', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [machine] })
  const before = Date.now() / 1000
  const ran = await at.run(
    [
      'token',
      '--token-endpoint',
      `${sandbox.url}/token`,
      '--client-id',
      'a',
      '--client-secret',
      'b-secret-of-a',
    ].concat(['--flow', 'client_credentials', '--scope', 'x', '--json']),
  )
  assert.equal(ran.code, 0, ran.stderr)
  assert.equal(ran.stderr, '')
  const answer = JSON.parse(ran.stdout)
  assert.deepEqual(Object.keys(answer), ['access_token', 'token_type', 'expires_at', 'expires_in', 'scope', 'grant'])
  assert.equal(answer.scope, 'x')
  assert.match(answer.token_type, /^bearer$/i)
  assert.ok(answer.expires_at > before + 3000 && Number.isInteger(answer.expires_at))
  assert.ok(answer.expires_in > 3500 && answer.expires_in <= 3600)
  const echo = await fetch(`${sandbox.url}/api/echo`, { headers: { authorization: `Bearer ${answer.access_token}` } })
  assert.equal(echo.status, 200)
})

test('the access token stands alone on stdout, and the secret may come from environment or file', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [machine] })
  const args = ['token', '--issuer', sandbox.issuer, '--client-id', 'a', '--flow', 'client_credentials', '--scope', 'x']
  const fromEnvironment = await at.run(args, { env: { EVERGRANT_CLIENT_SECRET: 'b-secret-of-a' } })
  await writeFile(join(at.folder, 'secret'), 'b-secret-of-a\n')
  const fromFile = await at.run([...args, '--client-secret-file', 'secret', '--client-auth', 'post'])
  for (const { code, stdout, stderr } of [fromEnvironment, fromFile]) {
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^\S+\n$/)
    assert.equal(stderr, '')
  }
  const [basic, posted] = sandbox.journal.where({ endpoint: 'token' })
  assert.equal(posted?.form['client_secret'], 'b-secret-of-a')
  assert.match(basic?.headers.authorization ?? '', /^Basic /)
})

test('client_credentials with a store asks the provider once for many calls, and apart for another scope', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [machine] })
  const args = ['token', '--issuer', sandbox.issuer, '--client-id', 'a', '--client-secret', 'b-secret-of-a'].concat([
    '--flow',
    'client_credentials',
    '--store',
    'file:./own.json',
    '--grant',
    'machine',
  ])
  const first = await at.run([...args, '--scope', 'x'])
  const second = await at.run([...args, '--scope', 'x'])
  assert.equal(first.stdout, second.stdout)
  assert.equal(sandbox.journal.count({ endpoint: 'token' }), 1)
  const other = await at.run([...args, '--scope', 'y'])
  assert.notEqual(other.stdout, first.stdout)
  assert.equal(sandbox.journal.count({ endpoint: 'token' }), 2)
})

test('[#57] [#62] an ended access token is renewed, the rotated refresh token is stored, and nobody is asked', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [native] })
  await loggedIn(at, sandbox, ['--grant', 'mail', '--store', 'file:./grants.json'])
  const url = `file:${join(at.folder, 'grants.json')}`
  const named = ['token', '--grant', 'mail', '--store', 'file:./grants.json']
  const asked = sandbox.journal.count({ endpoint: 'authorize' })
  const first = await at.run(named)
  assert.equal(sandbox.journal.count({ grant_type: 'refresh_token' }), 0)
  for (const generation of [2, 3]) {
    const spent = await expire(url, 'mail')
    const renewed = await at.run(named)
    assert.equal(renewed.code, 0, renewed.stderr)
    assert.notEqual(renewed.stdout, first.stdout)
    const store = await openStore(url)
    assert.notEqual((await store.get('mail'))?.refresh_token, spent)
    await store.close()
    assert.deepEqual(
      sandbox.families().map(({ alive, generation: now, replays }) => [alive, now, replays]),
      [[true, generation, 0]],
    )
  }
  const api = await at.run([...named, '--json'])
  const { access_token } = JSON.parse(api.stdout)
  const echo = await fetch(`${sandbox.url}/api/echo`, { headers: { authorization: `Bearer ${access_token}` } })
  assert.equal(echo.status, 200)
  assert.equal(sandbox.journal.count({ endpoint: 'authorize' }), asked)
})

test('[#16] a token that is still valid needs no client, no secret and no provider', async () => {
  await using at = await home()
  const sandbox = await startSandbox({ clients: [native] })
  await loggedIn(at, sandbox, ['--store', 'file:./grants.json'])
  await sandbox.close()
  const elsewhere = await at.run(['token', '--store', 'file:./grants.json'], {
    env: { EVERGRANT_CONFIG_DIR: join(at.folder, 'none') },
  })
  assert.equal(elsewhere.code, 0, elsewhere.stderr)
  assert.match(elsewhere.stdout, /^\S+\n$/)
})

test('--force and --min-ttl ask the provider although a valid token is stored', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [native] })
  await loggedIn(at, sandbox)
  const stored = await at.run(['token'])
  const forced = await at.run(['token', '--force'])
  const longer = await at.run(['token', '--min-ttl', '3000'])
  assert.notEqual(forced.stdout, stored.stdout)
  assert.equal(longer.stdout, forced.stdout)
  sandbox.configure({ lifetimes: { accessToken: 7200 } })
  const longest = await at.run(['token', '--min-ttl', '7000'])
  assert.equal(longest.code, 0, longest.stderr)
  assert.equal(sandbox.journal.count({ grant_type: 'refresh_token' }), 2)
})

test('a grant that the provider ended exits with 3, in its words, and names the command that helps', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [native] })
  await loggedIn(at, sandbox, ['--grant', 'mail'])
  sandbox.revokeGrant('alice')
  const ran = await at.run(['token', '--grant', 'mail', '--force'])
  assert.equal(ran.code, 3)
  assert.equal(ran.stdout, '')
  assert.match(ran.stderr, /consent back/)
  assert.match(ran.stderr, /evergrant login --grant mail/)
  const json = await at.run(['token', '--grant', 'mail', '--force', '--json'])
  assert.equal(json.stdout, '')
  const { code, who, exit_code, grant: named } = JSON.parse(json.stderr)
  assert.deepEqual([code, who, exit_code, named], ['CONSENT_REQUIRED', 'person', 3, 'mail'])
})

test('the last token of a grant that has ended is printed with a warning', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [native] })
  await loggedIn(at, sandbox, ['--grant', 'mail'])
  const before = await at.run(['token', '--grant', 'mail'])
  assert.deepEqual([before.code, before.stderr], [0, ''])
  sandbox.revokeGrant('alice')
  await at.run(['token', '--grant', 'mail', '--force'])
  const last = await at.run(['token', '--grant', 'mail'])
  assert.deepEqual([last.code, last.stdout], [0, before.stdout])
  assert.match(last.stderr, /has ended \(.*consent back.*\).* ends in .*evergrant login --grant mail/)
})

test('a wrong client secret exits with 1 and says who must act', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [machine] })
  const args = ['token', '--issuer', sandbox.issuer, '--client-id', 'a', '--client-secret', 'not-the-secret']
  const ran = await at.run([...args, '--flow', 'client_credentials', '--verbose'])
  assert.equal(ran.code, 1)
  assert.equal(ran.stdout, '')
  assert.match(ran.stderr, /INVALID_CLIENT/)
  assert.match(ran.stderr, /registered the client/)
  assert.doesNotMatch(ran.stderr, /not-the-secret/)
})

test('[#128] --verbose tells what was asked of whom, and no secret', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [{ ...machine, redirect_uris: native.redirect_uris }] })
  const login = at.start(
    ['login', '--no-open', '--verbose', '--save-secret', '--issuer', sandbox.issuer, '--client-id', 'a'].concat(
      '--client-secret',
      'b-secret-of-a',
    ),
  )
  const callback = await sandbox.approve(await consentUrl(login))
  await fetch(callback)
  const runs = [await login.ended, await at.run(['token', '--force', '--verbose'])]
  sandbox.fault({ status: 500, body: { error: 'server_error', error_description: 'secret b-secret-of-a seen' } })
  runs.push(await at.run(['token', '--force', '--verbose']), await at.run(['grants', 'show', '--verbose']))
  const shown = runs.map(({ stderr }) => stderr).join('\n')
  assert.match(shown, /POST http:\/\/127\.0\.0\.1:\d+\/token → 200/)
  assert.match(shown, /→ 500/)
  const issued = sandbox.journal.where({ endpoint: 'token' }).flatMap(({ form }) => Object.values(form))
  const store = await openStore(`file:${join(at.folder, '.local/share/evergrant/grants.json')}`)
  const stored = await store.get('default')
  await store.close()
  const secrets = [
    'b-secret-of-a',
    new URL(callback).searchParams.get('code'),
    stored?.refresh_token,
    stored?.access['']?.access_token,
    ...issued.filter((value) => value.length > 20 && !value.startsWith('http')),
  ]
  assert.ok(secrets.length >= 6)
  for (const secret of secrets) {
    assert.ok(secret)
    assert.ok(!shown.includes(secret), 'a secret is in the output')
  }
})

test('a refresh token in an environment variable is enough for a job', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [native], rotation: 'never' })
  await loggedIn(at, sandbox)
  const store = await openStore(`file:${join(at.folder, '.local/share/evergrant/grants.json')}`)
  const held = (await store.get('default'))?.refresh_token ?? ''
  await store.close()
  const args = ['token', '--store', 'env:MAIL_TOKEN', '--issuer', sandbox.issuer, '--client-id', 'native']
  const ran = await at.run(args, { env: { MAIL_TOKEN: held, EVERGRANT_CONFIG_DIR: join(at.folder, 'none') } })
  assert.equal(ran.code, 0, ran.stderr)
  assert.match(ran.stdout, /^\S+\n$/)
  assert.equal(sandbox.journal.last({ grant_type: 'refresh_token' })?.form['refresh_token'], held)
})

test('programs that ask at the same moment share one renewal of an ended token', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [native] })
  await loggedIn(at, sandbox)
  await expire(`file:${join(at.folder, '.local/share/evergrant/grants.json')}`, 'default')
  const runs = await Promise.all([1, 2, 3, 4].map(() => at.run(['token'])))
  assert.deepEqual(
    runs.map(({ code }) => code),
    [0, 0, 0, 0],
    runs.map(({ stderr }) => stderr).join(''),
  )
  assert.equal(new Set(runs.map(({ stdout }) => stdout)).size, 1)
  assert.equal(sandbox.journal.count({ grant_type: 'refresh_token' }), 1)
})

test('an entry of the catalogue that takes its issuer as a parameter takes --issuer too', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [machine] })
  const args = ['token', '--provider', 'sandbox', '--issuer', sandbox.issuer, '--client-id', 'a', '--scope', 'x']
  const ran = await at.run([...args, '--flow', 'client_credentials'], {
    env: { EVERGRANT_CLIENT_SECRET: 'b-secret-of-a' },
  })
  assert.equal(ran.code, 0, ran.stderr)
})

test("EVERGRANT_STORE names the store, and the server's data folder is never the command line's", async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [native] })
  const server = join(at.folder, 'server')
  const elsewhere = { EVERGRANT_DATA_DIR: server, EVERGRANT_STORE: 'file:./elsewhere.json' }
  for (const [env, file] of [
    [{ EVERGRANT_DATA_DIR: server }, '.local/share/evergrant/grants.json'],
    [elsewhere, 'elsewhere.json'],
  ] as const) {
    const args = ['login', '--no-open', '--issuer', sandbox.issuer, '--client-id', 'native']
    const login = at.start(args, { env })
    await fetch(await sandbox.approve(await consentUrl(login)))
    assert.equal((await login.ended).code, 0)
    assert.ok(existsSync(join(at.folder, file)))
    assert.equal((await at.run(['token'], { env })).code, 0)
  }
  assert.equal(existsSync(server), false)
})
