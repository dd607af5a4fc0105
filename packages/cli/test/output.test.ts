/** What was printed and could not be written: a failure, since it may have been printed this once. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { Readable, Writable } from 'node:stream'
import { test } from 'node:test'
import { main } from 'evergrant'
import { bin } from './command-line.ts'

/** A command whose stdout fails each write with this code. */
async function into(code: string, args: readonly string[]) {
  let stderr = ''
  const stdout = new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })) })
  stdout.on('error', () => undefined)
  const said = new Writable({
    write(chunk: Buffer, _encoding, done) {
      stderr += chunk.toString()
      done()
    },
  })
  const streams = { stdin: Readable.from([]), stdout, stderr: said }
  return { code: await main(args, {}, streams), stderr }
}

for (const [what, args] of [
  ['text', ['providers', 'list']],
  ['JSON', ['providers', 'list', '--json']],
  ['a key', ['keys', 'new']],
  ['help', ['--help']],
] as const) {
  test(`a result that cannot be written is a failure: ${what}`, async () => {
    const ran = await into('ENOSPC', args)
    assert.equal(ran.code, 1)
    assert.match(ran.stderr, /could not be written to standard output: ENOSPC.*what it printed is lost/)
  })
}

test('a reader that has seen enough is no failure', async () => {
  assert.deepEqual(await into('EPIPE', ['providers', 'list', '--json']), { code: 0, stderr: '' })
})

test('on a full disk the program says that its result is lost, and what nobody can read ends nothing', {
  skip: !existsSync('/dev/full') && 'this system has no /dev/full',
}, () => {
  const full = openSync('/dev/full', 'w')
  try {
    const env = { PATH: process.env['PATH'] }
    const lost = spawnSync(process.execPath, [bin, 'keys', 'new'], { env, stdio: ['ignore', full, 'pipe'] })
    assert.equal(lost.status, 1)
    assert.match(String(lost.stderr), /error The result could not be written to standard output: ENOSPC/)
    const mute = spawnSync(process.execPath, [bin, 'keys', 'nwe'], { env, stdio: ['ignore', 'pipe', full] })
    assert.equal(mute.status, 2)
  } finally {
    closeSync(full)
  }
})
