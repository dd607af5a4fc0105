import type { TokenAnswer } from '../answer/token-answer.ts'
import type { Client } from '../client/client.ts'
import type { Clock } from '../clock.ts'
import { OAuthError } from '../errors.ts'
import type { GrantStore } from '../store/store.ts'
import { begun } from '../store/version.ts'
import { givenBy, isFromElsewhere } from './given-by.ts'
import { type Grant, grant, type Subject } from './grant.ts'
import { contradicted, MOST_LOST, QUICK_RETRIES, stillSealed, storeError } from './record.ts'
import { renewed } from './transitions.ts'

/** Waits between attempts, in seconds: longer than those of a refresh, since here nobody has a token yet. */
const RETRIES = [...QUICK_RETRIES, 1, 2, 4] as const

/** What a person was asked for, and for which grant. */
export interface ConsentRequest {
  /** Id of the grant. */
  readonly grant: string
  /** The scope that was asked for, space separated. */
  readonly scope?: string
  readonly resource?: string
}

/** Where a consent is written, and whether it may take another person's place. */
export interface ConsentTarget {
  readonly store: GrantStore
  /**
   * Let another person's consent replace the grant of the one before, or one of which nobody knows whose it is. Default
   * false: `WRONG_ACCOUNT`.
   */
  readonly allowOtherSubject?: boolean | undefined
}

/** What came of a consent. */
export interface ConsentOutcome {
  readonly answer: TokenAnswer
  /** Who consented, when a verified id_token said so. */
  readonly subject: Subject | undefined
  /** What the callback told that is to be kept with the grant. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  /** When the token request was sent, epoch seconds. */
  readonly sent: number
}

/**
 * Writes the grant over what is there, keeping what the new consent did not replace. What a person consented to exists
 * nowhere else, so a store that fails is tried again for a few seconds before that is the answer.
 */
export async function recordConsent(
  client: Client,
  target: ConsentTarget,
  asked: ConsentRequest,
  outcome: ConsentOutcome,
): Promise<Grant> {
  const { store, allowOtherSubject = false } = target
  const { answer, subject, sent } = outcome
  const { clock } = client.http
  // Asked for before the token was, so it is there; a consent is not lost over it.
  const metadata = await client.metadata().catch(() => undefined)
  for (let lost = 0; lost < MOST_LOST; lost++) {
    const before = await tried(() => store.get(asked.grant), asked.grant, clock)
    if (before?.sealed !== undefined) throw stillSealed(asked.grant)
    // Without an id_token nobody knows whose consent this is, and it would take the place of a known person's.
    const other = before?.subject !== undefined && (subject === undefined || !sameSubject(before.subject, subject))
    if (other && !allowOtherSubject) throw wrongAccount(client, asked, before?.subject, subject)
    const now = clock.now()
    // A refresh token that the provider ended is worth nothing, whatever the new consent brought.
    const here = before === undefined || !isFromElsewhere(before, client, metadata?.token_endpoint)
    const mine = before?.client === client.client_id && before.provider === client.provider.id && here
    const kept = other || !mine || before.standing.state === 'revoked' ? undefined : before.refresh_token
    const in_doubt = kept === undefined || answer.refresh_token !== undefined ? undefined : before?.in_doubt
    const who = subject ?? (other || !here ? undefined : before?.subject)
    const base = grant({
      id: asked.grant,
      provider: client.provider.id,
      client: client.client_id,
      ...(who === undefined ? {} : { subject: who }),
      ...(kept === undefined ? {} : { refresh_token: kept }),
      ...(kept === undefined || before?.refresh_expires_at === undefined
        ? {}
        : { refresh_expires_at: before.refresh_expires_at }),
      ...known(
        kept === undefined || answer.refresh_token !== undefined ? undefined : before?.metadata,
        outcome.metadata,
      ),
      ...(kept === undefined || before?.dpop_key === undefined ? {} : { dpop_key: before.dpop_key }),
      ...(asked.scope === undefined ? {} : { requested_scope: asked.scope }),
      ...(answer.scope === undefined ? {} : { granted_scope: answer.scope }),
      access: {},
      standing: { state: 'active', since: now },
      consented_at: now,
      updated_at: now,
      version: before?.version ?? 0,
    })
    const rules = client.provider.refresh
    const given_by = givenBy(client, metadata?.token_endpoint)
    const receipt = { key: asked.resource ?? '', sent, now, given_by, rules, random: Math.random() }
    const next = renewed(base, answer, receipt)
    const doubtful = in_doubt === undefined ? next : grant({ ...next, in_doubt })
    const stored = await tried(() => store.put(begun(doubtful), before?.version ?? 0), asked.grant, clock)
    if (stored.ok) return stored.grant
  }
  throw contradicted(asked.grant)
}

function known(before: Grant['metadata'], now: Grant['metadata']): Pick<Grant, 'metadata'> {
  return before === undefined && now === undefined ? {} : { metadata: { ...before, ...now } }
}

async function tried<T>(work: () => Promise<T>, id: string, clock: Clock): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      const wait = RETRIES[attempt]
      const failed = storeError(error, id)
      if (wait === undefined || failed.code !== 'STORE_UNAVAILABLE') throw failed
      await clock.sleep(wait)
    }
  }
}

function sameSubject(a: Subject, b: Subject): boolean {
  return a.iss === b.iss && a.sub === b.sub
}

function wrongAccount(client: Client, asked: ConsentRequest, expected?: Subject, used?: Subject): OAuthError {
  const { name } = client.provider
  const owner = `but grant ${asked.grant} belongs to ${expected?.username ?? expected?.sub}`
  const message =
    used === undefined
      ? `${name} did not say who consented (no id_token), ${owner}. Ask with the scope openid, or allow another person.`
      : `${name} was used with ${used.username ?? used.sub}, ${owner}.`
  const username = used?.username ?? used?.sub
  return new OAuthError('WRONG_ACCOUNT', message, { provider: client.provider.id, grant: asked.grant, username })
}
