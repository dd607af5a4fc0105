import { Readable, Writable } from 'node:stream'
import { main } from 'evergrant'
import type { Ran } from './command-line.ts'

/**
 * One command line in this process, for what is done often: a new process costs a second of a busy machine. `isTTY`: as
 * if a person looked.
 */
export async function run(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  input: readonly string[] = [],
  isTTY = false,
): Promise<Ran> {
  const said = { stdout: '', stderr: '' }
  const into = (name: keyof typeof said): Writable =>
    new Writable({
      write(chunk: Buffer, _, done) {
        said[name] += chunk.toString()
        done()
      },
    })
  const streams = {
    stdin: Readable.from(input),
    stdout: into('stdout'),
    stderr: Object.assign(into('stderr'), { isTTY }),
  }
  return { code: await main(args, { PATH: process.env['PATH'] ?? '', ...env }, streams), ...said }
}
