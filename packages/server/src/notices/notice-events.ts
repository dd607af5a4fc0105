import type { BreakCause, NoticeKind, WebhookEventType } from '../contract/index.ts'

interface NoticeEvent {
  readonly type: WebhookEventType
  readonly cause?: BreakCause
}

/** Kinds that are about a connection: why it is broken. */
const BROKEN: Partial<Record<NoticeKind, BreakCause>> = {
  connection_broken: 'settings',
  accounts_blocked: 'approval',
  accounts_ended: 'ended',
}

/** The webhook event that goes out when a notice is raised or cleared; undefined: none, or it is told by who raises it. */
export function eventOf(kind: NoticeKind, what: 'raised' | 'cleared'): NoticeEvent | undefined {
  const cause = BROKEN[kind]
  if (cause !== undefined) return { type: what === 'raised' ? 'connection.broken' : 'connection.restored', cause }
  if (kind === 'secret_expiring' && what === 'raised') return { type: 'connection.secret_expiring' }
  return undefined
}
