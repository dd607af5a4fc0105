import { type Static, Type } from 'typebox'
import { Paging } from './paging.ts'
import { Who } from './problem.ts'
import { ClientAuth } from './provider.ts'
import { OwnPassword } from './session.ts'
import { Spoken } from './spoken.ts'
import { Line } from './text.ts'
import { EpochSeconds, GivenMoment, WholeEpochSeconds } from './time.ts'

const Parameters = Type.Record(Type.String(), Type.String(), {
  description: "Values of the provider's parameters, such as `tenant`.",
})

/** Who may sign in here with a connection's provider. */
export const SignInRules = Type.Object(
  {
    provision: Type.Boolean({
      description: 'Whether people who were not invited become members by their first sign-in.',
    }),
    domains: Type.Array(Type.String({ minLength: 1, maxLength: 253, pattern: '^[^\\s@]+$' }), {
      maxItems: 100,
      description: 'Whose verified e-mail addresses are in one of these. Without any, nobody comes uninvited.',
    }),
    connect: Type.Boolean({
      description: 'Whether somebody who has no account of this connection is asked for it right after signing in.',
    }),
    trust_email: Type.Boolean({
      description: 'Take every address that the provider names for verified; for one that has only your own people.',
    }),
  },
  { title: 'SignInRules', additionalProperties: false },
)
export type SignInRules = Static<typeof SignInRules>

/** The secret before the newest one, while both count. It is never returned. */
export const FormerSecret = Type.Object(
  {
    hint: Type.Optional(Type.String({ description: 'The last four characters of a long secret.' })),
    set_at: Type.Optional(EpochSeconds),
    expires_at: Type.Optional(WholeEpochSeconds),
    ends_at: Type.Optional(
      Type.Integer({
        description:
          'When the server forgets it, epoch seconds; not before the provider has taken the new one. Absent: when somebody says so.',
      }),
    ),
    used_since: Type.Optional(
      Type.Integer({
        description: 'Since when the provider takes this one and not the new one, epoch seconds. Absent: it does not.',
      }),
    ),
  },
  { title: 'FormerSecret' },
)
export type FormerSecret = Static<typeof FormerSecret>

/** A client that an administrator stored under a name. Its secrets are never returned. */
export const Connection = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    provider: Type.String({ description: 'Provider id.' }),
    provider_name: Spoken(),
    client_id: Type.String(),
    client_auth: ClientAuth,
    has_secret: Type.Boolean(),
    secret_hint: Type.Optional(Type.String({ description: 'The last four characters of a long secret.' })),
    secret_set_at: Type.Optional(EpochSeconds),
    secret_expires_at: Type.Optional(WholeEpochSeconds),
    secret_taken_at: Type.Optional(
      Type.Integer({
        description: 'When the provider first took the new secret, epoch seconds; while there is a former one.',
      }),
    ),
    former_secret: Type.Optional(FormerSecret),
    parameters: Parameters,
    scope: Type.String({ description: 'Asked for beside the default scopes, space separated.' }),
    issuer: Type.Optional(Type.String()),
    authorization_endpoint: Type.Optional(Type.String()),
    token_endpoint: Type.Optional(Type.String()),
    sign_in: Type.Optional(SignInRules),
    redirect_uri: Type.String({ description: 'To be registered at the provider, exactly so.' }),
    accounts: Type.Optional(
      Type.Object(
        { total: Type.Integer(), ok: Type.Integer() },
        { description: 'How many accounts it has, whoever owns them. For administrators.' },
      ),
    ),
    last_error: Type.Optional(
      Spoken({ description: 'What is wrong with the settings, when something is known to be.' }),
    ),
    created_at: EpochSeconds,
    updated_at: EpochSeconds,
  },
  { title: 'Connection' },
)
export type Connection = Static<typeof Connection>

/** GET /v1/connections */
export const ConnectionList = Type.Object({
  connections: Type.Array(Connection),
  next: Type.Optional(Type.String({ description: 'The cursor of the next page; absent on the last one.' })),
})
export type ConnectionList = Static<typeof ConnectionList>

/** GET /v1/connections?limit=100 */
export const ConnectionQuery = Type.Object(Paging, { title: 'ConnectionQuery', additionalProperties: false })
export type ConnectionQuery = Static<typeof ConnectionQuery>

const Address = Type.String({ maxLength: 2000 })
const Settings = {
  client_secret: Type.Optional(
    Type.String({ maxLength: 10_000, description: 'Write-only. An empty string in PATCH removes it.' }),
  ),
  secret_expires_at: Type.Optional(
    Type.Union([GivenMoment, Type.Null()], {
      description: 'When the secret ends, as the provider told; null: not known. A new secret forgets it.',
    }),
  ),
  client_auth: Type.Optional(ClientAuth),
  parameters: Type.Optional(Parameters),
  scope: Type.Optional(Type.String({ maxLength: 10_000 })),
  issuer: Type.Optional(Address),
  authorization_endpoint: Type.Optional(Address),
  token_endpoint: Type.Optional(Address),
  sign_in: Type.Optional(
    Type.Union([SignInRules, Type.Null()], {
      description: 'Lets people sign in here with this connection; null: not.',
    }),
  ),
  password: OwnPassword,
}

/** GET /v1/connections/new */
export const ConnectionDraft = Type.Object(
  { id: Type.String(), redirect_uri: Type.String() },
  { title: 'ConnectionDraft' },
)
export type ConnectionDraft = Static<typeof ConnectionDraft>

/** GET /v1/connections/sandbox */
export const SandboxConnection = Type.Object(
  {
    on: Type.Boolean({ description: 'Whether the embedded practice provider is on.' }),
    connection: Type.Optional(Type.String({ description: 'Id of the connection to it. Absent: there is none.' })),
  },
  { title: 'SandboxConnection' },
)
export type SandboxConnection = Static<typeof SandboxConnection>

/** POST /v1/connections */
export const NewConnection = Type.Object(
  {
    id: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9_-]{20}$',
        description: 'One that GET /v1/connections/new gave. Default: a new one.',
      }),
    ),
    name: Line(200),
    provider: Type.String({ minLength: 1, maxLength: 100 }),
    client_id: Type.String({ maxLength: 2000 }),
    ...Settings,
  },
  { title: 'NewConnection', additionalProperties: false },
)
export type NewConnection = Static<typeof NewConnection>

/** PATCH /v1/connections/{id}. What is left out stays; an empty string removes an optional value. */
export const ConnectionPatch = Type.Object(
  {
    name: Type.Optional(Line(200)),
    client_id: Type.Optional(Type.String({ maxLength: 2000 })),
    ...Settings,
    former_secret: Type.Optional(
      Type.Union(
        [
          Type.Object(
            { ends_at: Type.Optional(Type.Union([GivenMoment, Type.Null()])) },
            { additionalProperties: false },
          ),
          Type.Null(),
        ],
        {
          description:
            'With a new `client_secret`: keeps the one before beside it until `ends_at`, or until somebody removes it. The new one is used, and the former one where the provider does not take the new one. Alone: says anew when it ends. null: forgets it at once.',
        },
      ),
    ),
  },
  { title: 'ConnectionPatch', additionalProperties: false },
)
export type ConnectionPatch = Static<typeof ConnectionPatch>

/** One thing that was looked at. */
export const Check = Type.Object({
  id: Type.String({
    description:
      'public_url, settings, discovery, tls, client_authentication, clock, redirect_uri, scopes, consent or secrets.',
  }),
  title: Spoken(),
  ok: Type.Boolean(),
  detail: Spoken(),
  code: Type.Optional(Type.String({ description: 'Of the error catalogue, when it failed by such an error.' })),
  who: Type.Optional(Who),
  advice: Type.Optional(Spoken()),
  link: Type.Optional(Type.String({ description: "The provider's page that tells more." })),
})
export type Check = Static<typeof Check>

/** POST /v1/connections/{id}/check. Checks that could not be made because an earlier one failed are left out. */
export const CheckResult = Type.Object({ ok: Type.Boolean(), checks: Type.Array(Check) }, { title: 'CheckResult' })
export type CheckResult = Static<typeof CheckResult>
