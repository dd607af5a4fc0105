import { OAuthError } from '@evergrant/core'
import type { RedisStoreOptions } from '../redis.ts'

/**
 * The server of a `redis:` or `rediss:` address, and the store's own parameters in it: `prefix`, `ttl` (seconds) and
 * `durable`. All other parameters are the client's.
 */
export function redisAddress(text: string): { readonly server: string; readonly options: RedisStoreOptions } {
  const url = URL.parse(text)
  // An address may carry a password, and is not repeated.
  if (url === null)
    throw new OAuthError('INVALID_ARGUMENT', 'A Redis address is like redis://user:password@host:6379/0.')
  const own = (name: string): string | undefined => {
    const value = url.searchParams.get(name) ?? undefined
    url.searchParams.delete(name)
    return value
  }
  const [prefix, ttl, durable] = [own('prefix'), own('ttl'), own('durable')]
  if (ttl !== undefined && !(Number(ttl) > 0))
    throw new OAuthError('INVALID_ARGUMENT', 'The ttl in a Redis address is a number of seconds.')
  return {
    server: url.href,
    options: {
      ...(prefix === undefined ? {} : { prefix }),
      ...(ttl === undefined ? {} : { ttl: Number(ttl) }),
      ...(durable === undefined ? {} : { durable: durable !== 'false' }),
    },
  }
}
