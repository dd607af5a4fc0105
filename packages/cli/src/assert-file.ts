import { stat } from 'node:fs/promises'
import { UsageError } from './usage-error.ts'

/**
 * Throws for what is there and no file: a named pipe waits for a writer for ever, and a device need not end. What is not
 * there at all is told by whoever reads it. `named`: what it is, for the message.
 */
export async function assertFile(place: string, named: string, advice: string): Promise<void> {
  // What a shell puts in the place of `<(command)`: a pipe whose writer is there.
  if (/^\/(?:dev\/stdin|(?:dev|proc\/self)\/fd\/\d+)$/.test(place)) return
  const found = await stat(place).catch(() => undefined)
  if (found === undefined || found.isFile()) return
  const what = found.isDirectory() ? 'a folder' : found.isFIFO() ? 'a named pipe' : 'no file'
  throw new UsageError(`${named} is ${what}.`, advice)
}
