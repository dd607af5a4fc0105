import { type Static, Type } from 'typebox'
import { Spoken } from './spoken.ts'
import { Digits } from './text.ts'

/**
 * How a client authenticates at the token endpoint (RFC 7591 section 2). Names of our own: `_raw` is Basic without
 * form-encoding, `_username` Basic with the secret as user name, `none_basic` Basic without a password.
 */
export const ClientAuth = Type.Union([
  Type.Literal('client_secret_basic'),
  Type.Literal('client_secret_basic_raw'),
  Type.Literal('client_secret_post'),
  Type.Literal('client_secret_username'),
  Type.Literal('none'),
  Type.Literal('none_basic'),
])
export type ClientAuth = Static<typeof ClientAuth>

/** A value that a provider needs from the administrator, such as a tenant. */
export const ProviderParameter = Type.Object({
  name: Type.String(),
  title: Spoken(),
  help: Type.Optional(Spoken()),
  pattern: Type.Optional(Type.String({ description: 'Regular expression that the whole value must match.' })),
  default: Type.Optional(Type.String({ description: 'Used when the value is left out.' })),
  example: Type.Optional(Type.String()),
  optional: Type.Optional(Type.Boolean({ description: 'Whether it may be left out.' })),
  values: Type.Optional(Type.Array(Type.String(), { description: 'The only values there are.' })),
})
export type ProviderParameter = Static<typeof ProviderParameter>

/** A named set of scopes that a person understands. */
export const ProviderFeature = Type.Object({
  id: Type.String(),
  title: Spoken(),
  scopes: Type.Array(Type.String()),
})
export type ProviderFeature = Static<typeof ProviderFeature>

/** How sure the addresses are: two independent sources agree, or it is one source's word. */
export const Confidence = Type.Union([Type.Literal('verified'), Type.Literal('single')])
export type Confidence = Static<typeof Confidence>

const Standing = Type.Union([Type.Literal('active'), Type.Literal('legacy'), Type.Literal('defunct')])

const Named = {
  id: Type.String(),
  name: Spoken(),
  aliases: Type.Array(Type.String(), { description: 'Other names in use.' }),
  categories: Type.Array(Type.String()),
  confidence: Confidence,
  status: Standing,
}

/** A provider in a list. */
export const ProviderSummary = Type.Object(
  { ...Named, sandbox: Type.Boolean({ description: 'A place to practise.' }) },
  { title: 'ProviderSummary' },
)
export type ProviderSummary = Static<typeof ProviderSummary>

/** A provider that connections can be made for. GET /v1/providers/{id} */
export const Provider = Type.Object(
  {
    ...Named,
    parameters: Type.Array(ProviderParameter),
    client_auth: Type.Array(ClientAuth, { description: 'The first is the default.' }),
    default_scopes: Type.Array(Type.String(), { description: 'Always asked for, beside what is chosen.' }),
    features: Type.Array(ProviderFeature),
    docs: Type.Optional(Type.String()),
    console: Type.Optional(Type.String({ description: 'Where a client is registered at the provider.' })),
    consent: Type.Boolean({
      description: 'Whether people can be asked; without, only programs get tokens for themselves.',
    }),
    hosts: Type.Array(Type.String(), {
      description: 'Hosts of its addresses; `{parameter}` stands where a parameter is a part of one.',
    }),
    needs_issuer: Type.Boolean({ description: 'The administrator gives the issuer, or both endpoints.' }),
    notes: Type.Array(Spoken(), { description: 'What an administrator should know, in sentences.' }),
    sources: Type.Array(Type.String(), { description: 'Short names of what the addresses were read in.' }),
    guide: Type.Object(
      {
        title: Spoken({ description: "Name of the provider's console." }),
        steps: Type.Array(
          Type.Object({
            text: Spoken(),
            copy: Type.Optional(
              Type.String({ description: "What to enter. {redirect_uri} stands for the connection's redirect_uri." }),
            ),
            link: Type.Optional(Type.String()),
          }),
        ),
      },
      { description: 'How a client is registered at the provider, step by step.' },
    ),
  },
  { title: 'Provider' },
)
export type Provider = Static<typeof Provider>

/** GET /v1/providers?search=…&category=… */
export const ProviderQuery = Type.Object({
  search: Type.Optional(
    Type.String({ maxLength: 100, description: 'Id, name, other name or category; the best come first.' }),
  ),
  category: Type.Optional(Type.String({ maxLength: 40 })),
  confidence: Type.Optional(Confidence),
  defunct: Type.Optional(
    Type.Union([Type.Literal('true'), Type.Literal('false')], {
      description: 'Those that are gone, too. Default false.',
    }),
  ),
  limit: Type.Optional(Digits('^[1-9][0-9]{0,3}$', 1, 9999, { description: 'At most so many. Default: all.' })),
})

/** GET /v1/providers */
export const ProviderList = Type.Object({ providers: Type.Array(ProviderSummary) })
export type ProviderList = Static<typeof ProviderList>
