import { isOAuthError, OAuthError } from '@evergrant/core'
import { driverError, wordsOf as driverWords } from '../driver-error.ts'

/** What Redis refused, or that it cannot be reached, as a typed error. */
export function redisFailure(error: unknown, doing: 'read' | 'write'): OAuthError {
  if (isOAuthError(error)) return error
  const cause = driverError(error)
  const words = wordsOf(error)
  switch (/^[A-Z]+(?= )/.exec(words)?.[0]) {
    case 'READONLY':
    case 'NOPERM':
      if (doing === 'write')
        return new OAuthError('STORE_READ_ONLY', `Redis does not let this client write: ${words}.`, { cause })
      return new OAuthError('STORE_UNAVAILABLE', `Redis does not let this client read: ${words}.`, { cause })
    case 'SCHEMA':
      return laterSchema(words.slice('SCHEMA '.length))
    case 'WRONGTYPE':
      return new OAuthError('STORE_CORRUPT', `A key of the Redis store holds something else: ${words}.`, { cause })
    case 'OOM':
      return new OAuthError('STORE_UNAVAILABLE', 'Redis is out of memory: nothing was changed.', { cause })
    case 'ERR':
    case 'CROSSSLOT':
    case 'LOADING':
    case 'MISCONF':
    case 'NOAUTH':
    case 'WRONGPASS':
      return new OAuthError('STORE_UNAVAILABLE', `Redis refused: ${words}.`, { cause })
  }
  const then = doing === 'write' ? ' It may yet have been written; the record, read again, tells.' : ''
  return new OAuthError('STORE_UNAVAILABLE', `Redis could not be asked: ${words}.${then}`, { cause })
}

/** What a later program keeps, this one neither reads nor writes over. */
export function laterSchema(found: string): OAuthError {
  return new OAuthError('STORE_CORRUPT', `A grant in Redis has schema version ${found}; this program knows version 1.`)
}

function wordsOf(error: unknown): string {
  // ioredis counts retries, of which our connection makes none.
  const broke = error instanceof Error && error.name === 'MaxRetriesPerRequestError'
  return broke ? 'the connection broke' : driverWords(error)
}
