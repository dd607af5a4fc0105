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

/** What a look at the whole chain found. */
export type ChainFinding =
  | { readonly ok: true; readonly entries: number; readonly head: string }
  | { readonly ok: false; readonly seq: number; readonly reason: 'missing' | 'changed' }

/** Follows the chain from its beginning, as it is read. Stops at the first entry that does not hold. */
export async function verifiedChain(key: Uint8Array, rows: AsyncIterable<AuditRow>): Promise<ChainFinding> {
  let entries = 0
  let head = BEGINNING
  for await (const { link, ...entry } of rows) {
    if (entry.seq !== entries + 1) return { ok: false, seq: entries + 1, reason: 'missing' }
    if (linkOf(key, entry, head) !== link) return { ok: false, seq: entry.seq, reason: 'changed' }
    entries = entry.seq
    head = link
  }
  return { ok: true, entries, head }
}
