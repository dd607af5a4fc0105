import { givenSecret } from './given-file.ts'
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
