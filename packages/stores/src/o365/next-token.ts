import {
  type AccessToken,
  type Clock,
  type Grant,
  type GrantSummary,
  isExpired,
  OAuthError,
  type TokenManager,
} from '@evergrant/core'

/**
 * Who refreshes, for programs that share a store by rules of their own. `true`: the caller does. `false`: another instance
 * is at it; the record is read again, and the question asked again after a while. `null`: it was done inside, with
 * `manager.token({ force: true })` for instance; the record is read again.
 *
 * The engine needs no such rule: of all that ask at once, one spends.
 */
export type ShouldRefreshToken = (
  account: GrantSummary,
  manager: TokenManager,
) => boolean | null | Promise<boolean | null>

/** What the next token of an account is made with. */
export interface Refreshing {
  readonly account: GrantSummary
  /** Under which name the record keeps it. */
  readonly key: string
  readonly manager: TokenManager
  readonly clock: Clock
  readonly shouldRefresh: ShouldRefreshToken
  /** The record as it is in the store now. */
  readonly reload: () => Promise<Grant | undefined>
}

/** Whoever was said to refresh has had about ten seconds then. As it may be dead, the engine sees to it. */
const MOST_WAITS = 10

/** A token that is not the last one. Throws `TOKEN_EXPIRED` when a refresh was said to be done and was not. */
export async function nextToken(last: AccessToken | undefined, by: Refreshing): Promise<AccessToken> {
  const { account, key, manager, clock, shouldRefresh, reload } = by
  const stored = async (): Promise<AccessToken | undefined> => {
    const token = (await reload())?.access[key]
    const alive = token !== undefined && !isExpired(token, clock.now()) && token.access_token !== last?.access_token
    return alive ? token : undefined
  }
  const there = last === undefined ? await stored() : undefined
  if (there !== undefined) return there
  for (let waits = 0; waits < MOST_WAITS; waits++) {
    const should = await shouldRefresh(account, manager)
    if (should === true) break
    const token = await stored()
    if (token !== undefined) return token
    if (should === null) {
      const message = `shouldRefreshToken said that it has refreshed ${account.id}, but the record holds no new token.`
      throw new OAuthError('TOKEN_EXPIRED', message, { grant: account.id })
    }
    await clock.sleep(Math.min(2, 0.1 * 1.5 ** waits) * (0.75 + Math.random() * 0.5))
  }
  const token = await manager.token(last === undefined ? {} : { rejected: last.access_token })
  await reload()
  return token
}
