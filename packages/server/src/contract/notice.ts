import { type Static, Type } from 'typebox'
import { EpochSeconds, WholeEpochSeconds } from './time.ts'

/** What somebody has to hear of. There is one notice for a broken connection, and none for each of its accounts. */
export const NoticeKind = Type.Union([
  Type.Literal('account_needs_consent'),
  Type.Literal('connection_broken'),
  Type.Literal('accounts_blocked'),
  Type.Literal('accounts_ended'),
  Type.Literal('secret_expiring'),
  Type.Literal('webhook_off'),
  Type.Literal('api_key_made'),
  Type.Literal('token_revealed'),
  Type.Literal('password_link_made'),
  Type.Literal('email_changed'),
  Type.Literal('mail_servers_set'),
])
export type NoticeKind = Static<typeof NoticeKind>

/** How many accounts of a connection something is about. */
export const AffectedAccounts = Type.Object(
  {
    total: Type.Integer(),
    affected: Type.Integer({
      description: 'Of a connection whose settings are refused: those that have to be renewed, and cannot.',
    }),
    following: Type.Optional(
      Type.Integer({
        description: 'Of a connection whose settings are refused: those whose token still holds. Absent: none.',
      }),
    ),
  },
  { title: 'AffectedAccounts' },
)
export type AffectedAccounts = Static<typeof AffectedAccounts>

/**
 * Something that somebody has to act on, gone when it is mended; or something that somebody else did to what is theirs, kept until they put
 * it away.
 */
export const Notice = Type.Object(
  {
    id: Type.String(),
    kind: NoticeKind,
    created_at: EpochSeconds,
    seen: Type.Boolean(),
    connection: Type.Optional(Type.Object({ id: Type.String(), name: Type.String() })),
    account: Type.Optional(Type.Object({ id: Type.String(), name: Type.String() })),
    accounts: Type.Optional(AffectedAccounts),
    webhook: Type.Optional(Type.Object({ id: Type.String(), url: Type.String() })),
    expires_at: Type.Optional(WholeEpochSeconds),
    by: Type.Optional(
      Type.Object({ id: Type.String(), name: Type.String() }, { description: 'Who did it, as they were called then.' }),
    ),
    program: Type.Optional(
      Type.Object({ id: Type.String(), name: Type.String() }, { description: 'The API key that was made.' }),
    ),
    reason: Type.Optional(Type.String({ description: 'The reason that they gave.' })),
    url: Type.String({ description: 'The page on which it is mended, or looked at.' }),
  },
  { title: 'Notice' },
)
export type Notice = Static<typeof Notice>

/** GET /v1/notices: those of the person who is signed in, newest first. */
export const NoticeList = Type.Object({ notices: Type.Array(Notice), unseen: Type.Integer() }, { title: 'NoticeList' })
export type NoticeList = Static<typeof NoticeList>
