import { type Static, Type } from 'typebox'
import { WholeEpochSeconds } from './time.ts'

/** POST /v1/accounts/{id}/token. An empty object asks for any valid token. */
export const TokenWant = Type.Object(
  {
    min_ttl: Type.Optional(
      Type.Number({ minimum: 0, maximum: 86_400, description: 'Seconds for which the token must stay valid.' }),
    ),
    scope: Type.Optional(Type.String({ maxLength: 10_000, description: "A narrower scope than the grant's." })),
    resource: Type.Optional(Type.String({ maxLength: 2000, description: 'Resource indicator (RFC 8707).' })),
    rejected: Type.Optional(
      Type.String({
        maxLength: 100_000,
        description: 'A token that a resource server refused: any newer one will do.',
      }),
    ),
  },
  { title: 'TokenWant', additionalProperties: false },
)
export type TokenWant = Static<typeof TokenWant>

/** An access token that is valid now. */
export const TokenResult = Type.Object(
  {
    access_token: Type.String(),
    token_type: Type.String(),
    expires_at: Type.Optional(WholeEpochSeconds),
    expires_in: Type.Optional(Type.Integer({ description: 'Whole seconds from now.' })),
    scope: Type.Optional(Type.String()),
    account: Type.String({ description: 'Account id.' }),
  },
  { title: 'TokenResult' },
)
export type TokenResult = Static<typeof TokenResult>
