import { type Clock, systemClock } from '../clock.ts'
import { type Changes, cloneWith } from '../clone-with.ts'
import { detachable } from '../detachable.ts'
import { OAuthError } from '../errors.ts'
import { bearerFetch, bearerMiddleware } from '../http/bearer.ts'
import { scrub } from '../redacted.ts'
import type { AccessToken } from './access-token.ts'
import { givenToken } from './given-token.ts'
import { isExpired } from './lifetimes.ts'
import type { TokenSource } from './token-source.ts'
import type { Want } from './want.ts'

/** What gets tokens for {@link providedTokenSource}: the source of a grant, usually. */
export type TokenManager = Pick<TokenSource, 'id' | 'token' | 'sending'>

/** Options of {@link providedTokenSource}. */
export interface ProvidedTokenOptions {
  /**
   * A token that is there already, whole or as plain text. It is used until it ends, and needs no client. Its times may be
   * epoch seconds, milliseconds or ISO dates; with `expires_in` alone it lives from `obtained_at` on, else from now on.
   */
  readonly token?: AccessToken | string | undefined
  /** Gets a token when there is none or it has ended; nothing is `TOKEN_MISSING`. Default: the manager. */
  readonly provider?:
    | ((
        last: AccessToken | undefined,
        manager: TokenManager | undefined,
      ) => AccessToken | string | undefined | Promise<AccessToken | string | undefined>)
    | undefined
  readonly manager?: TokenManager | undefined
  /**
   * Hears of every new token once, and not of the one that was given or set. Awaited before the token is handed out.
   * When it throws, the callers that wait get `PROGRAM_ERROR` with its error as the cause; the token is kept, and it is
   * called again for it at the next use, until it has succeeded.
   */
  readonly onTokenUpdate?: ((token: AccessToken) => void | Promise<void>) | undefined
  /** Seconds before its end from which a token counts as ended; a fraction or 0 is fine. Default 0. */
  readonly clockSkew?: number | undefined
  /** Default: the manager's, else the machine's. */
  readonly clock?: Clock | undefined
}

/** A token source that a program feeds itself. */
export interface ProvidedTokenSource extends TokenSource {
  /** Uses this token from now on. `onTokenUpdate` is not called for it. */
  set(token: AccessToken | string | undefined): void
  /** Uses this token from now on, as one that was fetched: `onTokenUpdate` is called for it, and awaited. */
  keep(token: AccessToken): Promise<void>
  /** The last token that it had, also when that has ended. */
  readonly held: AccessToken | undefined
  /**
   * A source with these changes: what is absent stays, `undefined` clears, 0 is a value. The token that is held goes
   * along, unless `token` is among the changes, or another `manager` in the place of one: it may be another account's.
   * This source stays as it is.
   */
  cloneWith(changes: Changes<ProvidedTokenOptions>): ProvidedTokenSource
}

/**
 * A token source for programs that keep tokens in their own way: with an existing token, a token provider, or a
 * listener that stores every new token. Concurrent callers share one call of the provider; a failure is theirs alone,
 * and the next call asks again. A token that has ended is never handed out.
 *
 * Throws `INVALID_ARGUMENT` for a token whose times cannot be read, or that is none, and for a clockSkew that is no number of
 * seconds.
 *
 * Fails with `TOKEN_MISSING` when there is no token and nothing to get one, `TOKEN_EXPIRED` when it ended or the
 * provider returned one that had, and `PROGRAM_ERROR` when the listener threw, and with whatever provider and
 * manager throw.
 *
 * @example
 * ```ts
 * import { type AccessToken, providedTokenSource, type TokenSource } from '@evergrant/core'
 *
 * function remembering(manager: TokenSource, load: () => AccessToken, save: (token: AccessToken) => Promise<void>) {
 *   return providedTokenSource({ token: load(), manager, onTokenUpdate: save })
 * }
 * ```
 */
export function providedTokenSource(options: ProvidedTokenOptions): ProvidedTokenSource {
  const { provider, manager, onTokenUpdate, clockSkew = 0 } = options
  const { clock = manager?.sending?.clock ?? systemClock } = options
  const whole = (
    token: AccessToken | string | undefined,
    what = 'The token that was given',
  ): AccessToken | undefined => (token == null || token === '' ? undefined : givenToken(token, clock.now(), what))
  let held = whole(options.token)
  let flight: Promise<AccessToken> | undefined
  /** The listener did not take it: it may be the only place where a new refresh token is saved. */
  let untold: AccessToken | undefined
  if (!Number.isFinite(clockSkew) || clockSkew < 0) {
    throw new OAuthError('INVALID_ARGUMENT', `clockSkew is ${clockSkew}; seconds are expected, 0 or more.`)
  }

  const ended = (token: AccessToken, minTtl = 0): boolean => isExpired(token, clock.now(), clockSkew + minTtl)
  const suits = (token: AccessToken | undefined, want: Want): token is AccessToken =>
    token !== undefined && want.force !== true && token.access_token !== want.rejected && !ended(token, want.minTtl)

  const told = async (token: AccessToken): Promise<void> => {
    untold = undefined
    try {
      await onTokenUpdate?.(token)
    } catch (error) {
      // One that came meanwhile is newer.
      if (held?.access_token === token.access_token) untold = token
      throw threw(error)
    }
  }
  const kept = async (token: AccessToken): Promise<void> => {
    const isNew = token.access_token !== held?.access_token
    held = token
    if (isNew) await told(token)
  }
  const skewed = ({ expires_at = 0 }: AccessToken): OAuthError => {
    const left = Math.floor(expires_at - clock.now())
    const words = `The access token that came lives ${left} more seconds, and with a clockSkew of ${clockSkew} it counts as ended`
    return new OAuthError('TOKEN_EXPIRED', `${words}: give a smaller clockSkew. It was not sent.`, {
      outcome: 'not_sent',
    })
  }

  const fetched = async (want: Want): Promise<AccessToken> => {
    const { signal: _, ...lasting } = want
    if (untold !== undefined) {
      await told(untold)
      if (suits(held, want)) return held
    }
    const last = held
    const got = provider === undefined ? manager?.token(lasting) : provider(last, manager)
    if (got === undefined && provider === undefined) throw last === undefined ? missing() : expired('The access token')
    const token = whole(await got, 'What the provider function returned')
    // Without types a provider may yield nothing, as when its database is empty.
    if (token == null) throw missing()
    if (ended(token)) throw isExpired(token, clock.now()) ? expired('The access token that came') : skewed(token)
    await kept(token)
    return token
  }

  const source: ProvidedTokenSource = {
    id: manager?.id ?? 'provided',
    async token(want = {}) {
      if (untold === undefined && suits(held, want)) return held
      const joined = flight !== undefined
      flight ??= fetched(want).finally(() => {
        flight = undefined
      })
      const token = await detachable(flight, want.signal)
      // The flight that was joined wished for less than this caller does.
      return joined && token.access_token === want.rejected ? source.token(want) : token
    },
    peek: () => (held === undefined || untold !== undefined || ended(held) ? undefined : held),
    forget() {
      held = undefined
    },
    set(token) {
      held = whole(token)
      untold = undefined
    },
    keep: async (token) => kept(givenToken(token, clock.now(), 'The token that was given')),
    get held() {
      return held
    },
    cloneWith(changes) {
      const another = changes.manager !== undefined && manager !== undefined && changes.manager !== manager
      return providedTokenSource(cloneWith({ ...options, token: another ? undefined : held }, changes))
    },
    sending: { ...manager?.sending, clock },
    get authorize() {
      return bearerMiddleware(source)
    },
    get fetch() {
      return bearerFetch(source)
    },
  }
  return source
}

function threw(error: unknown): OAuthError {
  const words = scrub(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
  const message = `onTokenUpdate threw, and is called again for the new token at its next use: ${words}`
  return new OAuthError('PROGRAM_ERROR', message, { cause: error, outcome: 'not_sent' })
}

function missing(): OAuthError {
  return new OAuthError('TOKEN_MISSING', 'There is no access token, and nothing to get one with.')
}

function expired(what: string): OAuthError {
  return new OAuthError('TOKEN_EXPIRED', `${what} has ended, and it was not sent.`)
}
