import { type Grant, type GrantSummary, grant, summary } from '@evergrant/core'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../db/tables.ts'

/** Ids in one statement; databases take some thousands. */
const PART = 500

/** What is known of some grants, read as lists are: nothing is unsealed for it. */
export async function grantSummaries(
  db: Kysely<Tables>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, GrantSummary>> {
  const found = new Map<string, GrantSummary>()
  for (let from = 0; from < ids.length; from += PART) {
    const part = sql.join(ids.slice(from, from + PART))
    const { rows } = await sql<{ id: string; record: string }>`
      SELECT id, record FROM evergrant_grants WHERE id IN (${part})`.execute(db)
    for (const { id, record } of rows) found.set(id, summary(grant(JSON.parse(record) as Grant)))
  }
  return found
}
