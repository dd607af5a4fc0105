import type { Provider } from '../provider/resolve.ts'
import type { GrantSummary } from './grant.ts'
import { livesAsInTesting } from './testing-end.ts'

/** When and why a grant is expected to end. */
export interface PredictedEnd {
  /** Epoch seconds. */
  readonly at: number
  /**
   * `told`: the provider said so with the token. `testing`: it did, and the time is the one of a client that is not
   * published yet. `idle`: when nobody uses it until then. `absolute`: whatever anybody does. `access_token`: there is no
   * refresh token.
   */
  readonly reason: 'told' | 'testing' | 'idle' | 'absolute' | 'access_token'
  /** Whether each use puts the end off. */
  readonly moves: boolean
  /** What can be done about it beside consent, where something can. */
  readonly advice?: string
  readonly link?: string
}

/**
 * Predicts the end of a grant from what the provider told and what is known of its refresh tokens: the earliest of the
 * ends that apply. Undefined when nothing is known that ends it, and for a grant that has ended. An absolute limit
 * counts from the consent; when that is not known it is left out. A pure function; asks nobody.
 *
 * @example
 * ```ts
 * import { type Grant, predictedEnd, type Provider, summary } from '@evergrant/core'
 *
 * const daysLeft = (of: Grant, provider: Provider, now: number) => {
 *   const end = predictedEnd(summary(of), provider)
 *   return end === undefined ? Infinity : (end.at - now) / 86_400
 * }
 * ```
 */
export function predictedEnd(
  of: Pick<
    GrantSummary,
    'standing' | 'refreshable' | 'updated_at' | 'consented_at' | 'expires_at' | 'refresh_expires_at'
  >,
  { refresh: rules = {} }: Pick<Provider, 'refresh'>,
): PredictedEnd | undefined {
  const { standing, refreshable, consented_at, expires_at, refresh_expires_at } = of
  if (standing.state === 'revoked') return undefined
  if (!refreshable)
    return expires_at === undefined ? undefined : { at: expires_at, reason: 'access_token', moves: false }
  // Failed attempts write the record too, but the provider has not seen a use since the failures began.
  const used = standing.state === 'failing' ? standing.since : of.updated_at
  const told = refresh_expires_at === undefined ? undefined : toldEnd(refresh_expires_at, used, consented_at, rules)
  const idle = rules.idle === undefined ? undefined : ({ at: used + rules.idle, reason: 'idle', moves: true } as const)
  const absolute =
    rules.absolute === undefined || consented_at === undefined
      ? undefined
      : ({ at: consented_at + rules.absolute, reason: 'absolute', moves: false } as const)
  // What was told about this very token is nearer to the truth than what is documented about all of them.
  const ends: (PredictedEnd | undefined)[] = [told, told?.moves ? undefined : idle, absolute]
  return ends.filter((end) => end !== undefined).sort((a, b) => a.at - b.at)[0]
}

function toldEnd(
  at: number,
  used: number,
  consented_at: number | undefined,
  rules: NonNullable<Provider['refresh']>,
): PredictedEnd {
  const { testing, rotation } = rules
  const lifetime = consented_at === undefined ? undefined : at - consented_at
  if (testing !== undefined && lifetime !== undefined && livesAsInTesting(lifetime, rules)) {
    const { advice, link } = testing
    return { at, reason: 'testing', moves: false, advice, ...(link === undefined ? {} : { link }) }
  }
  return { at, reason: 'told', moves: rotation !== undefined && rotation !== 'never' && at > used }
}
