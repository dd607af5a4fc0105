import { systemClock } from '@evergrant/core'
import { failure } from './failure.ts'
import { folders } from './folders.ts'
import { Interrupted } from './interrupted.ts'
import type { Invocation } from './invocation.ts'
import { run } from './program.ts'
import type { Seams, Streams } from './streams.ts'
import { Terminal } from './terminal.ts'

export type { Input, Output, Seams, Streams } from './streams.ts'

/**
 * Runs one command line and resolves with its exit code: 0 done, 1 failed, 2 usage, 3 consent needed (and 130 or 143
 * when it was stopped). Stdout carries the result alone, and all of it is written by then; a result that could not be
 * written is a failure, unless its reader has gone (EPIPE). Never rejects, never exits the process.
 *
 * `argv` is what stands after the program's name. Commands may run at the same time in one process.
 */
export async function main(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  streams: Streams,
  seams: Seams = {},
): Promise<number> {
  const terminal = new Terminal(streams, env)
  const stop = new AbortController()
  let times = 0
  const interrupt = (): void => {
    stop.abort(new Interrupted('SIGINT'))
    // npx passes on what the terminal has sent already; only a third one is a person who will not wait.
    if (++times === 2) process.off('SIGINT', interrupt)
  }
  const terminate = (): void => stop.abort(new Interrupted('SIGTERM'))
  const signal = seams.signal ?? stop.signal
  if (seams.signal === undefined) process.on('SIGINT', interrupt).once('SIGTERM', terminate)
  try {
    const invocation: Invocation = {
      terminal,
      env,
      cwd: seams.cwd ?? process.cwd(),
      folders: folders(env),
      clock: seams.clock ?? systemClock,
      signal,
    }
    const code = await run(argv, invocation)
    await terminal.written()
    return code
  } catch (error) {
    const failed = failure(signal.aborted && signal.reason instanceof Interrupted ? signal.reason : error)
    terminal.fail(failed)
    return failed.exit_code
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', terminate)
  }
}
