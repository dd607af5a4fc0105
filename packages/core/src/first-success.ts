import { isOAuthError, OAuthError } from './errors.ts'

/** One way among several. */
export interface Attempt<T> {
  /** What people call it, for the error: `v1.0`. */
  readonly name: string
  run(): Promise<T>
}

/**
 * Tries one way after the other and returns what the first that works brings. For programs that were told to find out by
 * themselves, such as which generation of endpoints a client is registered for.
 *
 * What a person decided, and what ended because the caller gave up, is never tried in another way: such an error is
 * thrown as it is, and the rest is not begun. When every way fails, the last error is thrown with all of them told: its
 * message names each, and its cause holds them in order.
 *
 * @example
 * ```ts
 * import { clientCredentialsFlow, defineClient, firstSuccess, memoryStore, type Provider, tokenSource } from '@evergrant/core'
 *
 * function eitherWay(v1: Provider, v2: Provider, client_id: string, client_secret: string) {
 *   const ask = (provider: Provider) => {
 *     const client = defineClient({ provider, client_id, client_secret })
 *     return tokenSource('app', { client, store: memoryStore(), flow: clientCredentialsFlow() }).token()
 *   }
 *   return firstSuccess([{ name: 'v1.0', run: () => ask(v1) }, { name: 'v2.0', run: () => ask(v2) }])
 * }
 * ```
 */
export async function firstSuccess<T>(attempts: readonly Attempt<T>[]): Promise<T> {
  const failures: { readonly name: string; readonly error: OAuthError }[] = []
  for (const { name, run } of attempts) {
    try {
      return await run()
    } catch (error) {
      if (!isOAuthError(error) || FINAL.has(error.code)) throw error
      failures.push({ name, error })
    }
  }
  const last = failures.at(-1)
  if (last === undefined) throw new OAuthError('INVALID_ARGUMENT', 'There is nothing to try.')
  if (failures.length === 1) throw last.error
  const words = failures.map(({ name, error }) => `${name}: ${error.message}`).join(' | ')
  const cause = new AggregateError(failures.map(({ error }) => error))
  throw new OAuthError(last.error.code, `No way worked. ${words}`, { ...last.error, cause })
}

/** Decided by a person or by the caller: another way of asking would not be another answer. */
const FINAL: ReadonlySet<string> = new Set([
  'ABORTED',
  'ACCESS_DENIED',
  'AUTHORIZATION_EXPIRED',
  'PASSWORD_REFUSED',
  'STATE_MISMATCH',
  'WRONG_ACCOUNT',
  'PROGRAM_ERROR',
])
