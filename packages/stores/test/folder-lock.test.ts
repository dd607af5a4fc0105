import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { systemClock } from '@evergrant/core'
import { manualClock } from '@evergrant/sandbox'
import { FolderLock, LockLost } from '../src/file/folder-lock.ts'
import { folder } from './folder.ts'

const patient = { clock: systemClock, staleAfter: 60, deadline: 60 }
const hasty = { clock: systemClock, staleAfter: 0.02, deadline: 60 }

test('[#119] an owner that was taken for dead writes nothing late and takes nobody else’s lock away', async () => {
  await using temp = await folder()
  const path = temp.at('file')
  // Its sign of life comes every 15 s, which to the hasty one is never.
  const paused = await FolderLock.take(path, patient)
  const next = await FolderLock.take(path, hasty)
  await assert.rejects(paused.replace(path, 'late', undefined), LockLost)
  await paused.release()
  await next.replace(path, 'new', undefined)
  await assert.rejects(paused.replace(path, 'later', undefined), LockLost)
  await next.release()
  await assert.rejects(paused.replace(path, 'latest', undefined), LockLost)
  assert.equal(await readFile(path, 'utf8'), 'new')
  assert.deepEqual(await readdir(temp.at('.')), ['file'])
})

test('an owner at work gives signs of life, and is waited for', async () => {
  await using temp = await folder()
  const path = temp.at('file')
  const times = { clock: systemClock, staleAfter: 0.8, deadline: 60 }
  const owner = await FolderLock.take(path, times)
  let taken = false
  const waiter = FolderLock.take(path, times).then((lock) => {
    taken = true
    return lock
  })
  await systemClock.sleep(1.2)
  assert.equal(taken, false)
  await owner.replace(path, 'first', undefined)
  await owner.release()
  const second = await waiter
  await second.replace(path, 'second', undefined)
  await second.release()
  assert.equal(await readFile(path, 'utf8'), 'second')
})

test('age is measured by the waiter’s own monotonic clock', async () => {
  await using temp = await folder()
  const path = temp.at('file')
  const owner = await FolderLock.take(path, patient)
  const time = manualClock()
  const clock = { ...systemClock, monotonic: () => time.monotonic(), sleep: async () => time.advance(1) }
  const next = await FolderLock.take(path, { clock, staleAfter: 30, deadline: 100 })
  assert.ok(time.monotonic() >= 30)
  await assert.rejects(owner.replace(path, 'late', undefined), LockLost)
  await owner.release()
  await next.release()
})

test('of many that want the lock one has it at a time', async () => {
  await using temp = await folder()
  const path = temp.at('file')
  let inside = 0
  let most = 0
  const work = async (): Promise<void> => {
    const lock = await FolderLock.take(path, patient)
    inside += 1
    most = Math.max(most, inside)
    const count = Number(await readFile(path, 'utf8').catch(() => '0'))
    await lock.replace(path, String(count + 1), undefined)
    inside -= 1
    await lock.release()
  }
  await Promise.all(Array.from({ length: 25 }, work))
  assert.equal(most, 1)
  assert.equal(await readFile(path, 'utf8'), '25')
})
