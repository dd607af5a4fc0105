import type { OAuthError } from '@evergrant/core'
import { type GrantFile, grantFileText } from './grant-file.ts'
import type { Job } from './write-queue.ts'

/** How large a text with grants may be, and what is said when it would be larger. */
export interface SizeLimit {
  readonly maxBytes: number
  readonly tooLarge: (bytes: number) => OAuthError
}

/** What is there after the changes; the same object when they change nothing. Who would make it too large is refused. */
export function applyJobs(before: GrantFile, jobs: readonly Job<GrantFile>[], limit: SizeLimit): GrantFile {
  const after = applied(before, jobs, undefined)
  // Together they are too much: each is judged alone, so that a large one does not fail the others.
  return size(after) <= limit.maxBytes ? after : applied(before, jobs, limit)
}

function applied(before: GrantFile, jobs: readonly Job<GrantFile>[], limit: SizeLimit | undefined): GrantFile {
  let after = before
  for (const { change, reject } of jobs) {
    const next = change(after) ?? after
    const bytes = limit === undefined ? 0 : size(next)
    if (limit !== undefined && bytes > limit.maxBytes) reject(limit.tooLarge(bytes))
    else after = next
  }
  return after
}

function size(file: GrantFile): number {
  return Buffer.byteLength(grantFileText(file))
}
