import type { Kysely, Selectable, Transaction } from 'kysely'
import type { ApiKeyTable, Tables } from '../db/tables.ts'

/** Accounts in one question to the database. */
const MOST_ASKED = 5_000

/** What an API key gets at. An account that was removed is no part of it. */
export interface KeyReach {
  /** How many accounts there are for it. */
  readonly accounts: number
  /** Whether it is for accounts that its maker could not name as a member. */
  readonly beyond: boolean
}

type Key = Pick<Selectable<ApiKeyTable>, 'id' | 'owner' | 'accounts'>

/** The accounts that a key names; null: it is for all. */
export const namedBy = (accounts: string | null): string[] | null =>
  accounts === null ? null : (JSON.parse(accounts) as string[])

/** What these keys get at, by their ids. */
export async function keyReaches(
  db: Kysely<Tables> | Transaction<Tables>,
  keys: readonly Key[],
): Promise<ReadonlyMap<string, KeyReach>> {
  const named = keys.map(({ id, owner, accounts }) => ({ id, owner, ids: namedBy(accounts) }))
  const owners = await ownersOf(db, [...new Set(named.flatMap(({ ids }) => ids ?? []))])
  const all = named.some(({ ids }) => ids === null) ? await countAll(db) : 0
  return new Map(
    named.map(({ id, owner, ids }) => {
      const there = ids?.filter((account) => owners.has(account))
      // Whoever made it was removed, or it is older than that was written down: it is nobody's.
      const beyond = owner !== null && (there?.some((account) => owners.get(account) !== owner) ?? true)
      return [id, { accounts: there?.length ?? all, beyond }]
    }),
  )
}

/** Of accounts that are there, whose they are. */
export async function ownersOf(
  db: Kysely<Tables> | Transaction<Tables>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  const owners = new Map<string, string | null>()
  for (let from = 0; from < ids.length; from += MOST_ASKED) {
    const some = ids.slice(from, from + MOST_ASKED)
    const rows = await db.selectFrom('accounts').select(['id', 'owner']).where('id', 'in', some).execute()
    for (const { id, owner } of rows) owners.set(id, owner)
  }
  return owners
}

async function countAll(db: Kysely<Tables> | Transaction<Tables>): Promise<number> {
  const counted = db.selectFrom('accounts').select(({ fn }) => fn.countAll().as('count'))
  return Number((await counted.executeTakeFirstOrThrow()).count)
}
