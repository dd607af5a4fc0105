import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const bin: string = join(import.meta.dirname, '../bin/evergrant.js')

/** What a finished command said. */
export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A command that still runs. */
export interface Running {
  /** Resolves with the first match in what was written so far or from now on. */
  seen(pattern: RegExp): Promise<RegExpExecArray>
  kill(signal: NodeJS.Signals): void
  readonly ended: Promise<Ran>
}

/** A person's machine: an own home, configuration and working folder, removed at the end. */
export interface Home extends AsyncDisposable {
  readonly folder: string
  run(args: readonly string[], options?: RunOptions): Promise<Ran>
  start(args: readonly string[], options?: RunOptions): Running
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  /** What is piped in; absent: an empty input that ends at once. */
  readonly input?: string
}

export async function home(): Promise<Home> {
  const folder = await mkdtemp(join(tmpdir(), 'evergrant-cli-'))
  const children = new Set<ChildProcess>()
  const start = (args: readonly string[], { env = {}, input = '' }: RunOptions = {}): Running => {
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        HOME: folder,
        EVERGRANT_CONFIG_DIR: join(folder, 'config'),
        BROWSER: 'none',
        ...env,
      },
    })
    children.add(child)
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    let written = ''
    let look: (() => void) | undefined
    child.stderr.on('data', (chunk: Buffer) => {
      written += chunk.toString()
      look?.()
    })
    let printed = ''
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
      look?.()
    })
    const ended = new Promise<Ran>((resolve, reject) => {
      child.on('error', reject).on('close', (code) => resolve({ code, stdout: printed, stderr: written }))
    })
    return {
      ended,
      kill: (signal) => void child.kill(signal),
      seen: (pattern) =>
        new Promise((resolve, reject) => {
          look = () => {
            const match = pattern.exec(written) ?? pattern.exec(printed)
            if (match !== null) resolve(match)
          }
          void ended.then(() => reject(new Error(`ended without ${pattern}: ${written}`)))
          look()
        }),
    }
  }
  return {
    folder,
    start,
    run: (args, options) => start(args, options).ended,
    // A test that failed half-way must not leave its commands running.
    [Symbol.asyncDispose]: () => {
      for (const child of children) child.kill('SIGKILL')
      return rm(folder, { recursive: true, force: true })
    },
  }
}

/** The address that `login` asks the person to open. */
export async function consentUrl(login: Running): Promise<string> {
  const [, url = ''] = await login.seen(/^(http:\/\/127\.0\.0\.1:\d+\/\S+)$/m)
  return url
}
