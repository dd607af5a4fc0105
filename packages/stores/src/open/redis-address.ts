import { OAuthError } from '@evergrant/core'
import type { RedisStoreOptions } from '../redis.ts'
import { addressParameters } from './address-parameters.ts'

const OWN = ['prefix', 'ttl', 'durable']

/** Those of ioredis that say something about the connection; `db` it tells by itself. */
const CLIENTS = [
  'username',
  'password',
  'db',
  'family',
  'tls',
  'connectionName',
  'keyPrefix',
  'keepAlive',
  'noDelay',
  'readOnly',
  'enableReadyCheck',
  'protocol',
]

/**
 * The server of a `redis:` or `rediss:` address, and the store's own parameters in it: `prefix`, `ttl` (seconds) and
 * `durable`. The others are the client's. Throws `INVALID_ARGUMENT` for any that neither has.
 */
export function redisAddress(text: string): { readonly server: string; readonly options: RedisStoreOptions } {
  const url = URL.parse(text)
  // An address may carry a password, and is not repeated.
  if (url === null)
    throw new OAuthError('INVALID_ARGUMENT', 'A Redis address is like redis://user:password@host:6379/0.')
  addressParameters(url.searchParams, { what: 'A Redis address', names: [...OWN, ...CLIENTS] })
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
