import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { descendants } from './descendants.ts'

const markName = 'EVERGRANT_TEST_RUN'
const defaultGrace = 3000

/** A finished run. */
export interface GroupResult {
  readonly code: number
  /** Processes that outlived the run and were ended. */
  readonly leftBehind: number
}

/** How a group runs. */
export interface GroupOptions {
  /** Milliseconds between the signal that asks and the one that ends. */
  readonly grace?: number
  /** Besides what is there. */
  readonly env?: Readonly<Record<string, string>>
}

/**
 * Runs a command in a process group of its own and resolves when it and everything it started is gone.
 * SIGINT, SIGTERM and SIGHUP end all of it: first with the same signal, after the grace with SIGKILL.
 */
export async function runGroup(
  command: string,
  args: readonly string[],
  cwd: string,
  { grace = defaultGrace, env: more = {} }: GroupOptions = {},
): Promise<GroupResult> {
  const id = randomUUID()
  const mark = `${markName}=${id}`
  const env = { ...process.env, ...more, [markName]: id }
  const child = spawn(command, args, { cwd, env, stdio: 'inherit', detached: true })
  const stop = (signal: NodeJS.Signals): void => void endGroup(child, mark, signal, grace)
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  process.on('SIGHUP', stop)
  try {
    const code = await exitCode(child)
    const leftBehind = await endLeftovers(child.pid ?? 0, mark, grace)
    return { code, leftBehind }
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
    process.off('SIGHUP', stop)
  }
}

async function endGroup(child: ChildProcess, mark: string, signal: NodeJS.Signals, grace: number): Promise<void> {
  const { pid } = child
  if (pid === undefined) return
  // Look before signalling: whoever loses its parent can no longer be found below it.
  const all = [pid, ...descendants(pid, mark)]
  for (const each of all) send(each, signal)
  await delay(grace, undefined, { ref: false })
  for (const each of [-pid, pid, ...descendants(pid, mark)]) send(each, 'SIGKILL')
}

/** A test's child may need a moment to leave; who stays longer is ended and counted. */
async function endLeftovers(pid: number, mark: string, grace: number): Promise<number> {
  for (let waited = 0; waited < grace; waited += 100) {
    if (descendants(pid, mark).length === 0) return 0
    await delay(100)
  }
  const left = descendants(pid, mark)
  for (const each of left) send(each, 'SIGKILL')
  return left.length
}

function exitCode(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    // As a shell says it: 128 and the signal's number; 130 stands for all signals here.
    child.once('exit', (code) => resolve(code ?? 130))
  })
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // already gone
  }
}
