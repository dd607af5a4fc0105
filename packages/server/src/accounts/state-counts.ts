import type { GrantSummary, Guidance } from '@evergrant/core'
import { type Kysely, sql } from 'kysely'
import type { AccountState } from '../contract/index.ts'
import type { Tables } from '../db/tables.ts'
import { condition } from './state.ts'

/** What decides about the state, the same for all accounts of a group. */
interface Group {
  readonly accounts: number
  readonly paused: number
  readonly checking: number
  readonly pending: number
  readonly connection_trouble: number
  readonly consent_code: string | null
  readonly consent_error: string | null
  /** Class and who of what is known about the refusal. */
  readonly consent_known: string | null
  /** Null: there is no grant. */
  readonly standing: string | null
  readonly same_client: number
  readonly reason: string | null
  readonly consent_later: number
  readonly code: string | null
  readonly error: string | null
  readonly known: string | null
  readonly refreshable: number
  readonly expired: number
}

/**
 * How many accounts are in each state. The database groups them by what decides about it, and the state is worked out
 * once for each group: no grant is read into this process, and the records of sound ones are not even parsed.
 */
export async function stateCounts(
  db: Kysely<Tables>,
  now: number,
  checking: ReadonlySet<string>,
): Promise<Map<AccountState, number>> {
  // Materialized: otherwise SQLite works every expression out again wherever the grouping compares it.
  const { rows } = await sql<Group>`
    WITH facts AS MATERIALIZED (
      SELECT a.paused,
        a.id IN (SELECT value FROM json_each(${JSON.stringify([...checking])})) AS checking,
        EXISTS (SELECT 1 FROM pending_authorizations p WHERE p.account_id = a.id AND p.expires_at > ${now}) AS pending,
        c.trouble IS NOT NULL AS connection_trouble,
        json_extract(a.consent_trouble, '$.code') AS consent_code,
        json_extract(a.consent_trouble, '$.error') AS consent_error,
        json_extract(a.consent_trouble, '$.guidance.class', '$.guidance.who') AS consent_known,
        g.state AS standing,
        COALESCE(g.client = c.client_id, 0) AS same_client,
        CASE g.state WHEN 'revoked' THEN json_extract(g.record, '$.standing.reason') END AS reason,
        CASE g.state WHEN 'revoked' THEN COALESCE(
          json_extract(a.consent_trouble, '$.at') >= json_extract(g.record, '$.standing.since'), 0) ELSE 0
        END AS consent_later,
        CASE g.state WHEN 'failing' THEN json_extract(g.record, '$.standing.trouble.code') END AS code,
        CASE g.state WHEN 'failing' THEN json_extract(g.record, '$.standing.trouble.error') END AS error,
        CASE g.state WHEN 'failing' THEN json_extract(
          g.record, '$.standing.trouble.guidance.class', '$.standing.trouble.guidance.who') END AS known,
        -- A token that is not due has not ended either.
        CASE WHEN g.due > ${now} THEN 1
          ELSE json_type(g.record, '$.refresh_token') IS NOT NULL END AS refreshable,
        CASE WHEN g.due > ${now} THEN 0
          ELSE COALESCE(json_extract(g.record, '$.access."".expires_at') <= ${now}, 0) END AS expired
      FROM accounts a
      JOIN connections c ON c.id = a.connection_id
      LEFT JOIN evergrant_grants g ON g.id = a.id
    )
    SELECT COUNT(*) AS accounts, paused, checking, pending, connection_trouble, consent_code, consent_error,
      consent_known, standing, same_client, reason, consent_later, code, error, known, refreshable, expired
    FROM facts
    GROUP BY paused, checking, pending, connection_trouble, consent_code, consent_error,
      consent_known, standing, same_client, reason, consent_later, code, error, known, refreshable, expired`.execute(db)
  const counts = new Map<AccountState, number>()
  for (const group of rows) {
    const state = stateOf(group)
    counts.set(state, (counts.get(state) ?? 0) + group.accounts)
  }
  return counts
}

/** The state of an account that stands for its group. */
function stateOf(group: Group): AccountState {
  const { consent_code, consent_error, consent_known, connection_trouble } = group
  return condition({
    now: 1,
    paused: group.paused === 1,
    checking: group.checking === 1,
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
            ...guidanceOf(consent_known),
          },
    connectionTrouble: connection_trouble === 1 ? { message: '' } : undefined,
    client: 'the connection',
  }).state
}

function grantOf(group: Group): GrantSummary | undefined {
  if (group.standing === null) return undefined
  const { code, error, known, expired, refreshable, same_client } = group
  const trouble = { code: code ?? '', message: '', ...(error && { error }), ...guidanceOf(known) }
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
function guidanceOf(known: string | null): { readonly guidance?: Guidance } {
  if (known === null) return {}
  const [kind, who] = JSON.parse(known) as [Guidance['class'] | null, Guidance['who'] | null]
  return kind === null || who === null ? {} : { guidance: { class: kind, who, advice: '' } }
}
