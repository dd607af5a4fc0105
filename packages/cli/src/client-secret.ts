import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { UsageError } from './usage-error.ts'

/** The places that a client secret can come from. */
export interface SecretSources {
  readonly flag?: string | undefined
  readonly file?: string | undefined
  readonly environment?: string | undefined
  readonly remembered?: string | undefined
}

/** The client secret: the flag, then the file, then the environment, then what a login saved. */
export async function clientSecret(sources: SecretSources, cwd: string): Promise<string | undefined> {
  if (sources.flag !== undefined && sources.file !== undefined) {
    throw new UsageError('--client-secret and --client-secret-file were both given.', 'Give one of them.')
  }
  if (sources.flag !== undefined) return sources.flag
  if (sources.file === undefined) return sources.environment || sources.remembered || undefined
  let text: string
  try {
    text = await readFile(resolve(cwd, sources.file), 'utf8')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`--client-secret-file: ${sources.file} cannot be read (${why}).`)
  }
  // Editors and `echo` end a file with a newline, which is not part of the secret.
  const secret = text.replace(/\r?\n$/, '')
  if (secret === '') throw new UsageError(`--client-secret-file: ${sources.file} is empty.`)
  return secret
}
