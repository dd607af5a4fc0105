import type { GrantSummary, Guidance } from '@evergrant/core'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { jsonOf } from '../db/json.ts'
import type { Tables } from '../db/tables.ts'
import { type Condition, condition, SOON } from './state.ts'

/** What decides about the condition, in the order in which it stands in a key. */
const DECIDING = [
  'paused',
  'checking',
  'pending',
  'ending',
  'look_up',
  'connection_trouble',
  'consent_code',
  'consent_error',
  // What is known about the refusal.
  'consent_class',
  'consent_who',
  // Empty: there is no grant.
  'standing',
  'same_client',
  'reason',
  'consent_later',
  'code',
  'error',
  'class',
  'who',
  'refreshable',
  'expired',
] as const
type Fact = (typeof DECIDING)[number]

/** Accounts `a` with their connections `c` and their grants `g`. */
export const ACCOUNTS_WITH_GRANTS: RawBuilder<unknown> = sql`accounts a
  JOIN connections c ON c.id = a.connection_id
  LEFT JOIN evergrant_grants g ON g.id = a.id`

/** In no error code of ours and in no provider's (RFC 6749 appendix A.7). */
const BETWEEN = '\u001f'
/** The key of accounts that work and of which there is nothing else to tell: most, so that nothing is read of them. */
const SOUND = 'sound'

/**
 * All that decides about the condition of an account as one text, of {@link ACCOUNTS_WITH_GRANTS}: accounts with the same
 * key are in the same condition.
 */
export function conditionKey(db: Kysely<Tables>, now: number, checking: ReadonlySet<string>): RawBuilder<string> {
  const checked = checking.size === 0 ? sql`1 = 0` : sql`a.id IN (${sql.join([...checking])})`
  const facts = factsOf(db, now, checked)
  const texts = DECIDING.map((name) => sql`COALESCE(CAST(${facts[name]} AS TEXT), '')`)
  return sql<string>`CASE WHEN g.state = 'active' AND g.due > ${now} AND g.client = c.client_id AND a.paused = 0
      AND a.unconfirmed = 0 AND a.look_up_failed = 0 AND c.trouble IS NULL
      AND COALESCE(a.ends_at >= ${now + SOON}, 1 = 1) AND NOT (${checked})
    THEN ${sql.lit(SOUND)} ELSE CONCAT_WS(${sql.lit(BETWEEN)}, ${sql.join(texts)}) END`
}

/**
 * The keys of accounts that are not exceptional: what decides about them is the same for all of a connection, but for how far
 * their tokens are, which no condition of theirs depends on.
 *
 * @param trouble whether their connection's settings are refused
 */
export function keysOfOthers(trouble: boolean): readonly [string, ...string[]] {
  const known = { ...plain(trouble), standing: 'active', same_client: '1' }
  const far = [
    { refreshable: '1', expired: '0' },
    { refreshable: '1', expired: '1' },
    { refreshable: '0', expired: '0' },
  ]
  const [first = '', ...more] = far.map((facts) => written({ ...known, ...facts }))
  return trouble ? [first, ...more] : [SOUND, first, ...more]
}

/** The key of accounts that are not exceptional and have no grant. */
export function keyWithoutGrant(trouble: boolean): string {
  return written({ ...plain(trouble), same_client: '0', refreshable: '0', expired: '0' })
}

function plain(trouble: boolean): Partial<Record<Fact, string>> {
  const no = { paused: '0', checking: '0', pending: '0', ending: '0', look_up: '0', consent_later: '0' }
  return { ...no, connection_trouble: trouble ? '1' : '0' }
}

const written = (facts: Partial<Record<Fact, string>>): string =>
  DECIDING.map((name) => facts[name] ?? '').join(BETWEEN)

function factsOf(
  db: Kysely<Tables>,
  now: number,
  checked: RawBuilder<unknown>,
): Readonly<Record<Fact, RawBuilder<unknown>>> {
  const json = jsonOf(db)
  const standing = (...path: string[]) => json.text('g.record', ['standing', ...path])
  const consent = (...path: string[]) => json.text('a.consent_trouble', path)
  const failing = (...path: string[]) => sql`CASE g.state WHEN 'failing' THEN ${standing('trouble', ...path)} END`
  return {
    paused: sql`a.paused`,
    checking: sql`CASE WHEN a.unconfirmed = 1 OR ${checked} THEN 1 ELSE 0 END`,
    pending: sql`CASE WHEN EXISTS (SELECT 1 FROM pending_authorizations p WHERE p.account_id = a.id AND p.expires_at > ${now})
      THEN 1 ELSE 0 END`,
    ending: sql`CASE WHEN a.ends_at < ${now + SOON} AND g.state <> 'revoked' THEN 1 ELSE 0 END`,
    look_up: sql`CASE WHEN a.look_up_failed = 1 AND g.state IS NOT NULL THEN 1 ELSE 0 END`,
    connection_trouble: sql`CASE WHEN c.trouble IS NULL THEN 0 ELSE 1 END`,
    consent_code: consent('code'),
    consent_error: consent('error'),
    consent_class: consent('guidance', 'class'),
    consent_who: consent('guidance', 'who'),
    standing: sql`g.state`,
    same_client: sql`CASE WHEN g.client = c.client_id THEN 1 ELSE 0 END`,
    reason: sql`CASE g.state WHEN 'revoked' THEN ${standing('reason')} END`,
    consent_later: sql`CASE WHEN g.state = 'revoked'
      AND ${json.number('a.consent_trouble', ['at'])} >= ${json.number('g.record', ['standing', 'since'])}
      THEN 1 ELSE 0 END`,
    code: failing('code'),
    error: failing('error'),
    class: failing('guidance', 'class'),
    who: failing('guidance', 'who'),
    // A token that is not due has not ended either.
    refreshable: sql`CASE WHEN g.due > ${now} THEN 1 WHEN ${json.has('g.record', 'refresh_token')} THEN 1 ELSE 0 END`,
    expired: sql`CASE WHEN g.due > ${now} THEN 0
      WHEN ${json.number('g.record', ['access', '', 'expires_at'])} <= ${now} THEN 1 ELSE 0 END`,
  }
}

/** The condition of accounts with this key; its words are not the ones of any account. */
export function conditionOf(key: string): Condition & { readonly look_up_failed?: true } {
  const values = key === SOUND ? [] : key.split(BETWEEN)
  const text = (name: Fact): string | undefined => values[DECIDING.indexOf(name)] || undefined
  const is = (name: Fact): boolean => text(name) === '1'
  const [code, error] = [text('consent_code'), text('consent_error')]
  const found = condition({
    now: 1,
    paused: is('paused'),
    checking: is('checking'),
    unconfirmed: false,
    pending: is('pending'),
    ending: is('ending'),
    grant: key === SOUND ? grantOf('active', true, true, false) : storedGrant(text, is),
    consentTrouble:
      code === undefined
        ? undefined
        : {
            code,
            message: '',
            at: Number(is('consent_later')),
            ...(error === undefined ? {} : { error }),
            ...guidanceOf(text('consent_class'), text('consent_who')),
          },
    connectionTrouble: is('connection_trouble') ? { message: '' } : undefined,
    client: CLIENT,
  })
  return is('look_up') ? { ...found, look_up_failed: true } : found
}

/** Any one that is the same for connection and grant. */
const CLIENT = 'the connection'

function storedGrant(text: (name: Fact) => string | undefined, is: (name: Fact) => boolean): GrantSummary | undefined {
  const state = text('standing')
  if (state === undefined) return undefined
  const error = text('error')
  const guidance = guidanceOf(text('class'), text('who'))
  const trouble = { code: text('code') ?? '', message: '', ...(error && { error }), ...guidance }
  return grantOf(state, is('same_client'), is('refreshable'), is('expired'), text('reason'), trouble)
}

function grantOf(
  state: string,
  sameClient: boolean,
  refreshable: boolean,
  expired: boolean,
  reason?: string,
  trouble: Failing['trouble'] = { code: '', message: '' },
): GrantSummary {
  const grant = {
    id: '',
    provider: '',
    client: sameClient ? CLIENT : 'another',
    refreshable,
    updated_at: 0,
    version: 1,
  }
  return { ...grant, standing: standingOf(state, reason, trouble), expires_at: expired ? 0 : 2 }
}

type Standing = GrantSummary['standing']
type Failing = Extract<Standing, { state: 'failing' }>
type Revoked = Extract<Standing, { state: 'revoked' }>

function standingOf(state: string, reason: string | undefined, trouble: Failing['trouble']): Standing {
  if (state === 'failing') return { state, since: 1, failures: 1, next_attempt: 1, trouble }
  if (state === 'revoked') return { state, since: 1, reason: (reason ?? 'invalid_grant') as Revoked['reason'] }
  return { state: 'active', since: 1 }
}

/** What is known about a refusal, as far as a state depends on it. */
function guidanceOf(kind: string | undefined, who: string | undefined): { readonly guidance?: Guidance } {
  if (kind === undefined || who === undefined) return {}
  return { guidance: { class: kind as Guidance['class'], who: who as Guidance['who'], advice: '' } }
}
