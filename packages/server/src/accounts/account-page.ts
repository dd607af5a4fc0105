import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { AccountFlag, AccountSort, PresentState } from '../contract/index.ts'
import type { Tables } from '../db/tables.ts'
import { cursorFrom, cursorText } from '../page-cursor.ts'
import type { AccountRow } from './accounts.ts'
import { candidates } from './candidates.ts'
import { ACCOUNTS_WITH_GRANTS, conditionKey, keysOfOthers } from './condition-key.ts'
import { NEEDS_PERSON } from './state.ts'
import { alike, groupsAmong, type StateGroup, stateGroups } from './state-counts.ts'

/** Which accounts are meant. Empty: all. */
export interface AccountFilter {
  readonly ids?: ReadonlySet<string> | undefined
  /** Of one user; null: nobody's. */
  readonly owner?: string | null | undefined
  readonly connection?: string | undefined
  readonly states?: ReadonlySet<PresentState> | undefined
  readonly flag?: AccountFlag | undefined
  /** What is looked for in their names. */
  readonly q?: string | undefined
}

interface Paging {
  readonly sort: AccountSort
  readonly limit: number
  readonly cursor: string | undefined
}

/** What the database is asked with. */
export interface Asked {
  readonly db: Kysely<Tables>
  readonly now: number
  /** Accounts whose code is being redeemed at this moment. */
  readonly checking: ReadonlySet<string>
}

interface Order {
  readonly by: RawBuilder<string | number>
  readonly down: boolean
}

/** A part of a list. */
interface Part {
  readonly which: RawBuilder<unknown>
  /** So few of all accounts are in it that going through all in order would take longer than sorting those. */
  readonly rare: boolean
}

/** So few of those that were found by indexes are sorted sooner than found in order. */
const FEW = 5000

/** After every moment that is. */
const NEVER = 1e15

const ORDERS: Readonly<Record<AccountSort, Order>> = {
  name: { by: sql`a.sort_name`, down: false },
  attention: { by: sql`a.sort_name`, down: false },
  ends: { by: sql`COALESCE(a.ends_at, ${sql.lit(NEVER)})`, down: false },
  used: { by: sql`COALESCE(a.last_used_at, 0)`, down: true },
  newest: { by: sql`a.created_at`, down: true },
}

/** Accounts by condition, of those that are meant. */
export async function groupsOf(asked: Asked, filter: AccountFilter): Promise<StateGroup[]> {
  return stateGroups(asked, await matching(asked.db, filter))
}

/**
 * So many accounts in an order, after a cursor. In order of names, and with a filter that most accounts pass, what it
 * costs does not grow with how many there are. Those that do not simply work are found by indexes. No grant is read into this
 * process.
 */
export async function accountPage(
  asked: Asked,
  filter: AccountFilter,
  { sort, limit, cursor }: Paging,
): Promise<{ readonly rows: AccountRow[]; readonly next?: string }> {
  const after = cursor === undefined ? undefined : cursorFrom(cursor, sort)
  const parts = await partsOf(asked, filter, sort)
  const rows: (AccountRow & { readonly place: string | number; readonly part: number })[] = []
  for (let part = after?.part ?? 0; part < parts.length && rows.length <= limit; part++) {
    const of = parts[part]
    if (of === undefined) continue
    const from = after?.part === part ? after : undefined
    const found = await read(asked.db, of, ORDERS[sort], from, limit + 1 - rows.length)
    rows.push(...found.map((row) => ({ ...row, part })))
  }
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? shown.at(-1) : undefined
  return {
    rows: shown,
    ...(last && { next: cursorText({ sort, part: last.part, value: last.place, id: last.id }) }),
  }
}

async function read(
  db: Kysely<Tables>,
  { which, rare }: Part,
  { by: column, down }: Order,
  after: { readonly value: string | number; readonly id: string } | undefined,
  limit: number,
): Promise<(AccountRow & { readonly place: string | number })[]> {
  const way = sql.raw(down ? 'DESC' : 'ASC')
  // No index has the order of an expression, so they are sorted after they were found.
  const by = rare ? sql`COALESCE(${column}, ${column})` : column
  const beyond =
    after === undefined ? sql`1 = 1` : sql`(${by}, a.id) ${sql.raw(down ? '<' : '>')} (${after.value}, ${after.id})`
  const { rows } = await sql<AccountRow & { readonly place: string | number }>`
    SELECT a.*, ${by} AS place FROM ${ACCOUNTS_WITH_GRANTS}
    WHERE ${which} AND ${beyond} ORDER BY ${by} ${way}, a.id ${way} LIMIT ${limit}`.execute(db)
  return rows
}

/** The list in its parts, one after the other. */
async function partsOf(asked: Asked, filter: AccountFilter, sort: AccountSort): Promise<Part[]> {
  const { states, flag } = filter
  const which = await matching(asked.db, filter)
  const searched = (filter.q?.trim() ?? '') !== ''
  if (states === undefined && flag === undefined && sort !== 'attention') return [{ which, rare: searched }]
  const first = ({ condition }: Conditioned): boolean => NEEDS_PERSON.includes(condition.state)
  const lookedAt = async (some: ReadonlySet<PresentState>) => {
    const among = sql`${which} AND a.id IN (${await candidates(asked, some, flag)})`
    const all = await groupsAmong(asked, among)
    const within = (groups: readonly StateGroup[]): Part => ({
      which: sql`${among} AND ${inGroups(asked, groups)}`,
      rare: searched || groups.reduce((sum, { accounts }) => sum + accounts, 0) < FEW,
    })
    return { all, within }
  }
  if (sort === 'attention' && states === undefined && flag === undefined) {
    // Those that need somebody are few; the others are the rest, whatever their conditions are.
    const { all, within } = await lookedAt(new Set(NEEDS_PERSON))
    const needing = all.filter(first)
    const rest: Part = { which: sql`${which} AND NOT (${inGroups(asked, needing)})`, rare: searched }
    return [within(needing), rest]
  }
  const wanted = ({ condition }: Conditioned): boolean =>
    (states === undefined || states.has(condition.state)) && (flag === undefined || condition[flag] === true)
  const { all, within } = await lookedAt(states ?? new Set())
  const groups = all.filter(wanted)
  // Those that simply work are most, so that they are come upon soon in any order.
  const working = [alike(keysOfOthers(false))].filter(wanted)
  const parts = sort === 'attention' ? [groups.filter(first), groups.filter((of) => !first(of))] : [groups]
  return parts.flatMap((part, index) => {
    const last = index === parts.length - 1
    if (last && working.length > 0)
      return [{ which: sql`${which} AND ${inGroups(asked, [...working, ...part])}`, rare: searched }]
    return part.length === 0 && sort === 'attention' ? [] : [within(part)]
  })
}

type Conditioned = Pick<StateGroup, 'condition' | 'keys'>

function inGroups({ db, now, checking }: Asked, groups: readonly Conditioned[]): RawBuilder<unknown> {
  if (groups.length === 0) return sql`1 = 0`
  const keys = [...new Set(groups.flatMap(({ keys }) => keys))]
  return sql`${conditionKey(db, now, checking)} IN (${sql.join(keys)})`
}

/** The part of a filter that does not depend on states, about accounts `a`. */
async function matching(db: Kysely<Tables>, filter: AccountFilter): Promise<RawBuilder<unknown>> {
  const { ids, owner, connection, q } = filter
  const words = q?.trim().toLowerCase() ?? ''
  const all: RawBuilder<unknown>[] = [sql`1 = 1`]
  if (ids !== undefined) all.push(among(sql`a.id`, [...ids]))
  if (owner === null) all.push(sql`a.owner IS NULL`)
  else if (owner !== undefined) all.push(sql`a.owner = ${owner}`)
  if (connection !== undefined) all.push(sql`a.connection_id = ${connection}`)
  if (words !== '') all.push(await named(db, words))
  return sql.join(all, sql` AND `)
}

/** Their own names are in a column; connections and people are few and looked through here, in any alphabet. */
async function named(db: Kysely<Tables>, words: string): Promise<RawBuilder<unknown>> {
  const [connections, users] = await Promise.all([
    db.selectFrom('connections').select(['id', 'name']).execute(),
    db.selectFrom('users').select(['id', 'name']).execute(),
  ])
  const has = ({ name }: { readonly name: string }): boolean => name.toLowerCase().includes(words)
  const pattern = `%${words.replace(/[\\%_]/g, '\\$&')}%`
  const places = [
    sql`a.search_text LIKE ${pattern} ESCAPE '\\'`,
    among(
      sql`a.connection_id`,
      connections.filter(has).map(({ id }) => id),
    ),
    among(
      sql`a.owner`,
      users.filter(has).map(({ id }) => id),
    ),
  ]
  return sql`(${sql.join(places, sql` OR `)})`
}

function among(column: RawBuilder<unknown>, ids: readonly string[]): RawBuilder<unknown> {
  return ids.length === 0 ? sql`1 = 0` : sql`${column} IN (${sql.join(ids)})`
}
