/** `evergrant connections add` and `remove`: a server that is set up by a script. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { newKeyText } from '@evergrant/stores/keyring'
import type { Answered, Browser } from '../../server/test/support/browser.ts'
import { accountAt, connect, connected, Scene, SECRET, sandboxOf } from '../../server/test/support/scene.ts'
import { startPostgres } from '../../stores/test/servers/postgres.ts'
import { run } from './in-process.ts'

const postgres = await startPostgres()
after(() => postgres.stop())

const id = 'our-own-id-20-signs-'

async function place(kind: 'SQLite' | 'PostgreSQL') {
  const database: Record<string, string> = kind === 'PostgreSQL' ? { DATABASE_URL: await postgres.schema() } : {}
  const scene = await Scene.begin({ env: database })
  const env = { ...database, EVERGRANT_DATA_DIR: join(scene.dir, 'data'), EVERGRANT_PUBLIC_URL: scene.server.url }
  return {
    scene,
    connections: async (
      args: readonly string[],
      { input, change = {} }: { readonly input?: string; readonly change?: Readonly<Record<string, string>> } = {},
    ) => {
      const ran = await run(['connections', ...args], { ...env, ...change }, input === undefined ? [] : [input])
      assert.ok(!`${ran.stdout}${ran.stderr}`.includes(SECRET), `${ran.stdout}${ran.stderr}`)
      return ran
    },
    [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose](),
  }
}

/** A browser that shows the page; the first event of a name for which something holds. */
async function watching(browser: Browser, stop: AbortSignal) {
  const events = browser.events(stop)
  assert.equal((await events.next()).value?.name, 'hello')
  return async (name: string, holds: (data: Answered['json']) => boolean): Promise<void> => {
    for (;;) {
      const { value } = await events.next()
      assert.ok(value, `the stream ended without ${name}`)
      if (value.name === name && holds(value.data)) return
    }
  }
}

const entryOf = async (admin: Browser) => {
  const [{ actor, action, subject, detail }] = (await admin.get('/v1/audit')).json.entries
  return [actor, action, subject, detail]
}

for (const kind of ['SQLite', 'PostgreSQL'] as const) {
  test(`a connection is added to a server on ${kind} while it runs, works, and is removed with its accounts`, async () => {
    await using on = await place(kind)
    const { scene, connections } = on
    await using sandbox = await sandboxOf(scene)
    const admin = await scene.admin()
    const stop = new AbortController()
    const hears = await watching(admin, stop.signal)

    const at = ['--provider', 'sandbox', '--client-id', 'evergrant', '--issuer', sandbox.issuer]
    const args = ['add', ...at, '--scope', 'mail.read', '--id', id, '--name', 'Practice']
    const added = await connections([...args, '--client-secret-stdin', '--expires', '2040-05-31'], {
      input: `${SECRET}\n`,
    })
    assert.equal(added.code, 0, added.stderr)
    assert.equal(added.stdout, `${scene.server.url}/oauth/callback/${id}\n`)
    assert.match(added.stderr, /connections check our-own-id-20-signs-/)
    await hears('connection', (data) => data.id === id)
    assert.deepEqual(await entryOf(admin), [
      { type: 'server', name: 'command line' },
      'connection.create',
      id,
      { name: 'Practice', provider: 'sandbox' },
    ])
    const seen = (await admin.get(`/v1/connections/${id}`)).json
    assert.deepEqual(JSON.parse((await connections(['show', 'Practice', '--json'])).stdout), seen)
    assert.deepEqual(
      [seen.scope, seen.secret_hint, seen.secret_expires_at],
      ['mail.read', SECRET.slice(-4), Date.parse('2040-05-31T00:00:00Z') / 1000],
    )
    const again = await connections([...args, '--client-secret-stdin'], { input: SECRET })
    assert.equal(again.code, 2)
    assert.match(again.stderr, /a connection with this id already/)

    const redirect_uris = [seen.redirect_uri]
    sandbox.registerClient({ client_id: 'evergrant', client_secret: SECRET, redirect_uris })
    assert.equal((await connections(['check', id])).code, 0)
    const account = await accountAt(id, admin)
    assert.equal((await connect(account, sandbox, admin)).page.status, 200)

    const kept = await connections(['remove', 'Practice'])
    assert.equal(kept.code, 2)
    assert.match(kept.stderr, /Practice has accounts: 1\..*--accounts/s)
    assert.equal((await admin.get(`/v1/accounts/${account}`)).json.state, 'ok', 'nothing happened to them')

    const unasked = await connections(['remove', 'Practice', '--accounts'])
    assert.equal(unasked.code, 2)
    assert.match(unasked.stderr, /nobody can be asked, so nothing was done\..*--yes/s)
    assert.equal((await admin.get(`/v1/accounts/${account}`)).json.state, 'ok', 'silence is no consent')

    const gone = await connections(['remove', 'Practice', '--accounts', '--yes', '--json'])
    assert.equal(gone.code, 0, gone.stderr)
    assert.deepEqual(JSON.parse(gone.stdout), { id, name: 'Practice', accounts: 1 })
    await hears('connection_removed', (data) => data.id === id)
    assert.equal((await admin.get(`/v1/accounts/${account}`)).status, 404)
    assert.deepEqual((await entryOf(admin)).slice(1), ['connection.remove', id, { name: 'Practice', accounts: 1 }])
    stop.abort()
  })

  test(`a token of an account that went with its connection on ${kind} is not handed out from memory`, async () => {
    await using on = await place(kind)
    const { scene, connections } = on
    await using sandbox = await sandboxOf(scene)
    const { account, connection, program } = await connected(scene, sandbox)
    assert.equal((await program(account)).status, 200)
    const gone = await connections(['remove', '--accounts', '--yes', '--', connection])
    assert.equal(gone.code, 0, gone.stderr)
    // Told within a moment, by the database.
    while ((await program(account)).status === 200) await new Promise((done) => setTimeout(done, 20))
    assert.equal((await program(account)).status, 404)
  })
}

test('grants that a provider does not end are told with where that is done', async () => {
  await using on = await place('SQLite')
  const { scene, connections } = on
  await using sandbox = await sandboxOf(scene)
  const { connection } = await connected(scene, sandbox)
  sandbox.fault({ match: { endpoint: 'revoke' }, status: 500, times: 99 })
  const gone = await connections(['remove', '--accounts', '--yes', '--', connection])
  assert.equal(gone.code, 0, gone.stderr)
  assert.match(gone.stderr, /Not ended at the provider: 1 of them\./)
})

test('the secret comes from a file, from stdin or from the environment, and never from an argument', async () => {
  await using on = await place('SQLite')
  const { connections } = on
  const folder = await mkdtemp(join(tmpdir(), 'evergrant-secret-'))
  try {
    await writeFile(join(folder, 'secret'), `${SECRET}\n`)
    const add = ['add', '--provider', 'google', '--client-id', 'a', '--json']
    const file = ['--client-secret-file', join(folder, 'secret')]
    const hints = [
      await connections([...add, ...file]),
      await connections([...add, '--client-secret-stdin'], { input: `${SECRET}\r\n` }),
      await connections(add, { change: { EVERGRANT_CLIENT_SECRET: SECRET } }),
    ].map(({ stdout, stderr }) => {
      assert.match(stdout, /^\{/, stderr)
      const { name, secret_hint } = JSON.parse(stdout)
      return [name, secret_hint]
    })
    assert.deepEqual(hints, Array(3).fill(['Google', SECRET.slice(-4)]))
    const next = 'another-long-client-secret-of-this-test'
    const [{ id }] = JSON.parse((await connections(['list', '--json'])).stdout)
    const changed = await connections(['secret', '--client-secret-stdin', '--json', '--', id], { input: next })
    assert.equal(JSON.parse(changed.stdout).secret_hint, next.slice(-4))
    for (const [args, input, words] of [
      [[...add, ...file, '--client-secret-stdin'], SECRET, /--client-secret-stdin.*--client-secret-file/],
      [[...add, '--client-secret-stdin'], '', /nothing was piped in/],
      [[...add, '--client-secret', 'abcd'], '', /unknown option '--client-secret'/],
      [[...add, '--client-secret-file', join(folder, 'none')], '', /cannot be read/],
    ] as const) {
      const ran = await connections(args, { input })
      assert.equal(ran.code, 2, ran.stderr)
      assert.match(ran.stderr, words)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('what the API would refuse is refused, and another sealing key before anything is stored', async () => {
  await using on = await place('SQLite')
  const { connections } = on
  const add = ['add', '--provider', 'generic', '--client-id', 'a', '--issuer', 'https://idp.example.test']
  const change = { EVERGRANT_CLIENT_SECRET: SECRET }
  const cases: [string[], Record<string, string>, RegExp, number][] = [
    [['add', '--provider', 'google'], change, /--client-id/, 2],
    [['add', '--client-id', 'a'], change, /--provider/, 2],
    [['add', '--provider', 'nosuch', '--client-id', 'a'], change, /nosuch/, 2],
    [[...add, '--id', 'short'], change, /--id.*20 letters/, 2],
    [[...add, '--name', 'a\u202eb'], change, /"name" has to be one line/, 2],
    [[...add, '--set', 'tennant=x'], change, /no parameter "tennant"/, 2],
    [[...add, '--tenant', 'x', '--set', 'tenant=y'], change, /both given/, 2],
    [[...add, '--scope', 'a"b'], change, /characters that no scope has/, 2],
    [[...add, '--client-auth', 'magic'], change, /"client_auth" has to be one of client_secret_basic, /, 2],
    [[...add, '--token-endpoint', 'http://idp.example.test/token'], change, /https/, 2],
    [[...add, '--expires', 'soon'], change, /no date/, 2],
    [['add', '--provider', 'google', '--client-id', 'a', '--client-auth', 'basic'], {}, /MISSING_CLIENT_SECRET/, 2],
    [add, { ...change, EVERGRANT_KEY: newKeyText() }, /UNSEAL_FAILED/, 1],
    [['remove', 'Nothing'], {}, /no connection "Nothing"/, 2],
  ]
  for (const [args, variables, words, code] of cases) {
    const ran = await connections(args, { change: variables })
    assert.equal(ran.code, code, `${args.join(' ')}: ${ran.stderr}`)
    assert.match(ran.stderr, words)
    assert.equal(ran.stdout, '')
  }
  assert.equal((await connections(['list', '--json'])).stdout, '[]\n')
  const hyphen = '-begins-with-a-hyphen'.slice(0, 20)
  const made = await connections([...add, '--id', hyphen], { change })
  assert.equal(made.code, 0, made.stderr)
  assert.match(made.stderr, /connections check -- -begins/, 'as it can be typed')
  const other = { ...change, EVERGRANT_CLIENT_SECRET: 'x'.repeat(20), EVERGRANT_KEY: newKeyText() }
  const [{ id, secret_hint }] = JSON.parse((await connections(['list', '--json'])).stdout)
  assert.equal((await connections(['secret', '--', id], { change: other })).code, 1)
  const [after] = JSON.parse((await connections(['list', '--json'])).stdout)
  assert.equal(after.secret_hint, secret_hint, 'a secret that nothing would open is not stored')
})
