import type { GrantSummary, Guidance } from '@evergrant/core'
import { type Kysely, sql } from 'kysely'
import type { AccountState } from '../contract/index.ts'
import { jsonOf } from '../db/json.ts'
import type { Tables } from '../db/tables.ts'
import { condition } from './state.ts'

/** What decides about the state, the same for all accounts of a group. */
interface Group {
  readonly connection: string
  readonly accounts: number
  readonly paused: number
  readonly checking: number
  readonly pending: number
  readonly connection_trouble: number
  readonly consent_code: string | null
  readonly consent_error: string | null
  /** What is known about the refusal. */
  readonly consent_class: string | null
  readonly consent_who: string | null
  /** Null: there is no grant. */
  readonly standing: string | null
  readonly same_client: number
  readonly reason: string | null
  readonly consent_later: number
  readonly code: string | null
  readonly error: string | null
  readonly class: string | null
  readonly who: string | null
  readonly refreshable: number
  readonly expired: number
}

/** How many accounts are in each state, by connection. */
export interface StateCount {
  readonly connection: string
  readonly state: AccountState
  readonly accounts: number
}

/**
 * How many accounts are in each state. The database groups them by what decides about it, and the state is worked out
 * once for each group: no grant is read into this process, and the records of sound ones are not even parsed.
 */
export async function stateCounts(
  db: Kysely<Tables>,
  now: number,
  checking: ReadonlySet<string>,
): Promise<StateCount[]> {
  const json = jsonOf(db)
  const standing = (...path: string[]) => json.text('g.record', ['standing', ...path])
  const consent = (...path: string[]) => json.text('a.consent_trouble', path)
  const failing = (...path: string[]) => sql`CASE g.state WHEN 'failing' THEN ${standing('trouble', ...path)} END`
  const checked = checking.size === 0 ? sql`1 = 0` : sql`a.id IN (${sql.join([...checking])})`
  // Materialized: otherwise SQLite works every expression out again wherever the grouping compares it.
  const { rows } = await sql<Group>`
    WITH facts AS MATERIALIZED (
      SELECT a.connection_id AS connection, a.paused,
        CASE WHEN a.unconfirmed = 1 OR ${checked} THEN 1 ELSE 0 END AS checking,
        CASE WHEN EXISTS (SELECT 1 FROM pending_authorizations p WHERE p.account_id = a.id AND p.expires_at > ${now})
          THEN 1 ELSE 0 END AS pending,
        CASE WHEN c.trouble IS NULL THEN 0 ELSE 1 END AS connection_trouble,
        ${consent('code')} AS consent_code,
        ${consent('error')} AS consent_error,
        ${consent('guidance', 'class')} AS consent_class,
        ${consent('guidance', 'who')} AS consent_who,
        g.state AS standing,
        CASE WHEN g.client = c.client_id THEN 1 ELSE 0 END AS same_client,
        CASE g.state WHEN 'revoked' THEN ${standing('reason')} END AS reason,
        CASE WHEN g.state = 'revoked'
          AND ${json.number('a.consent_trouble', ['at'])} >= ${json.number('g.record', ['standing', 'since'])}
          THEN 1 ELSE 0 END AS consent_later,
        ${failing('code')} AS code,
        ${failing('error')} AS error,
        ${failing('guidance', 'class')} AS class,
        ${failing('guidance', 'who')} AS who,
        -- A token that is not due has not ended either.
        CASE WHEN g.due > ${now} THEN 1 WHEN ${json.has('g.record', 'refresh_token')} THEN 1 ELSE 0 END AS refreshable,
        CASE WHEN g.due > ${now} THEN 0
          WHEN ${json.number('g.record', ['access', '', 'expires_at'])} <= ${now} THEN 1 ELSE 0 END AS expired
      FROM accounts a
      JOIN connections c ON c.id = a.connection_id
      LEFT JOIN evergrant_grants g ON g.id = a.id
    )
    SELECT CAST(COUNT(*) AS INTEGER) AS accounts, ${sql.raw(DECIDING)} FROM facts GROUP BY ${sql.raw(DECIDING)}`.execute(
    db,
  )
  return rows.map((group) => ({ connection: group.connection, state: stateOf(group), accounts: group.accounts }))
}

const DECIDING =
  'connection, paused, checking, pending, connection_trouble, consent_code, consent_error, consent_class, consent_who, ' +
  'standing, same_client, reason, consent_later, code, error, class, who, refreshable, expired'

/** The state of an account that stands for its group. */
function stateOf(group: Group): AccountState {
  const { consent_code, consent_error, consent_class, consent_who, connection_trouble } = group
  return condition({
    now: 1,
    paused: group.paused === 1,
    checking: group.checking === 1,
    unconfirmed: false,
    pending: group.pending === 1,
    grant: grantOf(group),
    consentTrouble:
      consent_code === null
        ? undefined
        : {
            code: consent_code,
            message: '',
            at: group.consent_later,
            ...(consent_error === null ? {} : { error: consent_error }),
            ...guidanceOf(consent_class, consent_who),
          },
    connectionTrouble: connection_trouble === 1 ? { message: '' } : undefined,
    client: 'the connection',
  }).state
}

function grantOf(group: Group): GrantSummary | undefined {
  if (group.standing === null) return undefined
  const { code, error, expired, refreshable, same_client } = group
  const trouble = { code: code ?? '', message: '', ...(error && { error }), ...guidanceOf(group.class, group.who) }
  return {
    id: '',
    provider: '',
    client: same_client === 1 ? 'the connection' : 'another',
    standing: standingOf(group.standing, group.reason, trouble),
    refreshable: refreshable === 1,
    expires_at: expired === 1 ? 0 : 2,
    updated_at: 0,
    version: 1,
  }
}

type Standing = GrantSummary['standing']
type Failing = Extract<Standing, { state: 'failing' }>
type Revoked = Extract<Standing, { state: 'revoked' }>

function standingOf(state: string, reason: string | null, trouble: Failing['trouble']): Standing {
  if (state === 'failing') return { state, since: 1, failures: 1, next_attempt: 1, trouble }
  if (state === 'revoked') return { state, since: 1, reason: (reason ?? 'invalid_grant') as Revoked['reason'] }
  return { state: 'active', since: 1 }
}

/** What is known about a refusal, as far as a state depends on it. */
function guidanceOf(kind: string | null, who: string | null): { readonly guidance?: Guidance } {
  if (kind === null || who === null) return {}
  return { guidance: { class: kind as Guidance['class'], who: who as Guidance['who'], advice: '' } }
}
