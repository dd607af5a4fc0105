import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { test } from 'node:test'
import { grant, type Keyring, keyring, sealed } from '@evergrant/core'
import { startSandbox } from '@evergrant/sandbox'
import { keysFromText, openKeyring } from '@evergrant/stores/keyring'
import { openStore } from '@evergrant/stores/open'
import { main } from 'evergrant'
import { consentUrl, type Home, home } from './command-line.ts'

const standing = { state: 'active', since: 0 } as const

async function filled(path: string, ring: Keyring, count: number, from = 0): Promise<void> {
  await using store = await openStore(`sqlite:${path}`)
  const under = sealed(store, ring)
  for (let n = from; n < from + count; n++) {
    const one = { id: `g${n}`, provider: 'p', client: 'c', access: {}, standing, updated_at: 0, version: 0 }
    assert.ok((await under.put(grant({ ...one, refresh_token: `secret-${n}` }), 0)).ok)
  }
}

async function added(at: Home): Promise<string> {
  const ran = await at.run(['keys', 'new', '--key-file', './grants.key', '--json'])
  assert.equal(ran.code, 0, ran.stderr)
  return JSON.parse(ran.stdout).id
}

test('a new key goes to stdout alone, or to the head of a key file that never shows it', async () => {
  await using at = await home()
  const { code, stdout, stderr } = await at.run(['keys', 'new'])
  assert.equal(code, 0)
  const { current } = await keysFromText(stdout)
  assert.match(stderr, new RegExp(current.id))
  assert.ok(!stderr.includes(stdout.trim()))
  const [first, second] = [await added(at), await added(at)]
  const text = await readFile(join(at.folder, 'grants.key'), 'utf8')
  assert.deepEqual(keyring(await keysFromText(text)).kids, [second, first])
  const refused = await at.run(['keys', 'new', '--data-dir', '.'], { env: { EVERGRANT_KEY: stdout.trim() } })
  assert.equal(refused.code, 2)
  assert.match(refused.stderr, /EVERGRANT_KEY to "new,old"/)
})

test('one grant alone is listed and sealed anew, and the others are left', async () => {
  await using at = await home()
  const store = ['--store', 'sqlite:./grants.db', '--key-file', './grants.key', '--json']
  const old = await added(at)
  await filled(join(at.folder, 'grants.db'), await openKeyring({ file: join(at.folder, 'grants.key') }), 3)
  const next = await added(at)
  const rotated = await at.run(['keys', 'rotate', '--grant', 'g1', ...store])
  assert.equal(rotated.code, 0, rotated.stderr)
  assert.deepEqual(JSON.parse(rotated.stdout), { key: next, total: 1, resealed: 1, unreadable: [] })
  const counts = async (...one: string[]): Promise<unknown> =>
    JSON.parse((await at.run(['keys', 'list', ...one, ...store])).stdout).keys.map(
      ({ id, records }: { id: string; records: number }) => [id, records],
    )
  assert.deepEqual(await counts('--grant', 'g1'), [
    [next, 1],
    [old, 0],
  ])
  assert.deepEqual(await counts(), [
    [next, 1],
    [old, 2],
  ])
  const missing = await at.run(['keys', 'rotate', '--grant', 'nobody', ...store])
  assert.equal(missing.code === 0, false)
  assert.match(missing.stderr, /nobody/)
})

test('keys are changed: listed with what needs them, records sealed anew, and none needs the former one', async () => {
  await using at = await home()
  const path = join(at.folder, 'grants.db')
  const store = ['--store', 'sqlite:./grants.db', '--key-file', './grants.key']
  const old = await added(at)
  await filled(path, await openKeyring({ file: join(at.folder, 'grants.key') }), 25)
  const next = await added(at)
  const before = JSON.parse((await at.run(['keys', 'list', ...store, '--json'])).stdout)
  assert.deepEqual(before, {
    keys: [
      { id: next, role: 'seals', records: 0 },
      { id: old, role: 'opens', records: 25 },
    ],
    clear: 0,
    foreign: 0,
  })
  const rotated = await at.run(['keys', 'rotate', ...store])
  assert.deepEqual([rotated.code, rotated.stdout], [0, ''], rotated.stderr)
  const lines = rotated.stderr.trim().split('\n')
  assert.ok(lines.includes('Sealing anew: 25 of 25'), 'plain lines where there is no terminal')
  assert.ok(lines.length <= 12, 'and not one for each record')
  assert.match(lines.at(-1) ?? '', /25 records of 25 sealed anew/)
  const again = await at.run(['keys', 'rotate', ...store, '--json'])
  assert.deepEqual(JSON.parse(again.stdout), { key: next, total: 25, resealed: 0, unreadable: [] })
  assert.doesNotMatch(again.stderr, /Sealing anew/)
  const after = await at.run(['keys', 'list', ...store])
  assert.match(after.stdout, new RegExp(`${next} +seals +25\n${old} +opens +0\n`))
  await using opened = await openStore(`sqlite:${path}`)
  const text = (await readFile(join(at.folder, 'grants.key'), 'utf8')).split('\n')[0] ?? ''
  const found = await sealed(opened, keyring(await keysFromText(text))).get('g7')
  assert.equal(found?.refresh_token, 'secret-7')
})

test('records under a key that is not given are told with its id, and left as they are', async () => {
  await using at = await home()
  const path = join(at.folder, 'grants.db')
  const store = ['--store', 'sqlite:./grants.db', '--key-file', './grants.key']
  const old = await added(at)
  await filled(path, await openKeyring({ file: join(at.folder, 'grants.key') }), 2)
  const text = (await at.run(['keys', 'new'])).stdout
  await writeFile(join(at.folder, 'grants.key'), text, { mode: 0o600 })
  const ran = await at.run(['keys', 'rotate', ...store])
  assert.equal(ran.code, 1)
  assert.match(ran.stderr, new RegExp(`g0: The text was sealed with key ${old}`))
  assert.match((await at.run(['keys', 'list', ...store])).stdout, new RegExp(`${old} +missing +2`))
  assert.equal((await at.run(['keys', 'rotate', '--store', 'sqlite:./grants.db'])).code, 2, 'no key is named')
})

test('with a sealing key in the environment tokens are sealed, whatever the command', async () => {
  await using at = await home()
  const native = { client_id: 'native', redirect_uris: ['http://127.0.0.1/callback'] }
  await using sandbox = await startSandbox({ clients: [native] })
  const env = { EVERGRANT_KEY: (await at.run(['keys', 'new'])).stdout.trim() }
  const named = ['--store', 'file:./g.json', '--issuer', sandbox.issuer, '--client-id', 'native']
  const login = at.start(['login', '--no-open', ...named], { env })
  await fetch(await sandbox.approve(await consentUrl(login)))
  assert.equal((await login.ended).code, 0)
  const token = await at.run(['token', '--store', 'file:./g.json'], { env })
  assert.equal(token.code, 0, token.stderr)
  const text = await readFile(join(at.folder, 'g.json'), 'utf8')
  assert.match(text, /"sealed": "eg2\./)
  assert.ok(!text.includes(token.stdout.trim()))
  const without = await at.run(['token', '--store', 'file:./g.json'])
  assert.equal(without.code, 1)
  assert.match(without.stderr, /UNSEAL_FAILED/)
  assert.equal(await readFile(join(at.folder, 'g.json'), 'utf8'), text)
})

test("the server's database is sealed anew while the server runs, and the former key can then go", async () => {
  await using at = await home()
  const args = ['serve', '--data-dir', './data', '--port', '0']
  const server = at.start([...args, '--sandbox'])
  const [, url = ''] = await server.seen(/runs at (http\S+)/)
  const made = await at.run(['keys', 'new', '--data-dir', './data', '--json'])
  const next = JSON.parse(made.stdout)
  const ran = await at.run(['keys', 'rotate', '--data-dir', './data', '--json'])
  assert.equal(ran.code, 0, ran.stderr)
  const { key, total, resealed, unreadable } = JSON.parse(ran.stdout)
  assert.deepEqual([key, resealed, unreadable], [next.id, total, []])
  assert.ok(total >= 2, 'the client secret of the sandbox’s connection and the check of the key')
  assert.equal((await fetch(`${url}/readyz`)).status, 200)
  const { keys } = JSON.parse((await at.run(['keys', 'list', '--data-dir', './data', '--json'])).stdout)
  assert.deepEqual(keys[1], { id: next.others[0], role: 'opens', records: 0 })
  server.kill('SIGTERM')
  await server.ended
  const file = join(at.folder, 'data/key')
  const all = await readFile(file, 'utf8')
  await writeFile(file, `${all.split('\n')[0]}\n`)
  const restarted = at.start(args, { env: { EVERGRANT_SANDBOX: 'off' } })
  await restarted.seen(/runs at/)
  restarted.kill('SIGTERM')
  await restarted.ended
  await writeFile(file, `${all.split('\n')[1]}\n`)
  const wrong = await at.run(args, { env: { EVERGRANT_SANDBOX: 'off' } })
  assert.equal(wrong.code, 1)
  assert.match(wrong.stderr, /not the one that the data was sealed with/)
})

test('on a terminal a bar is drawn over itself', async () => {
  await using at = await home()
  const path = join(at.folder, 'grants.db')
  const [old, next] = await Promise.all([at.run(['keys', 'new']), at.run(['keys', 'new'])])
  await filled(path, keyring(await keysFromText(old.stdout)), 4)
  let drawn = ''
  const write = (chunk: Buffer, _: string, done: () => void): void => {
    drawn += chunk.toString()
    done()
  }
  const stderr = Object.assign(new Writable({ write }), { isTTY: true })
  const streams = { stdin: Readable.from([]), stdout: new Writable({ write: (_, __, done) => done() }), stderr }
  const env = { EVERGRANT_KEY: `${next.stdout},${old.stdout}`, NO_COLOR: '1' }
  assert.equal(await main(['keys', 'rotate', '--store', `sqlite:${path}`], env, streams), 0)
  assert.ok(drawn.includes(`\r\u001b[K${'█'.repeat(15)}${'░'.repeat(15)} Sealing anew: 2 of 4`), drawn)
  assert.match(drawn, /█{30} Sealing anew: 4 of 4\n✓ 4 records of 4/)
})
