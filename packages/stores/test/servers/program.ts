import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chownSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A user to run a server as. */
export interface User {
  readonly uid: number
  readonly gid: number
}

/** Milliseconds for a server to be there. A busy machine takes long, and one that ended is seen at once. */
const PATIENCE = 120_000

/** A server of the system's that a test started, and its folder. */
export class ServerProgram {
  readonly folder: string
  readonly #child: ChildProcess
  readonly #signal: NodeJS.Signals
  #said = ''

  private constructor(folder: string, child: ChildProcess, signal: NodeJS.Signals) {
    this.folder = folder
    this.#child = child
    this.#signal = signal
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (this.#said += String(chunk)))
    child.on('error', (error) => (this.#said += error.message))
  }

  /** A folder of the server's own, that the user may write. */
  static async folder(user?: User): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'evergrant-'))
    if (user !== undefined) chownSync(folder, user.uid, user.gid)
    return folder
  }

  /** Starts it; resolves when `ready` does without an error. `signal` ends it in good order. */
  static async start(
    command: string,
    args: readonly string[],
    folder: string,
    { user, signal, ready }: { user?: User | undefined; signal: NodeJS.Signals; ready: () => Promise<unknown> },
  ): Promise<ServerProgram> {
    const child = spawn(command, args, { cwd: folder, ...user, stdio: ['ignore', 'pipe', 'pipe'] })
    const program = new ServerProgram(folder, child, signal)
    let missing = false
    child.on('error', (error) => {
      missing = 'code' in error && error.code === 'ENOENT'
    })
    for (const until = performance.now() + PATIENCE; ; ) {
      try {
        await ready()
        return program
      } catch (error) {
        if (performance.now() < until && program.#runs()) await new Promise((resolve) => setTimeout(resolve, 25))
        else {
          await program.stop()
          if (missing) throw new Error(`${command} is not installed, or not on the PATH.`)
          throw new Error(`${command} did not start: ${program.#said}`, { cause: error })
        }
      }
    }
  }

  /** Ends it and removes its folder. */
  async stop(): Promise<void> {
    if (this.#runs()) {
      const gone = new Promise((resolve) => this.#child.once('exit', resolve))
      this.#child.kill(this.#signal)
      await gone
    }
    await rm(this.folder, { recursive: true, force: true })
  }

  #runs(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }
}

/** Who runs a server that refuses to be run by root; undefined when we are somebody else already. */
export function serverUser(name: string): User | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string): number => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** A port that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
