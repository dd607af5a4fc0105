import { type Grant, type GrantQuery, type GrantSummary, grant, type Stored, versionAfter } from '@evergrant/core'
import { assertStorable } from '../record-text.ts'

/** The statements that a put needs. */
export interface SwapTable {
  /** Writes `next` if the stored version is the expected one, 0: none; whether it did. */
  swap(next: Grant, expected: number): Promise<boolean>
  find(id: string): Promise<Grant | undefined>
}

/** A part of a list, and where the next one begins. */
export interface Page<Cursor> {
  readonly summaries: readonly GrantSummary[]
  readonly cursor?: Cursor
}

/** A put as one conditional statement; one that loses reads what it lost to. */
export async function putBySwap(table: SwapTable, next: Grant, expected: number): Promise<Stored> {
  assertStorable(next.id)
  const after = grant({ ...next, version: versionAfter(next, expected) })
  for (;;) {
    if (await table.swap(after, expected)) return { ok: true, grant: after }
    const current = await table.find(next.id)
    // It came to be what was expected between the two statements.
    if ((current?.version ?? 0) !== expected) return { ok: false, current }
  }
}

/** Grants that one part of a list has at most. */
const PART = 500

/** A list in parts, so that nothing stays open between them while the caller takes its time. */
export async function* listByPages<Cursor>(
  query: GrantQuery,
  page: (after: Cursor | undefined, size: number) => Promise<Page<Cursor>>,
): AsyncIterable<GrantSummary> {
  let left = query.limit ?? Number.POSITIVE_INFINITY
  let cursor: Cursor | undefined
  do {
    const part: Page<Cursor> = await page(cursor, Math.min(left, PART))
    yield* part.summaries
    left -= part.summaries.length
    cursor = part.cursor
  } while (cursor !== undefined && left > 0)
}
