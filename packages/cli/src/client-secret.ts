import { text } from 'node:stream/consumers'
import { givenSecret } from './given-file.ts'
import type { Input } from './streams.ts'
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
  return givenSecret('--client-secret-file', sources.file, cwd)
}

/** A client secret from standard input alone, where another program or a file is piped in: all of it, but for the line end. */
export async function pipedSecret(stdin: Input): Promise<string> {
  if (stdin.isTTY === true) {
    throw new UsageError(
      '--client-secret-stdin: nothing is piped in.',
      'Pipe the secret in, as in `pass show client | evergrant …`, or give --client-secret-file.',
    )
  }
  const secret = (await text(stdin)).replace(/\r?\n$/, '')
  if (secret === '') throw new UsageError('--client-secret-stdin: nothing was piped in.')
  return secret
}
