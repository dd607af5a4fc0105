import { isInvalidGrant } from '../answer/refusal.ts'
import { OAuthError } from '../errors.ts'
import type { RefreshRules } from '../provider/definition.ts'
import type { Grant } from './grant.ts'

/** Shares of a lifetime by which what is told, or seen, may differ from what is documented. */
const ROUGHLY = 0.02

/** Whether a refresh token that lives so long, in seconds, belongs to a client that is not published yet. */
export function livesAsInTesting(lifetime: number, { testing }: Pick<RefreshRules, 'testing'>): boolean {
  return testing !== undefined && Math.abs(lifetime / testing.lifetime - 1) < ROUGHLY
}

/**
 * A refusal of the refresh token of a client that is not published yet, with what helps: consent alone would, for some
 * days. It is taken for one when the end was told to come then, or when the grant worked until about then and not after.
 */
export function endedInTesting(error: OAuthError, of: Grant, rules: RefreshRules = {}, now: number): OAuthError {
  const { testing } = rules
  const { consented_at, refresh_expires_at, standing } = of
  if (testing === undefined || consented_at === undefined || !isInvalidGrant(error)) return error
  const { lifetime, advice, link } = testing
  const age = now - consented_at
  const worked = (standing.state === 'failing' ? standing.since : of.updated_at) - consented_at
  const told = refresh_expires_at !== undefined && livesAsInTesting(refresh_expires_at - consented_at, rules)
  const seen = age < 2 * lifetime && worked <= lifetime * (1 + ROUGHLY)
  if (age < lifetime * (1 - ROUGHLY) || !(told || seen)) return error
  const guidance = { class: 'consent', who: 'administrator', advice, ...(link === undefined ? {} : { link }) } as const
  return new OAuthError(error.code, error.message, { ...error, cause: error.cause, guidance })
}
