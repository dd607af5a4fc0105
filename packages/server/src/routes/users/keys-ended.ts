import type { EndedKey } from '../../security/api-keys.ts'

/** Keys that an entry of the audit log names. */
const MOST_NAMED = 50

/** How an entry of the audit log tells which keys ended with what somebody lost. */
export function keysEnded(keys: readonly EndedKey[]): object {
  if (keys.length === 0) return {}
  return { keys_ended: keys.slice(0, MOST_NAMED).map(({ id, name }) => ({ id, name })), keys_ended_count: keys.length }
}
