import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { assertFile } from './assert-file.ts'
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
  if (path !== '-') await assertFile(place, `import: ${path}`, 'Give a file, or - and the content on stdin.')
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
