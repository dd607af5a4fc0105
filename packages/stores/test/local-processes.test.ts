import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileStore } from '@evergrant/stores/file'
import { sqliteStore } from '@evergrant/stores/sqlite'

// Elsewhere the kernel does not say which machine and boot this is, and every mark is respected for its lease.
const skip = process.platform !== 'linux'
const { processes } = fileStore('./grants.json')

/** What a process of its own is known by, and an end to it. */
async function another(): Promise<{ own: string; end(): Promise<void> }> {
  const code = `import { fileStore } from '@evergrant/stores/file'
    console.log(fileStore('./grants.json').processes.own)
    setInterval(() => undefined, 1000)`
  const flags = ['--conditions=source', '--input-type=module', '--eval', code]
  const child = spawn(process.execPath, flags, {
    cwd: join(import.meta.dirname, '..'),
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const closed = once(child, 'close')
  const [chunk] = await once(child.stdout, 'data')
  return {
    own: String(chunk).trim(),
    async end() {
      child.kill('SIGKILL')
      await closed
    },
  }
}

test('[#119] a process that was killed is known to have ended, and not before', { skip }, async () => {
  const { own, end } = await another()
  assert.equal(processes?.hasEnded(own), false)
  await end()
  assert.equal(processes?.hasEnded(own), true)
})

test('a process knows itself, and the process before it that had the same number', { skip }, () => {
  assert.ok(processes)
  assert.equal(processes.hasEnded(processes.own), false)
  assert.equal(sqliteStore(':memory:').processes?.own, processes.own, 'for every store that lies on this machine')
  // In a container that was started again the first process is number 1 once more.
  const [pid, start, ...place] = processes.own.split(' ')
  assert.equal(processes.hasEnded([pid, Number(start) - 1, ...place].join(' ')), true)
})

test('nothing is said about processes of another machine, boot or container, nor of texts nobody wrote', {
  skip,
}, async () => {
  assert.ok(processes)
  const { own, end } = await another()
  await end()
  const [pid = '', start = '', host = '', boot = '', space = ''] = own.split(' ')
  assert.match(boot, /^[0-9a-f-]{36}$/)
  assert.match(space, /^pid:/)
  for (const text of [
    `${pid} ${start} other-host ${boot} ${space}`,
    `${pid} ${start} ${host} 00000000-0000-0000-0000-000000000000 ${space}`,
    `${pid} ${start} ${host} ${boot} pid:[1]`,
    `0 ${start} ${host} ${boot} ${space}`,
    `-${pid} ${start} ${host} ${boot} ${space}`,
    `${pid}`,
    '',
    'x'.repeat(10_000),
  ])
    assert.equal(processes.hasEnded(text), false, text)
})
