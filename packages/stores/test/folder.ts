import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder of a test's own, removed at its end. */
export async function folder(): Promise<{ at: (name: string) => string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'evergrant-'))
  return {
    at: (name) => join(path, name),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}
