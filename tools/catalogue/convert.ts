import type { CatalogueEntry } from '../../packages/providers/src/entry.ts'
import { deviationsOf } from './deviations.ts'
import { featuresOf } from './features.ts'
import { parametersOf } from './parameters.ts'
import { type DataSet, Fields, type ProviderRecord } from './record.ts'

type Json = Readonly<Record<string, unknown>>

/** The catalogue entry of one record. Throws on a field that it does not know. */
export function entryOf(record: ProviderRecord, set: DataSet): CatalogueEntry {
  const fields = new Fields(record, record.id)
  const quirks = new Set(fields.texts('quirks'))
  const { parameters, named } = parametersOf(fields, record)
  const { rules, parameters: more } = deviationsOf(fields, quirks)
  const refresh = refreshOf(fields)
  const method = fields.inner('clientAuth')
  const authentication = {
    client_auth: clientAuth(
      method?.text('method') ?? 'post',
      method?.texts('alsoSeen') ?? [],
      quirks,
      method?.text('note'),
    ),
    assumed: method?.text('evidence') === 'assumed' ? ['client_auth'] : undefined,
  }
  method?.finish()
  const authorization_endpoint = fields.text('authorizationUrl')
  const token_endpoint = fields.text('tokenUrl')
  const support = fields.text('pkce')
  const asked = fields.texts('defaultScopes').filter((scope) => scope !== refresh.scope)
  const separator = fields.text('scopeSeparator')
  const status = fields.text('status')
  const confidence = fields.text('confidence') === 'verified' ? 'verified' : 'single'
  const sources = fields.texts('sources').map((repository) => sourceOf(repository, set))
  const date = readAt(sources, confidence === 'verified' ? 2 : 1, set)
  const grants = fields.texts('grantTypes').filter((grant) => grant !== 'refresh_token')
  const { authorization_params, ...others } = rules
  const entry: Json = {
    id: fields.text('id'),
    name: fields.text('name'),
    aliases: fields.texts('aliases'),
    categories: fields.texts('categories'),
    status: status === 'active' ? undefined : status,
    status_note: sentence(fields.text('statusNote')),
    environment: fields.text('environment'),
    variant_of: fields.text('variantOf') ?? fields.text('sharesTokenUrlWith'),
    issuer: fields.text('issuer'),
    issuer_rule: quirks.has('issuer-per-tenant') ? 'tenant' : undefined,
    authorization_endpoint,
    token_endpoint,
    revocation_endpoint: fields.text('revocationUrl'),
    introspection_endpoint: fields.text('introspectionUrl'),
    device_authorization_endpoint: fields.text('deviceAuthorizationUrl'),
    userinfo_endpoint: fields.text('userinfoUrl'),
    parameters: { ...parameters, ...more },
    grant_types: grants.length === 1 && grants[0] === 'authorization_code' ? undefined : grants,
    scope_separator: separator === ' ' ? undefined : separator,
    default_scopes: asked,
    offline_scopes: [refresh.scope, fields.text('offlineScope')].filter((scope) => scope !== undefined),
    features: featuresOf(record, fields, set.mail),
    authorization_params,
    ...authentication,
    pkce: pkce(support, fields.texts('pkceMethods'), quirks),
    pkce_support: support === 'unknown' || support === 'avoid' ? undefined : support,
    ...others,
    refresh: refresh.rules,
    quirks: [...quirks].sort(),
    notes: notesOf(fields, refresh.note),
    docs: fields.text('docsUrl'),
    alternates: alternates(fields),
    confidence,
    ...(confidence === 'verified' ? { verified: date } : { seen: date }),
    hand_checked: fields.take('handChecked'),
    sources,
  }
  // The record's own account of which source names which address is behind its confidence, and too long to keep.
  fields.take('agreement')
  fields.take('sharesTokenUrlWith')
  fields.finish()
  return tidy(entry, named) as unknown as CatalogueEntry
}

const METHODS: Readonly<Record<string, string>> = {
  basic: 'client_secret_basic',
  post: 'client_secret_post',
  none: 'none',
  private_key_jwt: 'private_key_jwt',
}

/** Undefined: the usual way, the secret in the body. */
function clientAuth(
  method: string,
  others: readonly string[],
  quirks: ReadonlySet<string>,
  note: string | undefined,
): readonly string[] | undefined {
  if (quirks.has('client-secret-jwt')) return ['client_secret_signed']
  if (note?.startsWith('the secret API key is the user name') === true) return ['client_secret_username']
  const signed = quirks.has('private-key-jwt') && method !== 'custom' && !others.includes('private_key_jwt')
  const named = [method, ...others, ...(signed ? ['private_key_jwt'] : [])]
  const found = [...new Set(named.flatMap((one) => METHODS[one] ?? []))]
  return found.length === 0 || (found.length === 1 && method === 'post') ? undefined : found
}

function pkce(
  support: string | undefined,
  methods: readonly string[],
  quirks: ReadonlySet<string>,
): string | undefined {
  if (support === 'avoid') return 'off'
  if (quirks.has('pkce-opt-in')) return 'opt-in'
  if (quirks.has('pkce-hex-challenge')) return 'S256-hex'
  return methods.length > 0 && !methods.includes('S256') ? 'plain' : undefined
}

interface Refresh {
  readonly rules: Json | undefined
  readonly scope: string | undefined
  readonly note: string | undefined
}

function refreshOf(fields: Fields): Refresh {
  const from = fields.inner('refresh')
  const exchanged = fields.record('tokenExchange')?.['lifetime']
  const note = from?.text('note')
  const rotation = from?.text('rotation')
  const lifetime = from?.number('refreshTokenLifetime')
  const early = /earlier than (\d+) seconds before expiry/.exec(note ?? '')?.[1]
  // A refresh token that is replaced by each use, or whose life begins anew by it, ends by lying idle.
  const idle = rotation === 'always' || /disuse/.test(note ?? '')
  const supported = from?.take('supported')
  const rules: Json = {
    supported,
    rotation,
    early: early === undefined ? undefined : Number(early),
    idle: idle ? lifetime : undefined,
    absolute: idle ? undefined : lifetime,
    access_lifetime: exchanged ?? from?.number('accessTokenLifetime'),
  }
  const scope = from?.text('scope')
  from?.number('accessTokenLifetime')
  from?.finish()
  return {
    rules: { ...rules, supported: supported === true && rotation !== undefined ? undefined : supported },
    scope,
    note,
  }
}

function notesOf(fields: Fields, refresh: string | undefined): readonly string[] {
  const secret = fields.record('clientAuth')?.['note']
  const next = fields.inner('successor')
  const [authorization, token, day] = [next?.text('authorizationUrl'), next?.text('tokenUrl'), next?.text('date')]
  const evidence = next?.text('evidence')
  next?.finish()
  const successor =
    token === undefined
      ? undefined
      : `${day === undefined ? 'Announced' : `From ${day} on`}: ${authorization === undefined ? '' : `authorization at ${authorization}, `}tokens at ${token} (${evidence})`
  const notes = [
    refresh,
    fields.text('pkceNote'),
    typeof secret === 'string' ? `client authentication: ${secret}` : undefined,
    fields.text('redirectUriNote'),
    fields.text('regionNote'),
    fields.text('registrationNote'),
    successor,
  ]
  return notes.flatMap((note) => sentence(note) ?? [])
}

function sentence(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const begun = /^[a-z]+[ ,:]/.test(text) ? (text[0] ?? '').toUpperCase() + text.slice(1) : text
  return /[.!?]$/.test(begun) ? begun : `${begun}.`
}

function alternates(fields: Fields): readonly (readonly [string, string])[] {
  const others = (fields.take('alternates') ?? []) as { authorizationUrl: string; tokenUrl: string }[]
  const org = fields.map('orgServerAlternate')
  return [...(org === undefined ? [] : [org as unknown as (typeof others)[0]]), ...others].map(
    ({ authorizationUrl, tokenUrl }) => [authorizationUrl, tokenUrl] as const,
  )
}

function sourceOf(repository: string, { sources }: DataSet): string {
  return sources.find((one) => one.repository === repository)?.source ?? repository
}

/** The day on which so many of the sources had been read: the newest day but `count` − 1. */
function readAt(names: readonly string[], count: number, { sources }: DataSet): string | undefined {
  const days = names.flatMap((name) => {
    const from = sources.find(({ source }) => source === name)?.readFrom
    // One source was read through an index of files, which has no date.
    return typeof from === 'object'
      ? (from
          .map(({ date }) => date)
          .sort()
          .at(-1) ?? [])
      : []
  })
  return days.sort().at(-Math.min(count, days.length))
}

/** Without what is empty; with the final names of the parameters in every template. */
function tidy(value: unknown, named: (template: string) => string): unknown {
  if (typeof value === 'string') return named(value)
  if (Array.isArray(value)) return value.map((one) => tidy(one, named))
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    const clean = tidy(inner, named)
    return isEmpty(clean) ? [] : [[key, clean]]
  })
  return Object.fromEntries(kept)
}

/** `null` says something: a parameter that is not sent. An empty text is a value. */
function isEmpty(value: unknown): boolean {
  return value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)
}
