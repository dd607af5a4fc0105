import { type Static, Type } from 'typebox'
import { EpochSeconds, WholeEpochSeconds } from './time.ts'

/** How a program used an account: it asked for a token, or went through the mail gateway. */
export const ProgramUseBy = Type.Union([Type.Literal('token'), Type.Literal('mail')])
export type ProgramUseBy = Static<typeof ProgramUseBy>

/** A program that may use an account: an API key. The key itself is never shown. */
export const Program = Type.Object(
  {
    id: Type.String({ description: 'Of the API key.' }),
    name: Type.String(),
    hint: Type.String({ description: 'The first characters of the key.' }),
    made_by: Type.Optional(Type.Object({ id: Type.String(), name: Type.String() })),
    all_accounts: Type.Boolean({ description: 'Whether the key is for all accounts, also later ones.' }),
    accounts: Type.Optional(
      Type.Integer({
        description:
          'How many accounts the key gets at now. Only for administrators and whoever made the key: others do not learn how many accounts of other people it is for.',
      }),
    ),
    scopes: Type.Optional(
      Type.Array(Type.String(), { description: 'Its tokens have these and no others. Absent: whatever was granted.' }),
    ),
    opens_mailbox: Type.Boolean({
      description: 'Whether mail programs may log in with the key as their password, at the mail gateway.',
    }),
    created_at: EpochSeconds,
    expires_at: Type.Optional(WholeEpochSeconds),
    last_use: Type.Optional(
      Type.Object(
        {
          at: EpochSeconds,
          source: Type.String({ description: 'The address that it came from.' }),
          via: ProgramUseBy,
        },
        { description: 'Of this account. Written every ten seconds.' },
      ),
    ),
  },
  { title: 'Program' },
)
export type Program = Static<typeof Program>

/** GET /v1/accounts/{id}/programs: the one that used the account last first. */
export const ProgramList = Type.Object({ programs: Type.Array(Program) }, { title: 'ProgramList' })
export type ProgramList = Static<typeof ProgramList>
