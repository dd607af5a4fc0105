import * as oauth from 'oauth4webapi'
import { readAnswer } from '../answer/answer-body.ts'
import type { Client } from '../client/client.ts'
import { OAuthError } from '../errors.ts'
import { type RequestOptions, requestOptions } from '../http/exchange.ts'
import { transportError } from '../http/transport-error.ts'

/** Seconds after an unscheduled look at the provider's keys in which there is no other. */
const COOLDOWN = 60

/** The provider's keys as a client last saw them. Mutable: it belongs to one client. */
export interface KnownKeys {
  cache: oauth.JWKSCacheInput
  /** By the monotonic clock: when an unknown key may be asked for again. */
  quietUntil: number
}

/**
 * Verifies something with the provider's keys, which are kept for five minutes. A key that is not among them makes the
 * keys be fetched once more at once, because providers rotate (OpenID Connect Core §10.1.1); then not again for a
 * minute, so that made-up key ids cost the provider nothing.
 */
export async function withProviderKeys<T>(
  client: Client,
  as: oauth.AuthorizationServer,
  verify: (as: oauth.AuthorizationServer, options: RequestOptions & oauth.JWKSCacheOptions) => Promise<T>,
): Promise<T> {
  const { keys, http } = client
  // The protocol layer keeps keys with the metadata object too; a copy leaves that to our own cache.
  const attempt = (cache: oauth.JWKSCacheInput): Promise<T> =>
    verify({ ...as }, { ...keyOptions(client), [oauth.jwksCache]: cache })
  const { cache } = keys
  const before = fetchedAt(cache)
  try {
    return await attempt(cache)
  } catch (error) {
    const now = http.clock.monotonic()
    const fetchedNow = before === undefined || fetchedAt(cache) !== before
    if (!isUnknownKey(error) || fetchedNow || now < keys.quietUntil) throw error
    keys.quietUntil = now + COOLDOWN
    const newer: oauth.JWKSCacheInput = {}
    try {
      return await attempt(newer)
    } finally {
      if (fetchedAt(newer) !== undefined) keys.cache = newer
    }
  }
}

function fetchedAt(cache: oauth.JWKSCacheInput): number | undefined {
  return 'uat' in cache && typeof cache.uat === 'number' ? cache.uat : undefined
}

function isUnknownKey(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === oauth.KEY_SELECTION
}

/** Options for fetching keys: under the deadline, at most so large, and an unreachable provider named as such. */
function keyOptions({ http, provider }: Client): RequestOptions {
  const options = requestOptions(http)
  return {
    ...options,
    [oauth.customFetch]: async (url, init) => {
      try {
        const { status, text } = await readAnswer(await options[oauth.customFetch](url, init), http.maxAnswer, 0)
        if (status !== 200) {
          const message = `${provider.name} did not give its keys when asked at ${url} (HTTP ${status}).`
          const code = status === 429 || status >= 500 ? 'PROVIDER_UNAVAILABLE' : 'INVALID_ANSWER'
          throw new OAuthError(code, message, { provider: provider.id, status })
        }
        if (!isKeySet(text)) {
          const message = `${provider.name} did not give a set of keys when asked at ${url}.`
          throw new OAuthError('INVALID_ANSWER', message, { provider: provider.id, status })
        }
        return new Response(text, { status, headers: { 'content-type': 'application/json' } })
      } catch (error) {
        throw transportError(error, provider.id, provider.name, http.deadline)
      }
    },
  }
}

/** What the protocol layer says of a broken set would be taken for a fault of the token (RFC 7517 §5). */
function isKeySet(text: string): boolean {
  try {
    const set: unknown = JSON.parse(text)
    return typeof set === 'object' && set !== null && 'keys' in set && Array.isArray(set.keys)
  } catch {
    return false
  }
}
