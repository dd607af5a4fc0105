import { type Static, Type } from 'typebox'
import { OwnPassword } from './session.ts'
import { Formed, Line } from './text.ts'
import { EpochSeconds, GivenMoment, WholeEpochSeconds } from './time.ts'

/** A program's key to tokens of some accounts. The key itself is shown once, when it is made. */
export const ApiKey = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    hint: Type.String({ description: 'The first characters of the key.' }),
    accounts: Type.Union([Type.Array(Type.String()), Type.Null()], {
      description: 'Ids of the accounts it may use; null: all.',
    }),
    account_count: Type.Optional(
      Type.Integer({ description: 'How many accounts it gets at now. One that was removed does not count.' }),
    ),
    scopes: Type.Optional(
      Type.Array(Type.String(), {
        description: 'Its tokens have these scopes and no others. Absent: whatever was granted.',
      }),
    ),
    owner: Type.Optional(Type.String({ description: 'Id of the user who made it.' })),
    beyond_own: Type.Optional(
      Type.Boolean({
        description: 'True when it is for accounts that are not its maker’s: it ends when they are made a member.',
      }),
    ),
    created_at: EpochSeconds,
    expires_at: Type.Optional(WholeEpochSeconds),
    last_used_at: Type.Optional(EpochSeconds),
  },
  { title: 'ApiKey' },
)
export type ApiKey = Static<typeof ApiKey>

/** GET /v1/api-keys */
export const ApiKeyList = Type.Object({ api_keys: Type.Array(ApiKey) })
export type ApiKeyList = Static<typeof ApiKeyList>

/** POST /v1/api-keys. Without `accounts`, or with null, the key is for all accounts, also future ones. */
export const NewApiKey = Type.Object(
  {
    name: Line(200),
    accounts: Type.Optional(
      Type.Union([Type.Array(Type.String({ maxLength: 100 }), { maxItems: 10_000 }), Type.Null()]),
    ),
    scopes: Type.Optional(
      Type.Array(Formed('^[!#-\\[\\]-~]+$', 'one scope, without spaces', { minLength: 1, maxLength: 500 }), {
        minItems: 1,
        maxItems: 100,
      }),
    ),
    expires_at: Type.Optional(GivenMoment),
    reason: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 500,
        pattern: '\\S',
        description: 'Needed when the key is for accounts of other people: they read it.',
      }),
    ),
    password: OwnPassword,
  },
  { title: 'NewApiKey', additionalProperties: false },
)
export type NewApiKey = Static<typeof NewApiKey>

/** The answer to POST /v1/api-keys. */
export const NewApiKeyResult = Type.Object(
  { api_key: ApiKey, key: Type.String({ description: 'Shown only here.' }) },
  { title: 'NewApiKeyResult' },
)
export type NewApiKeyResult = Static<typeof NewApiKeyResult>
