import { createHash } from 'node:crypto'
import type { Send } from './client.ts'

/** A script that the server keeps under its digest. */
export interface Script {
  readonly text: string
  readonly digest: string
}

/**
 * KEYS: grant, index of ids, index of due dates. ARGV: expected version, next version, id, record, due date or '',
 * lifetime in milliseconds or '0'. A grant of a later version
 * of the schema, which names itself, is left alone. Replies 1; or, when it lost, a list of the record that is there, if there is one.
 */
export const SWAP: Script = script(`
  local schema = redis.call('HGET', KEYS[1], 'schema')
  if schema then return redis.error_reply('SCHEMA ' .. schema) end
  local current = redis.call('HGET', KEYS[1], 'version') or '0'
  if current ~= ARGV[1] then
    return {redis.call('HGET', KEYS[1], 'record') or nil}
  end
  redis.call('HSET', KEYS[1], 'version', ARGV[2], 'record', ARGV[4])
  if ARGV[6] == '0' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[6]) end
  redis.call('ZADD', KEYS[2], 0, ARGV[3])
  if ARGV[5] == '' then redis.call('ZREM', KEYS[3], ARGV[3]) else redis.call('ZADD', KEYS[3], ARGV[5], ARGV[3]) end
  return 1
`)

/** KEYS as above. ARGV: id. */
export const REMOVE: Script = script(`
  redis.call('DEL', KEYS[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
  redis.call('ZREM', KEYS[3], ARGV[1])
  return 1
`)

/** KEYS as above. ARGV: id. Takes a grant whose lifetime is over out of the indexes, unless it was written again. */
export const FORGET: Script = script(`
  if redis.call('EXISTS', KEYS[1]) == 0 then
    redis.call('ZREM', KEYS[2], ARGV[1])
    redis.call('ZREM', KEYS[3], ARGV[1])
  end
  return 1
`)

/** Runs a script; sends its text only when the server does not have it. */
export async function run(send: Send, { text, digest }: Script, keys: string[], args: string[]): Promise<unknown> {
  const given = [String(keys.length), ...keys, ...args]
  try {
    return await send('EVALSHA', digest, ...given)
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
    return await send('EVAL', text, ...given)
  }
}

function script(text: string): Script {
  return { text, digest: createHash('sha1').update(text).digest('hex') }
}
