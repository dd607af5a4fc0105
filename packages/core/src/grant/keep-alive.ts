import type { RefreshRules } from '../provider/definition.ts'
import type { GrantSummary } from './grant.ts'

/** When a grant ends by itself, and when to use it so that it does not. Epoch seconds. */
export interface KeepAlive {
  /** When it ends if nobody uses it, or whatever anybody does; absent when nothing is known that ends it. */
  readonly ends_at?: number
  /** When to refresh it if nobody has until then; absent when that is not needed or cannot help. */
  readonly due_at?: number
  /** From when a person should be told that consent will be needed again; only for ends that no refresh puts off. */
  readonly warn_at?: number
}

/**
 * Predicts the end of a grant from what is known of the provider's refresh tokens, and plans its next keep-alive at a
 * quarter of the idle limit: three attempts may fail, and it still lives. `consented_at`: when the person consented; the
 * absolute limit counts from there and is ignored when that is not known. `random` in [0, 1) brings the date forward by
 * up to a tenth, so that grants made together are not used together.
 *
 * @example
 * ```ts
 * import { type GrantSummary, keepAlive } from '@evergrant/core'
 *
 * const idle = 90 * 86_400
 * const isDue = (of: GrantSummary, now: number) => (keepAlive(of, { idle }).due_at ?? Infinity) <= now
 * ```
 */
export function keepAlive(
  of: Pick<GrantSummary, 'standing' | 'refreshable' | 'updated_at'>,
  rules: RefreshRules | undefined,
  consented_at?: number,
  random = 0,
): KeepAlive {
  if (!of.refreshable || of.standing.state === 'revoked') return {}
  // Failed attempts write the record too, but the provider has not seen a use since the failures began.
  const used = of.standing.state === 'failing' ? of.standing.since : of.updated_at
  const idleEnd = rules?.idle === undefined ? undefined : used + rules.idle
  const absoluteEnd =
    rules?.absolute === undefined || consented_at === undefined ? undefined : consented_at + rules.absolute
  const ends = [idleEnd, absoluteEnd].filter((end) => end !== undefined)
  const due = rules?.idle === undefined ? undefined : used + (rules.idle / 4) * (1 - random * 0.1)
  const pointless = due !== undefined && absoluteEnd !== undefined && due >= absoluteEnd
  return {
    ...(ends.length === 0 ? {} : { ends_at: Math.min(...ends) }),
    ...(due === undefined || pointless ? {} : { due_at: due }),
    ...(absoluteEnd === undefined ? {} : { warn_at: absoluteEnd - Math.min(14 * 86_400, (rules?.absolute ?? 0) / 10) }),
  }
}
