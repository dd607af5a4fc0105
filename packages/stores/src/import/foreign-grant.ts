import { type AccessToken, accessToken, firstVersion, type Grant, grant, Redacted, type Subject } from '@evergrant/core'

/** How the other program reached the provider, as far as its file says so. */
export interface ForeignClient {
  readonly client_id?: string
  readonly client_secret?: Redacted
  /** The provider's name in that program: `google`, `microsoft`. */
  readonly provider?: string
  readonly issuer?: string
  readonly authorization_endpoint?: string
  readonly token_endpoint?: string
}

/** One account's grant as another program kept it. Its secrets do not print. */
export interface ForeignGrant {
  /** A name to store it under: the account's, else the program's. */
  readonly name: string
  readonly username?: string
  readonly subject?: Subject
  readonly client: ForeignClient
  readonly refresh_token?: Redacted
  /** Space separated. */
  readonly scope?: string
  readonly access?: AccessToken
}

/** The fields that the readers of formats hand in, as they stand in a file. */
export interface ForeignFields {
  readonly name?: string | undefined
  readonly username?: string | undefined
  readonly client?: {
    readonly client_id?: string | undefined
    readonly client_secret?: string | undefined
    readonly provider?: string | undefined
    readonly issuer?: string | undefined
    readonly authorization_endpoint?: string | undefined
    readonly token_endpoint?: string | undefined
  }
  readonly refresh_token?: string | undefined
  readonly scope?: string | undefined
  readonly access_token?: string | undefined
  readonly token_type?: string | undefined
  /** Epoch seconds. */
  readonly expires_at?: number | undefined
  readonly id_token?: string | undefined
}

/** A grant of these fields. Without a refresh token and an access token there is nothing to bring: undefined. */
export function foreignGrant(fields: ForeignFields): ForeignGrant | undefined {
  const { refresh_token, access_token, expires_at, id_token, scope, client = {} } = fields
  if (!refresh_token && !access_token) return undefined
  const claims = claimsOf(id_token)
  const username = fields.username ?? claims.username
  const { client_secret, ...others } = client
  const access = access_token
    ? accessToken({
        access_token,
        token_type: fields.token_type || 'Bearer',
        ...(scope ? { scope } : {}),
        ...(expires_at === undefined ? {} : { expires_at }),
        ...(id_token ? { id_token } : {}),
        raw: {},
      })
    : undefined
  return {
    name: fields.name ?? username ?? 'imported',
    ...(username === undefined ? {} : { username }),
    ...(claims.subject === undefined ? {} : { subject: claims.subject }),
    client: {
      ...(Object.fromEntries(Object.entries(others).filter(([, value]) => value)) as ForeignClient),
      ...(client_secret ? { client_secret: new Redacted(client_secret) } : {}),
    },
    ...(refresh_token ? { refresh_token: new Redacted(refresh_token) } : {}),
    ...(scope ? { scope } : {}),
    ...(access === undefined ? {} : { access }),
  }
}

/** What a foreign grant becomes: for which client, under which name. */
export interface Destination {
  readonly id: string
  /** Id of the provider. */
  readonly provider: string
  /** Client id. */
  readonly client: string
  /** Epoch seconds. */
  readonly now: number
}

/**
 * The record to store. An access token that has run out, or whose end is not known, is left behind: the first call
 * spends the refresh token, and thereby shows whether it is alive.
 */
export function importedGrant(from: ForeignGrant, { id, provider, client, now }: Destination): Grant {
  const { access, refresh_token, scope, subject } = from
  const alive = access?.expires_at !== undefined && access.expires_at > now
  const kept = access !== undefined && (alive || refresh_token === undefined) ? { '': access } : {}
  return grant({
    id,
    provider,
    client,
    ...(subject === undefined ? {} : { subject }),
    ...(refresh_token === undefined ? {} : { refresh_token: refresh_token.reveal() }),
    ...(scope === undefined ? {} : { requested_scope: scope, granted_scope: scope }),
    access: kept,
    standing: { state: 'active', since: now },
    updated_at: now,
    version: firstVersion(),
  })
}

interface Claims {
  readonly subject?: Subject
  readonly username?: string
}

/** Who an id_token is about. It was checked by the program that kept it; here it is only read. */
function claimsOf(id_token: string | undefined): Claims {
  try {
    const [, payload = ''] = (id_token ?? '').split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>
    const { iss, sub } = claims
    if (typeof iss !== 'string' || typeof sub !== 'string') return {}
    const names = [claims['email'], claims['preferred_username'], claims['upn'], claims['unique_name']]
    const username = names.find((one): one is string => typeof one === 'string')
    return { subject: { iss, sub, ...(username === undefined ? {} : { username }) }, ...(username ? { username } : {}) }
  } catch {
    return {}
  }
}
