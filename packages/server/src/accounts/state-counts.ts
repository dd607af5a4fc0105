import { type RawBuilder, sql } from 'kysely'
import { type AccountCounts, AccountFlag, PresentState } from '../contract/index.ts'
import type { Asked } from './account-page.ts'
import { exceptional, withoutGrant } from './candidates.ts'
import { ACCOUNTS_WITH_GRANTS, conditionKey, conditionOf, keysOfOthers, keyWithoutGrant } from './condition-key.ts'

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
  /** Exactly those with one of these keys are in it. */
  readonly keys: readonly string[]
  readonly accounts: number
  readonly condition: ReturnType<typeof conditionOf>
}

/** So few are looked at one by one sooner than the exceptions are looked for. */
const FEW = 2000

/**
 * The accounts by what decides about their condition. Of many only those are looked at of which anything is to be told, found by
 * indexes; the others are counted.
 */
export async function stateGroups(asked: Asked, which: RawBuilder<unknown>): Promise<StateGroup[]> {
  const { rows } = await sql<{ few: number }>`SELECT CAST(COUNT(*) AS INTEGER) AS few
    FROM (SELECT 1 FROM accounts a WHERE ${which} LIMIT ${FEW + 1}) counted`.execute(asked.db)
  return (rows[0]?.few ?? 0) > FEW ? byExceptions(asked, which) : groupsAmong(asked, which)
}

interface Counted {
  readonly connection: string
  readonly key: string
  readonly accounts: number
}

/**
 * The same, looking at each of the accounts. The database groups them, and the condition is worked out once for each group: no
 * grant is read into this process.
 */
export async function groupsAmong(asked: Asked, which: RawBuilder<unknown>): Promise<StateGroup[]> {
  const { rows } = await sql<Counted>`WITH ${keyed(asked, which)}
    SELECT connection, "key", CAST(COUNT(*) AS INTEGER) AS accounts FROM found GROUP BY connection, "key"`.execute(
    asked.db,
  )
  return rows.map(groupOf)
}

async function byExceptions(asked: Asked, which: RawBuilder<unknown>): Promise<StateGroup[]> {
  // One statement, and so one moment: what is subtracted from what was counted is a part of it.
  const { rows } = await sql<Counted & { readonly part: 'exception' | 'unconnected' | 'all' }>`
    WITH exceptions (id) AS MATERIALIZED (${await exceptional(asked)}),
    ${keyed(asked, sql`a.id IN (SELECT id FROM exceptions) AND ${which}`)}
    SELECT 'exception' AS part, connection, "key", CAST(COUNT(*) AS INTEGER) AS accounts
      FROM found GROUP BY connection, "key"
    UNION ALL
    SELECT 'unconnected', a.connection_id, '', CAST(COUNT(*) AS INTEGER) FROM accounts a
      WHERE a.id IN (${withoutGrant(asked)}) AND a.id NOT IN (SELECT id FROM exceptions) AND ${which}
      GROUP BY a.connection_id
    UNION ALL
    SELECT 'all', t.connection_id, CASE WHEN c.trouble IS NULL THEN '' ELSE 'trouble' END, t.accounts
      FROM (SELECT a.connection_id, CAST(COUNT(*) AS INTEGER) AS accounts FROM accounts a WHERE ${which}
        GROUP BY a.connection_id) t
      JOIN connections c ON c.id = t.connection_id`.execute(asked.db)
  const found = rows.filter(({ part }) => part === 'exception').map(groupOf)
  const rest = new Map<string, { trouble: boolean; accounts: number; without: number }>()
  for (const { part, connection, key, accounts } of rows)
    if (part === 'all') rest.set(connection, { trouble: key !== '', accounts, without: 0 })
  for (const { part, connection, accounts } of rows) {
    const of = rest.get(connection)
    if (of === undefined || part === 'all') continue
    of.accounts -= accounts
    if (part === 'unconnected') of.without = accounts
  }
  for (const [connection, { trouble, accounts, without }] of rest) {
    found.push({ connection, accounts, ...alike(keysOfOthers(trouble)) })
    found.push({ connection, accounts: without, ...alike([keyWithoutGrant(trouble)]) })
  }
  return found.filter(({ accounts }) => accounts > 0)
}

// Materialized: otherwise SQLite works the key out again wherever the grouping compares it.
const keyed = ({ db, now, checking }: Asked, which: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`found AS MATERIALIZED (
    SELECT a.connection_id AS connection, ${conditionKey(db, now, checking)} AS "key"
    FROM ${ACCOUNTS_WITH_GRANTS} WHERE ${which}
  )`

const groupOf = ({ connection, key, accounts }: Counted): StateGroup => ({ connection, accounts, ...alike([key]) })

/** Keys that mean the same condition. */
export function alike(keys: readonly [string, ...string[]]): Pick<StateGroup, 'keys' | 'condition'> {
  return { keys, condition: conditionOf(keys[0]) }
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
