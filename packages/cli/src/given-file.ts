import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { UsageError } from './usage-error.ts'

/** The content of a file that an option names; a file that cannot be read is a usage error that names the option. */
export async function givenFile(option: string, path: string, cwd: string): Promise<Buffer> {
  try {
    return await readFile(resolve(cwd, path))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`${option}: ${path} cannot be read (${why}).`)
  }
}

/** A file with one secret in it. Editors and `echo` end a file with a newline, which is not part of the secret. */
export async function givenSecret(option: string, path: string, cwd: string): Promise<string> {
  const secret = (await givenFile(option, path, cwd)).toString('utf8').replace(/\r?\n$/, '')
  if (secret === '') throw new UsageError(`${option}: ${path} is empty.`)
  return secret
}
