/** `evergrant connections`: a server's connections from its data, while it runs. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { connected, connectionTo, Scene, SECRET, sandboxOf } from '../../server/test/support/scene.ts'
import { startPostgres } from '../../stores/test/servers/postgres.ts'
import { home } from './command-line.ts'

const postgres = await startPostgres()
after(() => postgres.stop())

for (const kind of ['SQLite', 'PostgreSQL'] as const) {
  test(`connections of a server on ${kind} are listed, shown and checked while it runs, without their secrets`, async () => {
    await using at = await home()
    const database: Record<string, string> = kind === 'PostgreSQL' ? { DATABASE_URL: await postgres.schema() } : {}
    await using scene = await Scene.begin({ env: database })
    await using sandbox = await sandboxOf(scene)
    const { admin, connection } = await connected(scene, sandbox)
    const env = {
      ...database,
      EVERGRANT_DATA_DIR: join(scene.dir, 'data'),
      EVERGRANT_PUBLIC_URL: scene.server.url,
    }
    const run = async (...args: string[]) => {
      // The command goes by the machine's clock, and compares it with the provider's, which would stand still.
      const keepUp = setInterval(() => scene.clock.advance(Math.max(0, Date.now() / 1000 - scene.clock.now())), 20)
      const ran = await at.run(['connections', ...args], { env }).finally(() => clearInterval(keepUp))
      assert.ok(!`${ran.stdout}${ran.stderr}`.includes(SECRET), ran.stdout)
      return ran
    }

    const listed = await run('list')
    assert.equal(listed.code, 0, listed.stderr)
    const [head = '', ...rows] = listed.stdout.trimEnd().split('\n')
    assert.match(head, /^ID +NAME +PROVIDER +ACCOUNTS OK +SECRET ENDS +TROUBLE$/)
    assert.equal(rows.length, 1)
    assert.match(rows[0] ?? '', new RegExp(`^${connection} +Practice +sandbox +1 of 1 +– +–$`))
    const seen = (await admin.get('/v1/connections')).json.connections
    assert.deepEqual(JSON.parse((await run('list', '--json')).stdout), seen, 'the same as the API says')

    const shown = await run('show', 'Practice')
    assert.equal(shown.code, 0, shown.stderr)
    assert.ok(shown.stdout.includes(`${scene.server.url}/oauth/callback/${connection}`), shown.stdout)
    assert.match(shown.stdout, /^accounts ok +1 of 1$/m)
    assert.deepEqual(JSON.parse((await run('show', '--json', '--', connection)).stdout), seen[0])

    const checked = await run('check', '--', connection)
    assert.equal(checked.code, 0, checked.stderr)
    assert.match(checked.stderr, /✓ Client id and secret/)
    assert.equal(checked.stdout, '')

    const { redirect_uri } = seen[0]
    sandbox.registerClient({ client_id: 'evergrant', client_secret: 'another one', redirect_uris: [redirect_uri] })
    const refused = await run('check', 'Practice', '--json')
    assert.equal(refused.code, 1, refused.stderr)
    const failed = JSON.parse(refused.stdout).checks.filter(({ ok }: { ok: boolean }) => !ok)
    assert.deepEqual(
      failed.map(({ code, who }: Record<string, string>) => [code, who]),
      [['INVALID_CLIENT', 'administrator']],
    )
    const troubled = (await admin.get(`/v1/connections/${connection}`)).json
    assert.ok(troubled.last_error, 'the server knows of it')
    const words = await run('check', 'Practice', '--quiet')
    assert.match(words.stderr, /who +an administrator of the Evergrant server/)
    assert.match((await run('list')).stdout, /0 of 1/)

    const audit = (await admin.get('/v1/audit')).json.entries
    assert.deepEqual(audit[0].actor, { type: 'server', name: 'command line' })
    assert.equal(audit[0].action, 'connection.check')
  })
}

test('a new client secret is entered from a file, beside the one before where that is wanted, and the server uses it', async () => {
  await using at = await home()
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  const { admin, account, connection, program } = await connected(scene, sandbox)
  const env = { EVERGRANT_DATA_DIR: join(scene.dir, 'data'), EVERGRANT_PUBLIC_URL: scene.server.url }
  const next = 'the-next-client-secret-of-this-test'
  await writeFile(join(at.folder, 'secret'), `${next}\n`)
  const args = ['connections', 'secret', 'Practice', '--client-secret-file', 'secret']
  const kept = await at.run([...args, '--keep-former', '7', '--expires', '2040-05-31'], { env })
  assert.equal(kept.code, 0, kept.stderr)
  assert.ok(!kept.stderr.includes(next))
  const both = (await admin.get(`/v1/connections/${connection}`)).json
  assert.equal(both.secret_hint, next.slice(-4))
  assert.equal(both.secret_expires_at, Date.parse('2040-05-31T00:00:00Z') / 1000)
  assert.ok(both.former_secret.ends_at > 0)
  // The provider takes only the former one so far.
  scene.clock.advance(4000)
  assert.equal((await program(account)).status, 200)

  const { redirect_uri } = both
  sandbox.registerClient({ client_id: 'evergrant', client_secret: 'third-secret', redirect_uris: [redirect_uri] })
  const third = await at.run(['connections', 'secret', '--json', '--', connection], {
    env: { ...env, EVERGRANT_CLIENT_SECRET: 'third-secret' },
  })
  assert.equal(third.code, 0, third.stderr)
  assert.equal(JSON.parse(third.stdout).secret_hint, undefined, 'too short to give a part of it away')
  scene.clock.advance(4000)
  assert.equal((await program(account)).status, 200, 'the running server took it')
})

test('what cannot be meant is a usage error, and nothing is made where there is no server', async () => {
  await using at = await home()
  await using scene = await Scene.begin()
  await using sandbox = await sandboxOf(scene)
  await connectionTo(sandbox, await scene.admin())
  const env = { EVERGRANT_DATA_DIR: join(scene.dir, 'data') }
  const cases: [string[], Record<string, string>, RegExp][] = [
    [['list'], { EVERGRANT_DATA_DIR: join(at.folder, 'nowhere') }, /there is no/],
    [['show', 'Other'], env, /no connection "Other"/],
    [['show'], env, /missing required argument/],
    [['secret', 'Practice'], env, /EVERGRANT_CLIENT_SECRET/],
    [['secret', 'Practice', '--expires', 'soon'], { ...env, EVERGRANT_CLIENT_SECRET: 'x' }, /no date/],
  ]
  for (const [args, variables, words] of cases) {
    const ran = await at.run(['connections', ...args], { env: variables })
    assert.equal(ran.code, 2, ran.stderr)
    assert.match(ran.stderr, words)
    assert.equal(ran.stdout, '')
  }
})
