import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { manualClock, startSandbox } from '@evergrant/sandbox'
import { main, type Seams } from 'evergrant'
import { bin, consentUrl, home } from './command-line.ts'

const native = { client_id: 'native', redirect_uris: ['http://127.0.0.1/callback'] }

/** Runs a command inside this process. */
async function inside(argv: readonly string[], env: Record<string, string>, seams: Seams = {}, terminal = false) {
  const [stdin, stdout, stderr] = [
    new PassThrough(),
    new PassThrough(),
    Object.assign(new PassThrough(), { isTTY: terminal }),
  ]
  stdin.end()
  const said = Promise.all([text(stdout), text(stderr)])
  const code = await main(argv, env, { stdin, stdout, stderr }, seams)
  stdout.end()
  stderr.end()
  const [out, err] = await said
  return { code, stdout: out, stderr: err }
}

test('main runs inside a program, with its own clock, streams and folders', async () => {
  await using at = await home()
  const clock = manualClock()
  await using sandbox = await startSandbox({ clock, clients: [{ client_id: 'a', client_secret: 'secret-of-a' }] })
  const env = { HOME: at.folder, EVERGRANT_CLIENT_SECRET: 'secret-of-a' }
  const args = [
    'token',
    '--issuer',
    sandbox.issuer,
    '--client-id',
    'a',
    '--flow',
    'client_credentials',
    '--store',
    'file:./g.json',
  ]
  const seams = { clock, cwd: at.folder }
  const first = await inside(args, env, seams)
  assert.equal(first.code, 0, first.stderr)
  clock.advance(3000)
  assert.equal((await inside(args, env, seams)).stdout, first.stdout)
  clock.advance(600)
  const second = await inside(args, env, seams)
  assert.notEqual(second.stdout, first.stdout)
  assert.equal(sandbox.journal.count({ endpoint: 'token' }), 2)
})

test('the doctor tells a clock that is wrong, and who sets it', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [{ client_id: 'a' }] })
  const clock = manualClock(Date.now() / 1000 - 7200)
  const ran = await inside(
    ['doctor', '--issuer', sandbox.issuer, '--client-id', 'a'],
    { HOME: at.folder },
    { clock, cwd: at.folder },
  )
  assert.equal(ran.code, 1)
  assert.match(
    ran.stderr,
    /✗ Clocks: This machine's clock is 7\d\d\d seconds behind the provider's\.\n +who .*\n +advice .*NTP/,
  )
})

test('an aborted command ends at once and nothing is stored', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({
    clients: [{ client_id: 'a', redirect_uris: ['http://127.0.0.1/callback'] }],
  })
  const signal = AbortSignal.abort(new Error('no longer wanted'))
  const args = ['login', '--no-open', '--issuer', sandbox.issuer, '--client-id', 'a']
  const ran = await inside(args, { HOME: at.folder }, { signal, cwd: at.folder })
  assert.equal(ran.code, 1)
  assert.match(ran.stderr, /no longer wanted/)
})

test('colour is for terminals, and NO_COLOR is respected; a secret that others can see is pointed out there', async () => {
  await using at = await home()
  const args = [
    'token',
    '--flow',
    'client_credentials',
    '--token-endpoint',
    'http://127.0.0.1:1/t',
    '--client-id',
    'a',
    '--client-secret',
    'seen-by-all',
  ]
  const env = { HOME: at.folder }
  const seams = { cwd: at.folder }
  const [piped, shown, plain] = [
    await inside(args, env, seams),
    await inside(args, env, seams, true),
    await inside(args, { ...env, NO_COLOR: '1' }, seams, true),
  ]
  const sequence = String.fromCharCode(27)
  assert.ok(!piped.stderr.includes(sequence) && !plain.stderr.includes(sequence) && shown.stderr.includes(sequence))
  assert.doesNotMatch(piped.stderr, /can be seen by others/)
  assert.match(plain.stderr, /can be seen by others/)
})

test('a person at a terminal is told for whom a slow answer is waited, and how to stop; a script is not', async () => {
  await using at = await home()
  for (const terminal of [true, false]) {
    // Answers only when it is let go.
    const gate = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    const server = createServer((_request, response) => {
      asked.resolve()
      void gate.promise.then(() =>
        response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_client"}'),
      )
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const clock = manualClock()
    const [stdin, stdout, stderr] = [
      new PassThrough(),
      new PassThrough(),
      Object.assign(new PassThrough(), { isTTY: terminal }),
    ]
    let said = ''
    const told = new Promise<void>((resolve) => {
      stderr.on('data', (chunk: Buffer) => {
        said += chunk
        if (said.includes('Waiting for')) resolve()
      })
    })
    const args = ['token', '--flow', 'client_credentials', '--client-id', 'a']
    const env = { HOME: at.folder, NO_COLOR: '1', EVERGRANT_CLIENT_SECRET: 'secret-of-a' }
    const endpoint = ['--token-endpoint', `http://127.0.0.1:${port}/token`]
    const ended = main([...args, ...endpoint], env, { stdin, stdout, stderr }, { clock, cwd: at.folder })
    await Promise.race([asked.promise, ended.then(() => assert.fail(said))])
    clock.advance(2)
    if (terminal) await told
    gate.resolve()
    assert.equal(await ended, 1)
    server.close()
    assert.equal(said.includes(`Waiting for 127.0.0.1:${port} to answer. Ctrl-C stops.\n`), terminal, said)
  }
})

test('--quiet leaves only what a person must do, and errors', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [native] })
  const args = ['login', '--no-open', '--issuer', sandbox.issuer, '--client-id', 'native']
  for (const [manner, lines] of [
    [
      [],
      /^Open this address.*\n\nhttp\S+\n\nWaiting for consent in the browser, at most 5 minutes\. Ctrl-C stops[^✓]*✓ Grant/,
    ],
    [['--quiet'], /^Open this address.*\n\nhttp\S+\n\n$/],
  ] as const) {
    const login = at.start([...args, ...manner])
    await fetch(await sandbox.approve(await consentUrl(login)))
    const { code, stderr } = await login.ended
    assert.equal(code, 0)
    assert.match(stderr, lines)
  }
  const refreshed = await at.run(['grants', 'refresh', '--quiet'])
  assert.deepEqual([refreshed.code, refreshed.stdout, refreshed.stderr], [0, '', ''])
  const missing = await at.run(['token', '--quiet', '--grant', 'nosuch'])
  assert.match(missing.stderr, /nosuch/)
  const both = await at.run(['token', '--quiet', '--verbose'])
  assert.deepEqual([both.code, both.stdout], [2, ''])
  assert.match(both.stderr, /--quiet.*--verbose/)
})

test('the program starts by path from any folder, and by a link as npx makes it', async () => {
  await using at = await home()
  const link = join(at.folder, 'evergrant')
  symlinkSync(bin, link)
  for (const path of [bin, link]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [path, '--version'], {
      cwd: tmpdir(),
      encoding: 'utf8',
    })
    assert.equal(status, 0, stderr)
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/)
  }
})

test('a Node that is too old is told in one sentence, and a published package runs what was built', () => {
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-bin-'))
  try {
    const installed = join(folder, 'node_modules/evergrant')
    mkdirSync(join(installed, 'dist'), { recursive: true })
    cpSync(bin, join(installed, 'bin/evergrant.js'))
    writeFileSync(join(installed, 'package.json'), '{"type":"module"}')
    writeFileSync(join(installed, 'dist/main.js'), 'export const main = async (argv) => (console.log(argv.join()), 5)')
    const path = join(installed, 'bin/evergrant.js')
    const built = spawnSync(process.execPath, [path, 'a', 'b'], { encoding: 'utf8' })
    assert.deepEqual([built.status, built.stdout], [5, 'a,b\n'])
    const old = join(folder, 'old.mjs')
    writeFileSync(old, "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } })")
    const refused = spawnSync(process.execPath, ['--import', old, path], { encoding: 'utf8' })
    assert.equal(refused.status, 1)
    assert.equal(
      refused.stderr,
      'evergrant needs Node 22.18 or newer, and this is Node 20.1.0. Install a newer Node and try again.\n',
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('--device shows an address and a code, waits for the person, and stores the grant', async () => {
  await using at = await home()
  const clock = manualClock()
  await using sandbox = await startSandbox({ clock, clients: [{ client_id: 'a' }] })
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
  stdin.end()
  let shown = ''
  const seen = new Promise<RegExpExecArray>((resolve) => {
    stderr.on('data', (chunk: Buffer) => {
      shown += chunk
      const match = /^(http:\/\/\S+)\n\nand enter the code {2}(\S+)$/m.exec(shown)
      if (match !== null) resolve(match)
    })
  })
  const args = ['login', '--device', '--issuer', sandbox.issuer, '--client-id', 'a', '--scope', 'openid', '--json']
  const ended = main(args, { HOME: at.folder }, { stdin, stdout, stderr }, { clock, cwd: at.folder })
  const [, address = '', code = ''] = await seen
  assert.ok(!address.includes(code))
  await sandbox.approve(`${address}?user_code=${code}`, { username: 'bob' })
  let over = false
  void ended.then(() => {
    over = true
  })
  // One sleeper is the deadline, the other one the wait between two polls.
  while (!over) {
    if (clock.sleepers > 1) clock.advance(5)
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.equal(await ended, 0, shown)
  stdout.end()
  assert.equal(JSON.parse(await text(stdout)).subject.sub, 'bob')
})

test('--device ends with 3 when nobody enters the code in time', async () => {
  await using at = await home()
  await using sandbox = await startSandbox({ clients: [{ client_id: 'a' }] })
  const args = ['login', '--device', '--timeout', '0.1', '--issuer', sandbox.issuer, '--client-id', 'a']
  const ran = await inside(args, { HOME: at.folder }, { cwd: at.folder })
  assert.equal(ran.code, 3, ran.stderr)
  assert.match(ran.stderr, /within 0\.1 s\./)
})
