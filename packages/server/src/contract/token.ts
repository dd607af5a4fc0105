import { type Static, Type } from 'typebox'
import { Problem } from './problem.ts'
import { Digits, Formed } from './text.ts'
import { WholeEpochSeconds } from './time.ts'

const wanted = {
  min_ttl: Type.Optional(
    Type.Number({ minimum: 0, maximum: 86_400, description: 'Seconds for which the token must stay valid.' }),
  ),
  scope: Type.Optional(
    Type.String({ maxLength: 10_000, description: "A narrower scope than the grant's, space separated." }),
  ),
  scopes: Type.Optional(
    Type.Array(Formed('^[!#-\\[\\]-~]+$', 'one scope, without spaces', { minLength: 1, maxLength: 500 }), {
      minItems: 1,
      maxItems: 100,
      description: 'The same as a list; one of the two.',
    }),
  ),
  resource: Type.Optional(Type.String({ maxLength: 2000, description: 'Resource indicator (RFC 8707).' })),
  audience: Type.Optional(Type.String({ maxLength: 2000, description: 'The same by another word; one of the two.' })),
  rejected: Type.Optional(
    Type.String({
      maxLength: 100_000,
      description: 'A token that a resource server refused: any newer one will do.',
    }),
  ),
  rejected_fingerprint: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9_-]{43}$',
      description: 'The same without the token itself: its `generation`.',
    }),
  ),
}

/** POST /v1/accounts/{id}/token. An empty object asks for any valid token. */
export const TokenWant = Type.Object(wanted, { title: 'TokenWant', additionalProperties: false })
export type TokenWant = Static<typeof TokenWant>

/** GET /v1/accounts/{id}/token */
export const TokenQuery = Type.Object(
  {
    min_ttl: Type.Optional(
      Digits('^[0-9]{1,5}$', 0, 99_999, { description: 'Seconds for which the token must stay valid.' }),
    ),
    scope: wanted.scope,
    resource: wanted.resource,
    wait: Type.Optional(
      Digits('^(?:[0-9]|[1-5][0-9]|60)$', 0, 60, {
        description: 'With `If-None-Match`: seconds to wait for another token, at most 60, before 304 is answered.',
      }),
    ),
  },
  { additionalProperties: false },
)
export type TokenQuery = Static<typeof TokenQuery>

/** An access token that is valid now. */
export const TokenResult = Type.Object(
  {
    access_token: Type.String(),
    token_type: Type.String(),
    expires_at: Type.Optional(WholeEpochSeconds),
    expires_in: Type.Optional(Type.Integer({ description: 'Whole seconds from now.' })),
    scope: Type.Optional(Type.String()),
    account: Type.String({ description: 'Account id.' }),
    generation: Type.String({
      description:
        'Names this very token, the same at every server: its SHA-256, base64url. No secret. It is the entity tag of the token’s address, and what `rejected_fingerprint` takes.',
    }),
  },
  { title: 'TokenResult' },
)
export type TokenResult = Static<typeof TokenResult>

/** POST /v1/tokens: tokens of several accounts. */
export const TokenBatch = Type.Object(
  {
    requests: Type.Array(
      Type.Object(
        { account: Type.String({ minLength: 1, maxLength: 100, description: 'Account id.' }), ...wanted },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 100 },
    ),
  },
  { title: 'TokenBatch', additionalProperties: false },
)
export type TokenBatch = Static<typeof TokenBatch>

/** For each request, in their order: a token, or why there is none. */
export const TokenBatchResult = Type.Object(
  {
    results: Type.Array(
      Type.Object({
        account: Type.String({ description: 'Account id.' }),
        token: Type.Optional(TokenResult),
        problem: Type.Optional(Problem),
      }),
    ),
  },
  { title: 'TokenBatchResult' },
)
export type TokenBatchResult = Static<typeof TokenBatchResult>
