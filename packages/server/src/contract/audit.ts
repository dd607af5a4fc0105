import { type Static, Type } from 'typebox'
import { EpochSeconds } from './time.ts'

/** What is written down, by whoever did it. */
export const AuditAction = Type.Union([
  Type.Literal('setup'),
  Type.Literal('session.begin'),
  Type.Literal('session.refused'),
  Type.Literal('session.end'),
  Type.Literal('password.change'),
  Type.Literal('password.refused'),
  Type.Literal('user.invite'),
  Type.Literal('user.update'),
  Type.Literal('user.remove'),
  Type.Literal('invitation.accept'),
  Type.Literal('connection.create'),
  Type.Literal('connection.update'),
  Type.Literal('connection.check'),
  Type.Literal('connection.secret_fallback'),
  Type.Literal('connection.secret_taken'),
  Type.Literal('connection.secret_ended'),
  Type.Literal('connection.secret_expiring'),
  Type.Literal('connection.remove'),
  Type.Literal('account.create'),
  Type.Literal('account.update'),
  Type.Literal('account.authorize'),
  Type.Literal('account.connect'),
  Type.Literal('account.replace'),
  Type.Literal('account.link'),
  Type.Literal('account.confirm'),
  Type.Literal('account.refresh'),
  Type.Literal('account.test'),
  Type.Literal('account.look_up'),
  Type.Literal('account.revoke'),
  Type.Literal('account.reveal'),
  Type.Literal('account.mail_settings'),
  Type.Literal('account.mail_send'),
  Type.Literal('account.program_remove'),
  Type.Literal('account.remove'),
  Type.Literal('api_key.create'),
  Type.Literal('api_key.remove'),
  Type.Literal('webhook.create'),
  Type.Literal('webhook.update'),
  Type.Literal('webhook.secret'),
  Type.Literal('webhook.test'),
  Type.Literal('webhook.redeliver'),
  Type.Literal('webhook.remove'),
])
export type AuditAction = Static<typeof AuditAction>

/** Who did it. `nobody`: not signed in, as at a refused sign-in. `server`: the server by itself. */
export const AuditActor = Type.Object({
  type: Type.Union([Type.Literal('user'), Type.Literal('key'), Type.Literal('nobody'), Type.Literal('server')]),
  id: Type.Optional(Type.String()),
  name: Type.Optional(Type.String()),
})
export type AuditActor = Static<typeof AuditActor>

/** One line of the audit log. */
export const AuditEntry = Type.Object(
  {
    seq: Type.Integer({ description: 'Counts from 1 without a gap.' }),
    at: EpochSeconds,
    actor: AuditActor,
    source: Type.Optional(Type.String({ description: 'The address that the request came from.' })),
    action: AuditAction,
    subject: Type.Optional(Type.String({ description: 'Id of what it was done to.' })),
    detail: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'Never a secret.' })),
    link: Type.String({ description: 'Ties this entry to the one before it.' }),
  },
  { title: 'AuditEntry' },
)
export type AuditEntry = Static<typeof AuditEntry>

/** GET /v1/audit: newest first. */
export const AuditLog = Type.Object({
  entries: Type.Array(AuditEntry),
  before: Type.Optional(Type.Integer({ description: 'Ask with this for what is older; absent: there is nothing.' })),
})
export type AuditLog = Static<typeof AuditLog>
