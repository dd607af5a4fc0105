import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import type { StoreProcesses } from '@evergrant/core'

/**
 * Where process ids mean the same: host, boot and process namespace. Two containers may share a host name; on Linux the
 * kernel tells them apart.
 */
export function processPlace(): string {
  return [hostname(), bootId(), processSpace()].join(' ')
}

/** Whether a process of this place is there. One that may not be signalled is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}

/**
 * The processes of this place, for a store that lies on this machine. Undefined where the kernel does not say which boot
 * and namespace this is (only Linux does): a host name alone may be another machine's too, whose processes are not ours
 * to judge.
 */
export function localProcesses(): StoreProcesses | undefined {
  if (bootId() === '' || processSpace() === '') return undefined
  const place = processPlace()
  const started = startOf()
  return {
    own: `${process.pid} ${started} ${place}`,
    hasEnded(other) {
      const [, id = '', start, where] = /^([1-9]\d*) (\d*) (.+)$/.exec(other) ?? []
      if (where !== place) return false
      const pid = Number(id)
      // In a container that was started again everything has the number of before, this process too.
      return pid === process.pid ? start !== started : !isAlive(pid)
    },
  }
}

/** In ticks since the machine started; the same in all threads of a process. */
function startOf(): string {
  const line = quietly(() => readFileSync('/proc/self/stat', 'utf8'))
  // The second field is the program's name in brackets, which may hold anything; the 22nd is the start.
  return line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

function bootId(): string {
  return quietly(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
}

function processSpace(): string {
  return quietly(() => readlinkSync('/proc/self/ns/pid'))
}

function quietly(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
