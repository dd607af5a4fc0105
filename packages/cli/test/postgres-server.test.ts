/** Commands for a server whose data is in PostgreSQL. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { main as server } from '@evergrant/server/main'
import { newKeyText } from '@evergrant/stores/keyring'
import pg from 'pg'
import { startPostgres } from '../../stores/test/servers/postgres.ts'
import { type Home, home } from './command-line.ts'
import { run } from './in-process.ts'

const postgres = await startPostgres()
after(() => postgres.stop())

const PASSWORD = 'correct horse battery'
const SECRET = 'a-very-long-client-secret-0123456789'

function serve(env: Readonly<Record<string, string>>) {
  const surroundings = {
    signals: false,
    say: () => undefined,
    log: { write: () => undefined },
    passwordCost: { N: 2 ** 10, r: 8, p: 1 },
  }
  return server({ EVERGRANT_PORT: '0', EVERGRANT_SANDBOX: 'off', ...env }, surroundings)
}

async function send(url: string, path: string, body: object, cookie = ''): Promise<string> {
  const headers = { 'content-type': 'application/json', 'x-evergrant': '1', origin: url, cookie }
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  assert.ok(response.ok, await response.text())
  return (response.headers.getSetCookie()[0] ?? cookie).split(';')[0] ?? ''
}

/** The environment of a server that has been set up, with a connection that has a secret. */
async function used(at: Home) {
  const env = { DATABASE_URL: await postgres.schema(), EVERGRANT_DATA_DIR: join(at.folder, 'data') }
  const running = await serve(env)
  const token = running.setupLink?.split('#token=')[1]
  const cookie = await send(running.url, '/v1/setup', { token, name: 'Ada', password: PASSWORD })
  const client = { client_id: 'evergrant', client_secret: SECRET }
  const endpoints = {
    authorization_endpoint: 'http://127.0.0.1:1/authorize',
    token_endpoint: 'http://127.0.0.1:1/token',
  }
  const connection = { name: 'Practice', provider: 'generic', scope: 'mail.read', ...client, ...endpoints }
  await send(running.url, '/v1/connections', connection, cookie)
  await send(running.url, '/v1/api-keys', { name: 'a program', password: PASSWORD }, cookie)
  return { env, running }
}

async function query(url: string, text: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  await pool.query(text).finally(() => pool.end())
}

test('the audit log of a server on PostgreSQL is followed while it runs, and a change to it shows', async () => {
  await using at = await home()
  const { env, running } = await used(at)
  await using _ = running
  const whole = await run(['audit', 'verify'], env)
  assert.equal(whole.code, 0, whole.stderr)
  assert.match(whole.stdout, /^3:[\w-]{43}\n$/)
  const { DATABASE_URL: url, EVERGRANT_DATA_DIR: folder } = env
  const typed = await run(['audit', 'verify', '--database-url', url, '--data-dir', folder, '--json'], {})
  assert.deepEqual(JSON.parse(typed.stdout), { ok: true, entries: 3, head: whole.stdout.trim().slice(2) })
  await query(url, 'UPDATE audit SET at = at + 1 WHERE seq = 2')
  const changed = await run(['audit', 'verify'], env)
  assert.equal(changed.code, 1)
  assert.match(changed.stderr, /entry 2 is not as it was written/)
})

test('[#118] the sealing key of a server on PostgreSQL is changed while it runs', async () => {
  await using at = await home()
  const { env, running } = await used(at)
  {
    await using _ = running
    const before = JSON.parse((await run(['keys', 'list', '--json'], env)).stdout).keys
    assert.equal(before.length, 1)
    assert.ok(before[0].records >= 1, 'the secret of the connection')
    const made = await run(['keys', 'new', '--data-dir', env.EVERGRANT_DATA_DIR, '--json'], {})
    assert.equal(made.code, 0, made.stderr)
    const { id } = JSON.parse(made.stdout)
    const rotated = await run(['keys', 'rotate', '--json'], env)
    assert.equal(rotated.code, 0, rotated.stderr)
    assert.deepEqual([JSON.parse(rotated.stdout).key, JSON.parse(rotated.stdout).unreadable], [id, []])
    const { keys } = JSON.parse((await run(['keys', 'list', '--json'], env)).stdout)
    const records = keys.map((key: { id: string; records: number }) => [key.id === id, key.records])
    assert.deepEqual(records, [
      [true, before[0].records],
      [false, 0],
    ])
  }
  await (await serve(env)).close()
})

test('a backup of a server on PostgreSQL is restored into another database, all of it or nothing', async () => {
  await using at = await home()
  const { env, running } = await used(at)
  const file = join(at.folder, 'copy.dump')
  {
    await using _ = running
    const saved = await run(['backup', file], env)
    assert.equal(saved.code, 0, saved.stderr)
    assert.equal((await stat(file)).mode & 0o777, 0o600)
    assert.equal((await run(['backup', file], env)).code, 2, 'an earlier copy is not written over')
    const over = await run(['restore', file], env)
    assert.equal(over.code, 2)
    assert.match(over.stderr, /has its data in that database already/)
  }
  await postgres.run('CREATE DATABASE elsewhere')
  const url = new URL(env.DATABASE_URL)
  url.pathname = '/elsewhere'
  const schema = /search_path=(\w+)/.exec(url.searchParams.get('options') ?? '')?.[1]
  await query(url.href, `CREATE SCHEMA ${schema}`)
  const there = { ...env, DATABASE_URL: url.href }
  const restored = await run(['restore', file], there)
  assert.equal(restored.code, 0, restored.stderr)
  await using second = await serve(there)
  await send(second.url, '/v1/session', { name: 'Ada', password: PASSWORD })
  assert.equal((await run(['audit', 'verify'], there)).code, 0)
})

test('a database that is not a server’s is not read, and nothing is made in it', async () => {
  await using at = await home()
  const env = { DATABASE_URL: await postgres.schema(), EVERGRANT_DATA_DIR: at.folder }
  await writeFile(join(at.folder, 'poem.dump'), 'The sea is calm tonight.')
  for (const args of [
    ['audit', 'verify'],
    ['keys', 'list'],
    ['backup', join(at.folder, 'copy')],
  ]) {
    const { code, stderr } = await run(args, { ...env, EVERGRANT_KEY: newKeyText() })
    assert.notEqual(code, 0, args.join(' '))
    assert.match(stderr, /no database of an Evergrant server/)
  }
  assert.equal(existsSync(join(at.folder, 'copy')), false)
  const poem = await run(['restore', join(at.folder, 'poem.dump')], env)
  assert.match(poem.stderr, /no copy of a PostgreSQL database/)
  // Fails when it is there.
  for (const table of ['meta', 'evergrant_grants', 'audit'])
    await query(env.DATABASE_URL, `CREATE TABLE ${table} (a int)`)
})

test('a password of the database is not repeated, and a missing program of PostgreSQL is named', async () => {
  const wrong = await run(['audit', 'verify'], { DATABASE_URL: 'mysql://ada:a-secret-word@db/x' })
  assert.equal(wrong.code, 2)
  assert.match(wrong.stderr, /DATABASE_URL cannot be used/)
  await using at = await home()
  const { env, running } = await used(at)
  await using _ = running
  const without = await run(['backup', join(at.folder, 'copy')], { ...env, PATH: at.folder })
  assert.equal(without.code, 2, without.stderr)
  assert.match(without.stderr, /pg_dump is not installed.*postgresql-client/)
  assert.equal(existsSync(join(at.folder, 'copy')), false)
  const away = 'postgresql://ada:a-secret-word@127.0.0.1:1/x'
  for (const { stderr } of [wrong, await run(['keys', 'list', '--database-url', away], env)]) {
    assert.doesNotMatch(stderr, /a-secret-word/)
  }
})
