import { createHmac } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { AuditTable } from '../db/tables.ts'

/** A row as it is kept. */
export type AuditRow = Selectable<AuditTable>

/** What stands before the first entry. */
export const BEGINNING = ''

/**
 * The link of an entry: an HMAC over the entry and the link of the one before. Whoever changes, removes or inserts a row in
 * the database would have to make all later links anew, and has not the key, which is sealed.
 */
export function linkOf(key: Uint8Array, entry: Omit<AuditRow, 'link'>, before: string): string {
  const { seq, at, actor, source, action, subject, detail } = entry
  const text = JSON.stringify([before, seq, at, actor, source, action, subject, detail])
  return createHmac('sha256', key).update(text).digest('base64url')
}

/** An entry that was noted outside of the database. */
export interface NotedEntry {
  readonly seq: number
  readonly link: string
}

/** What a look at the whole chain found. `cut`: a noted entry is not there any more; `remade`: it is another one now. */
export type ChainFinding =
  | { readonly ok: true; readonly entries: number; readonly head: string }
  | { readonly ok: false; readonly seq: number; readonly reason: 'missing' | 'changed' | 'cut' | 'remade' }

/** Follows the chain from its beginning, as it is read. Stops at the first entry that does not hold. */
export async function verifiedChain(
  key: Uint8Array,
  rows: AsyncIterable<AuditRow>,
  noted?: NotedEntry,
): Promise<ChainFinding> {
  let entries = 0
  let head = BEGINNING
  for await (const { link, ...entry } of rows) {
    if (entry.seq !== entries + 1) return { ok: false, seq: entries + 1, reason: 'missing' }
    if (linkOf(key, entry, head) !== link) return { ok: false, seq: entry.seq, reason: 'changed' }
    if (entry.seq === noted?.seq && link !== noted.link) return { ok: false, seq: entry.seq, reason: 'remade' }
    entries = entry.seq
    head = link
  }
  if (noted !== undefined && entries < noted.seq) return { ok: false, seq: noted.seq, reason: 'cut' }
  return { ok: true, entries, head }
}
