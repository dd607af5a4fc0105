import { type Static, Type } from 'typebox'
import { ProviderFeature } from './provider.ts'
import { Spoken } from './spoken.ts'
import { EpochSeconds, WholeEpochSeconds } from './time.ts'

/** POST /v1/accounts/{id}/connect-link: lets somebody without a user here connect the account. */
export const NewConnectLink = Type.Object(
  {
    note: Type.Optional(
      Type.String({
        maxLength: 500,
        description: 'Shown to whoever opens the link: what it is for, in your own words.',
      }),
    ),
    lifetime: Type.Optional(
      Type.Integer({ minimum: 300, maximum: 2_592_000, description: 'Seconds. Default: three days.' }),
    ),
  },
  { title: 'NewConnectLink', additionalProperties: false },
)
export type NewConnectLink = Static<typeof NewConnectLink>

/** The answer to it. Earlier links of the account have ended. */
export const ConnectLink = Type.Object(
  {
    link: Type.String({ description: 'Works once, and in the first browser that opens it. Shown only here.' }),
    expires_at: WholeEpochSeconds,
  },
  { title: 'ConnectLink' },
)
export type ConnectLink = Static<typeof ConnectLink>

/** POST /v1/connect/look and /v1/connect/begin: the token of a connect link. */
export const ConnectToken = Type.Object(
  { token: Type.String({ minLength: 1, maxLength: 200 }) },
  { title: 'ConnectToken', additionalProperties: false },
)
export type ConnectToken = Static<typeof ConnectToken>

/** What somebody who opens a connect link is asked for, and by whom. */
export const ConnectRequest = Type.Object(
  {
    asked_by: Type.String({ description: 'Name of the user who made the link.' }),
    note: Type.Optional(Type.String()),
    provider_name: Spoken(),
    scope: Type.String({ description: 'What will be asked for at the provider, space separated.' }),
    features: Type.Array(ProviderFeature, { description: 'Names for what is in `scope`, as far as it has some.' }),
    login_hint: Type.Optional(Type.String({ description: 'The account that is meant.' })),
    server: Type.String({ description: 'The address of the server whose programs will use the account.' }),
    created_at: EpochSeconds,
    expires_at: WholeEpochSeconds,
  },
  { title: 'ConnectRequest' },
)
export type ConnectRequest = Static<typeof ConnectRequest>

/** POST /v1/accounts/{id}/confirm: whether the right person has connected the account. */
export const Confirmation = Type.Object(
  {
    right: Type.Boolean({
      description:
        'False: the grant is ended, at the provider too as far as that works, and somebody else may connect the account.',
    }),
    replace: Type.Optional(
      Type.Boolean({
        description:
          'With `right`: the account that the same person has already (GET /v1/accounts/{id}/same-person) is renewed by this consent, and this one is removed.',
      }),
    ),
  },
  { title: 'Confirmation', additionalProperties: false },
)
export type Confirmation = Static<typeof Confirmation>

/** GET /v1/accounts/{id}/same-person: another account of the same connection and owner that the same person has. */
export const SamePersonResult = Type.Object(
  { account: Type.Optional(Type.Object({ id: Type.String(), name: Type.String() })) },
  { title: 'SamePersonResult' },
)
export type SamePersonResult = Static<typeof SamePersonResult>
