import { type Kysely, type RawBuilder, sql } from 'kysely'
import { type AccountCounts, AccountFlag, PresentState } from '../contract/index.ts'
import type { Tables } from '../db/tables.ts'
import { ACCOUNTS_WITH_GRANTS, conditionKey, conditionOf } from './condition-key.ts'

const FLAGS = AccountFlag.anyOf.map((flag) => flag.const)

/** How many accounts are in each state, by connection. */
export interface StateCount {
  readonly connection: string
  readonly state: PresentState
  readonly accounts: number
}

/** Accounts of a connection that are in the same condition for the same reasons. */
export interface StateGroup {
  readonly connection: string
  readonly key: string
  readonly accounts: number
  readonly condition: ReturnType<typeof conditionOf>
}

/**
 * The accounts by what decides about their condition. The database groups them, and the condition is worked out once for
 * each group: no grant is read into this process.
 */
export async function stateGroups(
  db: Kysely<Tables>,
  now: number,
  checking: ReadonlySet<string>,
  which: RawBuilder<unknown> = sql`1 = 1`,
): Promise<StateGroup[]> {
  // Materialized: otherwise SQLite works the key out again wherever the grouping compares it.
  const { rows } = await sql<Omit<StateGroup, 'condition'>>`
    WITH found AS MATERIALIZED (
      SELECT a.connection_id AS connection, ${conditionKey(db, now, checking)} AS "key"
      FROM ${ACCOUNTS_WITH_GRANTS} WHERE ${which}
    )
    SELECT connection, "key", CAST(COUNT(*) AS INTEGER) AS accounts FROM found GROUP BY connection, "key"`.execute(db)
  return rows.map((group) => ({ ...group, condition: conditionOf(group.key) }))
}

export function countsByConnection(groups: readonly StateGroup[]): StateCount[] {
  return groups.map(({ connection, accounts, condition }) => ({ connection, accounts, state: condition.state }))
}

/** How many there are in all, in each state, and with each flag. */
export function accountCounts(groups: readonly StateGroup[]): AccountCounts {
  const states = none(PresentState.anyOf.map((state) => state.const))
  const flags = none(FLAGS)
  let total = 0
  for (const { accounts, condition } of groups) {
    total += accounts
    states[condition.state] += accounts
    for (const flag of FLAGS) if (condition[flag]) flags[flag] += accounts
  }
  return { total, states, flags }
}

function none<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>
}
