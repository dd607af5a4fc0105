import type { SpoiltAnswer, TokenAnswer } from '../answer/token-answer.ts'
import type { OAuthError } from '../errors.ts'
import type { RefreshRules } from '../provider/definition.ts'
import { type AccessToken, accessToken } from './access-token.ts'
import { backoff } from './backoff.ts'
import type { GivenBy } from './given-by.ts'
import { type Grant, grant, type Standing, type Trouble } from './grant.ts'
import { refreshAt } from './lifetimes.ts'

/** The grant with a mark: its refresh token is being spent by `by`. A mark found there was left by a spend cut off. */
export function marked(of: Grant, by: string, now: number, own?: string): Grant {
  const in_doubt = of.in_doubt ?? of.spending?.since
  return grant({
    ...of,
    spending: { since: now, by, ...(own === undefined ? {} : { process: own }) },
    ...(in_doubt === undefined ? {} : { in_doubt }),
    updated_at: now,
  })
}

/** What an answer is applied with. */
export interface Receipt {
  /** Under which key the access token is kept. */
  readonly key: string
  /** When the request was sent, epoch seconds: lifetimes count from there. */
  readonly sent: number
  readonly now: number
  /** Which server answered. */
  readonly given_by?: GivenBy | undefined
  /** What is known about the provider's refreshes. */
  readonly rules: RefreshRules | undefined
  /** In [0, 1); spreads the refresh. */
  readonly random: number
}

/**
 * The grant after a token answer: new access token, standing active, no mark.
 * RFC 6749 §6: an absent refresh token means that the old one stays valid.
 */
export function renewed(of: Grant, answer: TokenAnswer, receipt: Receipt): Grant {
  const { key, sent, now } = receipt
  const { spending: _, in_doubt: __, refresh_expires_at, ...rest } = of
  const lifetime = answer.expires_in ?? receipt.rules?.access_lifetime
  const scope = answer.scope ?? (key === '' ? of.granted_scope : undefined)
  // A provider that does not know DPoP answers with a bearer token, and nothing is bound.
  const bound = answer.dpop_key !== undefined && answer.token_type.toLowerCase() === 'dpop'
  const dpop_key = bound ? answer.dpop_key : undefined
  // Filled in step by step: an object for every field that may be missing is what this would cost most.
  const token: Writable<AccessToken> = {
    access_token: answer.access_token,
    token_type: answer.token_type,
    raw: answer.raw,
  }
  if (scope !== undefined) token.scope = scope
  if (lifetime !== undefined) {
    token.expires_at = sent + lifetime
    token.refresh_at = refreshAt(sent, lifetime, answer.refresh_in, receipt.random, receipt.rules?.early)
  }
  if (answer.id_token !== undefined) token.id_token = answer.id_token
  if (dpop_key !== undefined) token.dpop_key = dpop_key
  const next: Writable<Grant> = {
    ...rest,
    access: { ...living(of.access, now), [key]: accessToken(token) },
    standing: of.standing.state === 'active' ? of.standing : { state: 'active', since: now },
    updated_at: now,
  }
  if (receipt.given_by !== undefined) next.given_by = receipt.given_by
  if (answer.refresh_token !== undefined) {
    next.refresh_token = answer.refresh_token
    if (dpop_key !== undefined) next.dpop_key = dpop_key
  }
  // The end that was told belongs to the token it came with.
  const end = answer.refresh_token === undefined ? refresh_expires_at : undefined
  const told = answer.refresh_expires_in === undefined ? end : sent + answer.refresh_expires_in
  if (told !== undefined) next.refresh_expires_at = told
  if (answer.metadata !== undefined) next.metadata = { ...of.metadata, ...answer.metadata }
  if (key === '' && answer.scope !== undefined) next.granted_scope = answer.scope
  return grant(next)
}

/** A record while it is being made. */
type Writable<T> = { -readonly [Field in keyof T]: T[Field] }

/** The grant after a failure that may pass. The mark is lifted; an unknown outcome is remembered. */
export function failing(of: Grant, error: OAuthError, now: number, random: number): Grant {
  const { spending, ...rest } = of
  const before = of.standing.state === 'failing' ? of.standing : undefined
  const failures = (before?.failures ?? 0) + 1
  const standing: Standing = {
    state: 'failing',
    since: before?.since ?? now,
    failures,
    // One who asks for fewer requests is not asked again at once, even if it does not say when.
    next_attempt:
      now + Math.max(error.retryAfter ?? 0, backoff(error.code === 'RATE_LIMITED' ? failures + 1 : failures, random)),
    trouble: trouble(error),
  }
  const { in_doubt: doubt, ...certain } = rest
  const in_doubt = error.outcome === 'unknown' ? (doubt ?? spending?.since ?? now) : doubt
  return grant({ ...certain, ...(in_doubt === undefined ? {} : { in_doubt }), standing, updated_at: now })
}

/**
 * The grant after an answer that nobody may use. The refresh token that came replaces the spent one. Tokens of another
 * account set the grant aside: nothing is asked with them, and they are there to be revoked.
 */
export function spoiled(of: Grant, answer: SpoiltAnswer, now: number, random: number): Grant {
  const { spoilt: error, refresh_token, dpop_key } = answer
  const { spending: _, in_doubt: __, ...rest } = of
  const bound = dpop_key === undefined ? {} : { dpop_key }
  const next = grant({ ...rest, ...(refresh_token === undefined ? {} : { refresh_token, ...bound }), updated_at: now })
  if (error.code === 'WRONG_ACCOUNT')
    return grant({
      ...next,
      standing: { state: 'revoked', since: now, reason: 'wrong_account', trouble: trouble(error) },
    })
  // The newest refresh token is known, whatever the rest of the answer was.
  const { in_doubt: ___, ...certain } = failing(next, error, now, random)
  return grant(certain)
}

/** The grant after the provider ended it. Nothing is deleted: the reason stays for people to read. */
export function revoked(of: Grant, error: OAuthError, now: number): Grant {
  const { spending: _, ...rest } = of
  const reason = of.in_doubt === undefined ? 'invalid_grant' : 'refresh_interrupted'
  return grant({
    ...rest,
    standing: { state: 'revoked', since: now, reason, trouble: trouble(error) },
    updated_at: now,
  })
}

/** What a record keeps of an error. */
export function trouble(error: OAuthError): Trouble {
  return {
    code: error.code,
    message: error.message,
    ...(error.error === undefined ? {} : { error: error.error }),
    ...(error.error_description === undefined ? {} : { error_description: error.error_description }),
    ...(error.guidance === undefined ? {} : { guidance: error.guidance }),
    ...(error.claims === undefined ? {} : { claims: error.claims }),
  }
}

/** Access tokens of other resources that ended are dropped, so that a record does not grow for ever. */
function living(access: Grant['access'], now: number): Grant['access'] {
  return Object.fromEntries(
    Object.entries(access).filter(([, token]) => token.expires_at === undefined || token.expires_at > now),
  )
}
