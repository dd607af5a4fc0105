import type { GrantSummary, Guidance, Who } from '@evergrant/core'
import type { AccountReason, AccountState, PresentState } from '../contract/index.ts'
import { sentences } from './sentences.ts'

/** Why the last consent did not succeed. */
export interface ConsentTrouble {
  readonly code: string
  readonly message: string
  /** The provider's own `error`. */
  readonly error?: string
  /** What is known about this refusal. */
  readonly guidance?: Guidance
  /** Who signed in, when that was somebody else. */
  readonly username?: string
  readonly at: number
}

/** All that decides about an account's state. */
export interface AccountFacts {
  /** Epoch seconds. */
  readonly now: number
  readonly paused: boolean
  /** A consent was begun and may still be finished. */
  readonly pending: boolean
  /** A code is being redeemed at this moment. */
  readonly checking: boolean
  /** Somebody connected it by a link, and its owner has not confirmed that. */
  readonly unconfirmed: boolean
  /** Its grant, which renews itself, is predicted to end soon. */
  readonly ending: boolean
  readonly grant: GrantSummary | undefined
  readonly consentTrouble: ConsentTrouble | undefined
  /** What is known to be wrong with the connection's settings. */
  readonly connectionTrouble: { readonly message: string; readonly guidance?: Guidance } | undefined
  /** The connection's client id. */
  readonly client: string
}

/** The state in a program's word and in a person's. */
export interface Condition<State extends AccountState = PresentState> {
  readonly state: State
  readonly sentence: string
  /** Names of `sentence` and `advice`, so that the page can say them in its language. */
  readonly said: { readonly sentence: Saying; readonly advice?: Saying; readonly detail?: string }
  readonly reason?: AccountReason
  readonly who?: Who
  readonly advice?: string
  /** The provider's page that tells more. */
  readonly link?: string
  /** Somebody was asked for consent and may still give it. Beside the state, so that neither hides the other. */
  readonly awaiting_consent?: true
  /** It works, and will not for long unless somebody acts. Beside the state, too. */
  readonly expiring_soon?: true
}

/** Words by which providers say that an administrator of theirs has to allow it. */
const ADMINISTRATOR_FIRST = new Set([
  'admin_policy_enforced',
  'access_not_configured',
  'org_internal',
  'interaction_required',
  'unauthorized_client',
])

/** Errors that say something about the settings and not about this account. */
const ABOUT_SETTINGS = new Set(['INVALID_CLIENT', 'TOKEN_REQUEST_REFUSED', 'MISSING_ENDPOINT', 'ISSUER_MISMATCH'])

/** Seconds before its predicted end from which an account is said to expire soon. */
export const SOON = 14 * 86_400

/** The states in which programs wait for a person, in the order in which people look for them. */
export const NEEDS_PERSON: readonly PresentState[] = ['needs_consent', 'blocked_by_admin', 'connection_error']

const WORKS: ReadonlySet<PresentState> = new Set<PresentState>(['ok', 'delayed', 'degraded'])

/** What is told of an account that is gone. */
export const removed: Condition<'removed'> = { state: 'removed', ...say('removed') }

/** The state of an account: a function of the facts and nothing else. */
export function condition(facts: AccountFacts): Condition {
  const found = present(facts)
  return facts.ending && WORKS.has(found.state) ? { ...found, expiring_soon: true } : found
}

function present(facts: AccountFacts): Condition {
  const { grant, paused, checking, unconfirmed, pending } = facts
  if (paused) return { state: 'paused', ...say('paused') }
  if (checking) return { state: 'checking', ...say('checking') }
  if (unconfirmed)
    return { state: 'checking', reason: 'unconfirmed', who: 'person', ...say('unconfirmed', { advice: 'confirm' }) }
  const works = grant !== undefined && grant.standing.state !== 'revoked' && !ended(grant, facts.now)
  if (!pending || works) return standing(facts)
  const asked = { awaiting_consent: true } as const
  if (grant !== undefined) return { ...standing(facts), ...asked }
  return { state: 'awaiting_consent', ...say('awaiting_consent'), who: 'person', ...asked }
}

/** The state apart from what is under way at this moment. */
function standing(facts: AccountFacts): Condition {
  const { grant, consentTrouble, connectionTrouble } = facts
  if (connectionTrouble !== undefined) return advised(settings(connectionTrouble.message), connectionTrouble.guidance)
  if (grant === undefined || grant.client !== facts.client) return unconnected(grant, consentTrouble)
  if (grant.standing.state === 'revoked') return revoked(grant.standing, consentTrouble)
  if (grant.standing.state === 'failing') return failing(grant.standing, grant, facts.now)
  if (ended(grant, facts.now)) {
    return { state: 'needs_consent', reason: 'no_refresh_token', ...reconnect('no_refresh_token') }
  }
  return { state: 'ok', ...say('ok') }
}

type Saying = Exclude<keyof typeof sentences, 'end_it_there'>

/** A sentence and an advice with their names. `detail` is what somebody else said about it, in their words. */
function say(sentence: Saying, { advice, detail }: { advice?: Saying; detail?: string } = {}) {
  const words = sentences[sentence]
  return {
    sentence: detail === undefined ? words : `${words} ${detail}`,
    said: {
      sentence,
      ...(advice === undefined ? {} : { advice }),
      ...(detail === undefined ? {} : { detail }),
    },
    ...(advice === undefined ? {} : { advice: sentences[advice] }),
  }
}

/** What the person can mend by connecting again. */
const reconnect = (sentence: Saying, detail?: string) =>
  ({ who: 'person', ...say(sentence, { advice: 'reconnect', ...(detail === undefined ? {} : { detail }) }) }) as const

/** Nothing can renew it and its access token is over. */
function ended(grant: GrantSummary, now: number): boolean {
  return !grant.refreshable && grant.expires_at !== undefined && grant.expires_at <= now
}

function unconnected(grant: GrantSummary | undefined, trouble: ConsentTrouble | undefined): Condition {
  // A consent that failed while the account worked says nothing about it.
  if (trouble !== undefined && grant?.standing.state !== 'active' && grant?.standing.state !== 'failing')
    return refusedConsent(trouble)
  if (grant === undefined) {
    return {
      state: 'new',
      ...say('new', { advice: 'connect' }),
      reason: 'never_connected',
      who: 'person',
    }
  }
  return { state: 'needs_consent', reason: 'settings', ...reconnect('other_client') }
}

/** What is known about the refusal wins over what is said about its kind. */
function advised(condition: Condition, guidance: Guidance | undefined): Condition {
  if (guidance === undefined) return condition
  const { who, advice, link } = guidance
  // The advice is the guidance's own from here on, and has no name.
  const { advice: _, ...said } = condition.said
  return { ...condition, said, who, advice, ...(link === undefined ? {} : { link }) }
}

/** The state that is known to belong to a refusal; undefined when nothing is known, or nobody has to act. */
function known(guidance: Guidance | undefined, message: string): Condition | undefined {
  if (guidance?.class === 'configuration') return advised(settings(message), guidance)
  if (guidance?.class !== 'consent') return undefined
  if (guidance.who === 'administrator') return advised(blocked(message), guidance)
  return advised({ state: 'needs_consent', ...say('provider_asks', { detail: message }) }, guidance)
}

function refusedConsent({ code, message, error, guidance }: ConsentTrouble): Condition {
  if (code === 'ACCESS_DENIED' && guidance?.who === 'person')
    return advised({ state: 'needs_consent', ...say('declined'), reason: 'declined' }, guidance)
  const told = known(guidance, message)
  if (told !== undefined) return told
  if (error !== undefined && ADMINISTRATOR_FIRST.has(error)) return blocked(message)
  if (ABOUT_SETTINGS.has(code)) return settings(message)
  if (code === 'ACCESS_DENIED') {
    return { state: 'needs_consent', reason: 'declined', ...reconnect('declined') }
  }
  return { state: 'needs_consent', ...reconnect('consent_failed', message) }
}

function revoked(
  standing: Extract<GrantSummary['standing'], { state: 'revoked' }>,
  trouble: ConsentTrouble | undefined,
): Condition {
  const { reason, since } = standing
  if (trouble !== undefined && trouble.at >= since) return refusedConsent(trouble)
  if (reason === 'refresh_interrupted') {
    return { state: 'needs_consent', reason, ...reconnect('refresh_interrupted') }
  }
  if (reason === 'wrong_account') {
    return { state: 'needs_consent', reason, ...reconnect('wrong_account') }
  }
  if (reason === 'revoked_here') {
    return { state: 'needs_consent', reason, ...reconnect('revoked_here') }
  }
  return advised(
    { state: 'needs_consent', reason: 'ended_by_provider', ...reconnect('ended_by_provider') },
    standing.trouble?.guidance,
  )
}

function failing(
  standing: Extract<GrantSummary['standing'], { state: 'failing' }>,
  grant: GrantSummary,
  now: number,
): Condition {
  const { code, message, error, guidance } = standing.trouble
  const told = known(guidance, message)
  if (told !== undefined) return told
  if (error !== undefined && ADMINISTRATOR_FIRST.has(error) && code !== 'INVALID_CLIENT') return blocked(message)
  if (ABOUT_SETTINGS.has(code)) return settings(message)
  const served = grant.expires_at === undefined || grant.expires_at > now
  return {
    state: served ? 'delayed' : 'degraded',
    ...say(served ? 'delayed' : 'degraded', { advice: 'tried_again' }),
    reason: code.startsWith('STORE') ? 'storage' : 'provider_trouble',
    who: code.startsWith('STORE') ? 'operator' : 'provider',
  }
}

function settings(message: string): Condition {
  return {
    state: 'connection_error',
    ...say('connection_error', { advice: 'check_connection', detail: message }),
    reason: 'client_refused',
    who: 'administrator',
  }
}

function blocked(message: string): Condition {
  return {
    state: 'blocked_by_admin',
    ...say('blocked_by_admin', { advice: 'ask_administrator', detail: message }),
    reason: 'admin_approval',
    who: 'administrator',
  }
}
