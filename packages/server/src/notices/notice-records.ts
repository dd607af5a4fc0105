import type { NoticeKind } from '../contract/index.ts'

/**
 * Kinds that tell what was done to what is a person's own, by somebody else or in their name. Nothing mends them, and deleting a key does not take back that it was
 * made; mail about them goes out also when somebody put the notice away before.
 */
export const records: ReadonlySet<NoticeKind> = new Set([
  'api_key_made',
  'token_revealed',
  'password_link_made',
  'email_changed',
  'mail_servers_set',
])

export function isRecord(kind: NoticeKind): boolean {
  return records.has(kind)
}
