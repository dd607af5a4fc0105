import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { UsageError } from './usage-error.ts'

/** A file of tokens is some kilobytes; a cache of ten thousand people some dozens of megabytes. */
const MOST_BYTES = 64 * 1024 * 1024

/**
 * The content of a file of another program's, or of stdin for `-`. Read up to a limit and no further: stdin need not end,
 * and a path that was mistyped may be a disk image. What is no file is refused: a named pipe waits for a writer for ever.
 */
export async function tokenFile(path: string, cwd: string, stdin: Readable): Promise<Buffer> {
  const name = path === '-' ? 'stdin' : path
  const place = resolve(cwd, path)
  if (path !== '-') await assertFile(path, place)
  const stream = path === '-' ? stdin : createReadStream(place)
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of stream) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > MOST_BYTES) break
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`import: ${name} cannot be read (${why}).`)
  }
  if (bytes <= MOST_BYTES) return Buffer.concat(chunks)
  throw new UsageError(`import: ${name} has more than ${MOST_BYTES / 1024 / 1024} MiB: that is no file of tokens.`)
}

async function assertFile(path: string, place: string): Promise<void> {
  // What a shell puts in the place of `<(command)`: a pipe whose writer is there.
  if (/^\/(?:dev\/stdin|(?:dev|proc\/self)\/fd\/\d+)$/.test(place)) return
  const found = await stat(place).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`import: ${path} cannot be read (${why}).`)
  })
  if (found.isFile()) return
  const what = found.isDirectory() ? 'a folder' : found.isFIFO() ? 'a named pipe' : 'no file'
  throw new UsageError(`import: ${path} is ${what}.`, 'Give a file, or - and the content on stdin.')
}
