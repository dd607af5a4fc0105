import { type Static, Type } from 'typebox'

/** How a client authenticates at the token endpoint (RFC 7591 section 2); `_raw` is Basic without form-encoding. */
export const ClientAuth = Type.Union([
  Type.Literal('client_secret_basic'),
  Type.Literal('client_secret_basic_raw'),
  Type.Literal('client_secret_post'),
  Type.Literal('none'),
])
export type ClientAuth = Static<typeof ClientAuth>

/** A value that a provider needs from the administrator, such as a tenant. */
export const ProviderParameter = Type.Object({
  name: Type.String(),
  title: Type.String(),
  help: Type.Optional(Type.String()),
  pattern: Type.Optional(Type.String({ description: 'Regular expression that the whole value must match.' })),
  default: Type.Optional(Type.String({ description: 'Used when the value is left out.' })),
  example: Type.Optional(Type.String()),
  optional: Type.Optional(Type.Boolean({ description: 'Whether it may be left out.' })),
})
export type ProviderParameter = Static<typeof ProviderParameter>

/** A named set of scopes that a person understands. */
export const ProviderFeature = Type.Object({
  id: Type.String(),
  title: Type.String(),
  scopes: Type.Array(Type.String()),
})
export type ProviderFeature = Static<typeof ProviderFeature>

/** A provider that connections can be made for. */
export const Provider = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    parameters: Type.Array(ProviderParameter),
    client_auth: Type.Array(ClientAuth, { description: 'The first is the default.' }),
    default_scopes: Type.Array(Type.String(), { description: 'Always asked for, beside what is chosen.' }),
    features: Type.Array(ProviderFeature),
    docs: Type.Optional(Type.String()),
    console: Type.Optional(Type.String({ description: 'Where a client is registered at the provider.' })),
    needs_issuer: Type.Boolean({ description: 'The administrator gives the issuer, or both endpoints.' }),
  },
  { title: 'Provider' },
)
export type Provider = Static<typeof Provider>

/** GET /v1/providers */
export const ProviderList = Type.Object({ providers: Type.Array(Provider) })
export type ProviderList = Static<typeof ProviderList>
